// What customers live through, in a real browser: a payment link and another way after a failure, a decline, an expiry,
// a late webhook seen live, no JavaScript, another language. Prints what it saw; the test that starts it judges.
import { asks, look, tab, tell, url } from "./tab.mjs";

const said = async (page) => (await page.locator("#message").textContent()).trim();
const says = (page, words) => page.waitForFunction((words) => document.getElementById("message")?.textContent.trim() === words, words);
const act = (page, deed) => page.locator(`button[name=act][value=${deed}]`).first().click();
const HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202Eabc\u202C";

/** A payment link to a new order. */
async function link(order, more = {}, wish = {}) {
  await asks("PUT", `/v1/orders/${order}`, { amount: 4999, currency: "EUR", ...more });
  return (await asks("POST", "/v1/payment-links", { order_id: order, ...wish })).url;
}

async function chooses(page, method) {
  await page.getByRole("button", { name: method }).click();
  await page.waitForURL("**/sandbox/checkout/**");
}

/** Declined, so the customer turns back, chooses another way, and pays. */
async function declined() {
  const page = await tab({ width: 360 });
  await page.goto(await link("declined"));
  await look(page, "pay-light");
  const ways = await page.locator("button[name=method]").allTextContents();
  await chooses(page, "Card");
  await look(page, "checkout-light");
  await act(page, "decline");
  const notice = await page.getByRole("alert").textContent();
  await act(page, "cancel");
  await page.waitForURL("**/pay/**");
  await chooses(page, "Wallet");
  await act(page, "pay");
  await page.waitForURL("**/return/**");
  await says(page, "Payment confirmed. Your order is now being processed.");
  await look(page, "return-paid-light");
  const order = await asks("GET", "/v1/orders/declined");
  return { ways, notice, status: order.status, sessions: order.sessions.map(({ method, status }) => `${method} ${status}`) };
}

/** Failed for good: the return page says so and leads back to where another way can be chosen. */
async function failed() {
  const page = await tab({ colorScheme: "dark" });
  await page.goto(await link("failed"));
  await chooses(page, "Card");
  await act(page, "fail");
  await page.waitForURL("**/return/**");
  const words = "Payment was not completed. You can try again or choose another method.";
  await says(page, words);
  await look(page, "return-failed-dark");
  await page.getByRole("link", { name: "Choose another way to pay" }).click();
  await page.waitForURL("**/pay/**");
  await look(page, "pay-dark");
  await chooses(page, "Wallet");
  await act(page, "pay");
  await page.waitForURL("**/return/**");
  await says(page, "Payment confirmed. Your order is now being processed.");
  return { words, status: (await asks("GET", "/v1/orders/failed")).status };
}

/** Nobody pays in time. The old link then says what is true, and another can be opened. */
async function expired() {
  const page = await tab();
  await asks("PUT", "/v1/orders/expired", { amount: 4999, currency: "EUR" });
  const session = await asks("POST", "/v1/sessions", { order_id: "expired" });
  await page.goto(session.checkout_url);
  await act(page, "expire");
  await page.waitForFunction(() => document.querySelector("main").innerText.includes("expired"));
  await page.goto(session.checkout_url);
  const words = await said(page);
  await look(page, "return-expired-light");
  return { words, address: page.url().startsWith(url), can_retry: (await asks("GET", `/v1/sessions/${session.id}`)).can_retry };
}

/** The webhook comes seconds after the customer: the page says so by itself, without being loaded again. */
async function late() {
  const page = await tab({ width: 360, colorScheme: "dark" });
  await asks("PUT", "/v1/orders/late", { amount: 4999, currency: "EUR" });
  const session = await asks("POST", "/v1/sessions", { order_id: "late" });
  await page.goto(session.checkout_url);
  await page.locator("input[name=deliver][value=late]").check({ force: true });
  await act(page, "pay");
  await page.waitForURL("**/return/**");
  const first = await said(page);
  await look(page, "return-pending-dark");
  await page.evaluate(() => { globalThis.sameDocument = true; });
  const live = await page.locator("[role=status]:has(#message)").evaluate((node) => [node.getAttribute("role"), node.getAttribute("aria-live")]);
  await says(page, "Payment confirmed. Your order is now being processed.");
  return { first, live, same_document: await page.evaluate(() => globalThis.sameDocument === true) };
}

/** Without JavaScript: the form chooses, the page refreshes itself. */
async function without_script() {
  const page = await tab({ javaScriptEnabled: false });
  await page.goto(await link("plain"));
  await chooses(page, "Card");
  await page.locator("input[name=deliver][value=late]").check({ force: true });
  await act(page, "pay");
  await page.waitForURL("**/return/**");
  const first = await said(page);
  let last = first;
  for (let turn = 0; turn < 30 && last === first; turn += 1) {
    await page.waitForTimeout(1000);
    last = await said(page);
  }
  return { first, last };
}

/** In Polish, on a phone, with texts that mean harm. */
async function elsewhere() {
  const page = await tab({ width: 360, locale: "pl-PL" });
  await page.goto(await link("hostile", { description: `${HOSTILE} ${"x".repeat(420)}`, amount: 123456789 }, { locale: "pl" }));
  await look(page, "pay-hostile-light");
  return { lang: await page.locator("html").getAttribute("lang"), text: await page.locator("main").innerText() };
}

/** Links that lead nowhere, and a return page that was left without its secret and is loaded again with it. */
async function lost() {
  const page = await tab({ width: 360, colorScheme: "dark" });
  await page.goto(`${url}/pay/nothing`);
  await look(page, "pay-unknown-dark");
  await asks("PUT", "/v1/orders/lost", { amount: 4999, currency: "EUR" });
  const session = await asks("POST", "/v1/sessions", { order_id: "lost", return_url: `${url}/demo` });
  await page.goto(`${url}/return/${session.id}`);
  await look(page, "return-without-secret-dark");
  const without = await said(page);
  await page.goto(session.checkout_url);
  await act(page, "pay");
  await page.waitForURL("**/return/**");
  await says(page, "Payment confirmed. Your order is now being processed.");
  await page.reload();
  await says(page, "Payment confirmed. Your order is now being processed.");
  const onward = await page.locator("#onward a").getAttribute("href");
  return { without, onward: onward === `${url}/demo`, clean: !page.url().includes("secret") };
}

/** Paid by hand: what is to be done stands there until it is done, and not a moment longer. */
async function by_hand() {
  const page = await tab({ width: 360 });
  await asks("PUT", "/v1/orders/by-hand", { amount: 4999, currency: "EUR" });
  const session = await asks("POST", "/v1/sessions", { order_id: "by-hand", provider: "manual", cancel_url: `${url}/demo` });
  await page.goto(session.checkout_url);
  await page.waitForURL("**/return/**");
  const todo = await page.locator(".instructions").innerText();
  const way_back = await page.getByRole("link", { name: "Back to the shop" }).getAttribute("href");
  await look(page, "return-by-hand-light");
  await asks("POST", `/v1/sessions/${session.id}/review`, { decision: "approve", actor: "Ada" });
  await says(page, "Payment confirmed. Your order is now being processed.");
  await look(page, "return-by-hand-paid-light");
  return { todo, way_back: way_back === `${url}/demo`, after: await page.locator("main").innerText() };
}

/** The network fails while the page is open: it says so, and goes on once the network is back. */
async function offline() {
  const page = await tab({ width: 360 });
  await asks("PUT", "/v1/orders/offline", { amount: 4999, currency: "EUR" });
  const session = await asks("POST", "/v1/sessions", { order_id: "offline" });
  await page.goto(session.checkout_url);
  await page.locator("input[name=deliver][value=lost]").check({ force: true });
  await act(page, "pay");
  await page.waitForURL("**/return/**");
  await page.route("**/v1/sessions/**", (route) => route.abort());
  const lost = page.locator("#lost");
  await page.waitForFunction(() => document.getElementById("lost").textContent);
  const told = { role: await lost.getAttribute("role"), words: await lost.textContent(), still: await said(page) };
  await look(page, "return-offline-light");
  await page.unroute("**/v1/sessions/**");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForFunction(() => !document.getElementById("lost").textContent);
  // What is refused for good is not asked for without end.
  let asked = 0;
  await page.route("**/v1/sessions/**", (route) => { asked += 1; return route.fulfill({ status: 404, contentType: "application/problem+json", body: "{}" }); });
  await says(page, "Please open the payment from the shop again to see its status.");
  const times = asked;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForTimeout(1500);
  return { ...told, stopped: asked === times };
}

await tell({
  by_hand: await by_hand(),
  offline: await offline(),
  lost: await lost(),
  declined: await declined(),
  failed: await failed(),
  expired: await expired(),
  late: await late(),
  without_script: await without_script(),
  elsewhere: await elsewhere(),
});
