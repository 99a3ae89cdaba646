// A merchant in a real browser: signs in, reads an order's story, refunds a part. Prints what it saw as JSON; the test
// that starts it judges.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { asks, look, seen, tab, tell, unreached, url } from "./tab.mjs";

const { Webhook } = createRequire(join(process.env.PAYPROOF_SUITE, "package.json"))("standardwebhooks");
const { SECRET_KEY, READ_KEY, SANDBOX_SECRET } = process.env;

async function signIn(page, key) {
  await page.goto(url + "/dashboard");
  await page.getByLabel("Key").fill(key);
  await page.keyboard.press("Enter");
}

/** The sandbox says something, signed as it signs. */
async function sandboxSays(id, type, data) {
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
  const at = new Date();
  const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1000)), "webhook-signature": new Webhook(SANDBOX_SECRET).sign(id, at, body) };
  const answer = await fetch(`${url}/v1/webhooks/demo/sandbox`, { method: "POST", headers, body });
  return (await answer.json()).outcome;
}

const markup = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202Eabc";
await asks("PUT", "/v1/orders/1042", { amount: 4999, currency: "EUR", customer_email: "ada@example.test" });
const session = await asks("POST", "/v1/sessions", { order_id: "1042" });
const customer = await tab();
await customer.goto(session.checkout_url);
await customer.locator("button[name=act][value=pay]").first().click();
await customer.waitForURL(/\/return\//);
await customer.waitForFunction(() => document.getElementById("message").textContent.includes("confirmed. Your"));
await asks("PUT", "/v1/orders/hostile", { amount: 100, currency: "EUR", description: `${markup} ${"x".repeat(400)}`, metadata: { [markup.slice(0, 40)]: "y".repeat(200) } });
const hostile = await asks("POST", "/v1/sessions", { order_id: "hostile" });
const endless = (markup + " ").repeat(250).slice(0, 10000);
seen.hostile = [
  await sandboxSays("msg_hostile1", "payment.declined", { reference: hostile.id, checkout_id: endless.slice(0, 200), reason: endless }),
  await sandboxSays("msg_hostile2", `payment.${endless}`, { reference: hostile.id }),
  await sandboxSays("msg_hostile3", "payment.paid", { reference: hostile.id.replace(/_1$/, "_9"), payment_id: markup.slice(0, 30), amount: 100, currency: "EUR" }),
];

const dark = await tab({ width: 360, colorScheme: "dark" });
await dark.goto(`${url}/dashboard`);
await look(dark, "console-sign-in-dark");
const page = await tab();
await signIn(page, SECRET_KEY.slice(0, -1) + (SECRET_KEY.endsWith("a") ? "b" : "a"));
seen.wrong = await page.getByRole("alert").textContent();
await look(page, "console-wrong-key");
await page.getByLabel("Key").fill(SECRET_KEY.replace("sk_", "pk_"));
await page.keyboard.press("Enter");
seen.publishable = await page.getByText("publishable key").textContent();
await page.getByLabel("Key").fill(SECRET_KEY);
await page.keyboard.press("Enter");

await page.locator(".row .name").first().waitFor();
await look(page, "console-orders");
seen.listed = await page.locator(".row .name").allTextContents();
await page.getByRole("searchbox", { name: "Find an order" }).fill("no-such-order");
await page.keyboard.press("Enter");
await page.getByText("Nothing of this shop has the id").waitFor();
seen.nothing = await page.locator("#answer").textContent();
await page.getByRole("searchbox", { name: "Find an order" }).fill(session.id);
await page.keyboard.press("Enter");
await page.locator(".story li").first().waitFor();
seen.by_session = await page.locator("h1").textContent();
seen.story = await page.locator(".story").innerText();
await look(page, "console-order");

/** What a button saves. */
async function saves(name) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}
const { order, entries } = JSON.parse((await saves("Save as JSON")).text);
seen.saved = { order: order.id, entries: entries.length };
const table = await saves("Save as CSV");
seen.table = { name: table.name, lines: table.text.trimEnd().split("\r\n").length, paid: table.text.includes('"49.99","EUR"') };

// What the provider calls the payment leads to the same order: whose it is the provider says.
const [payment] = order.sessions[0].provider_payment_ids;
await page.goto(`${url}/dashboard#/orders`);
await page.getByRole("searchbox", { name: "Find an order" }).fill(payment);
await page.keyboard.press("Enter");
await page.locator(".story li").first().waitFor();
seen.by_payment = await page.locator("h1").textContent();
const told = entries.find((entry) => entry.kind === "webhook_received");
await page.goto(`${url}/dashboard#/orders`);
await page.getByRole("searchbox", { name: "Find an order" }).fill(told.event_id);
await page.keyboard.press("Enter");
await page.locator(".story li").first().waitFor();
seen.by_event = await page.locator("h1").textContent();

await page.getByRole("button", { name: "Refund…" }).click();
const amount = page.getByLabel("Amount in EUR");
await amount.fill("1,000.00");
await page.getByRole("button", { name: "Refund", exact: true }).click();
seen.no_amount = await page.locator("dialog [role=alert]").textContent();
await amount.fill("50");
await page.getByRole("button", { name: "Refund", exact: true }).click();
await page.getByText("More than is left").waitFor();
seen.too_much = await page.locator("dialog [role=alert]").textContent();
await look(page, "console-refund");
// It is made, and the answer is lost: another amount is not sent then, and the same is made once.
await page.route("**/refunds", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
await amount.fill("15.00");
await page.getByRole("button", { name: "Refund", exact: true }).click();
await page.getByText("No answer came").waitFor();
await amount.fill("16.00");
await page.getByRole("button", { name: "Refund", exact: true }).click();
seen.unsure = await page.getByText("Nobody knows yet").textContent();
await amount.fill("15.00");
await page.getByRole("button", { name: "Refund", exact: true }).click();
await page.locator("dialog").waitFor({ state: "detached" });
await page.getByText("Refund of 15.00").first().waitFor();
await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
seen.refunded = (await page.locator("dt", { hasText: /^Refunded$/ }).first().locator("+ dd").textContent()).replace(/\u00a0/g, " ");

// Another amount comes while somebody looks at the order: seen without a reload, and approved by keyboard alone.
await asks("PUT", "/v1/orders/other", { amount: 4999, currency: "EUR" });
const other = await asks("POST", "/v1/sessions", { order_id: "other" });
await page.goto(`${url}/dashboard#/orders/other`);
await page.locator(".story li").first().waitFor();
await customer.goto(other.checkout_url);
await customer.locator("button[name=act][value=pay_other]").click();
await customer.waitForURL(/\/return\//);
const approve = page.getByRole("button", { name: "Approve…" });
await approve.waitFor();
seen.live = await page.locator("#answer").innerText();
await approve.focus();
await page.keyboard.press("Enter");
await page.getByLabel("Your name").waitFor();
await look(page, "console-approve");
await page.keyboard.press("Enter");
seen.nameless = await page.locator("dialog [role=alert]").textContent();
await page.keyboard.type("Ada Byron");
await page.keyboard.press("Enter");
await page.getByText("Attempt 1 is paid.").waitFor();
await page.getByText("Ada Byron").first().waitFor();
seen.approved = await page.locator(".standing .badge").textContent();
seen.focus = await page.evaluate(() => document.activeElement.tagName);

// A provider's list: by its own id, short of what came, of nobody here, and one line that is none.
await page.goto(`${url}/dashboard#/differences`);
await page.getByLabel("List, as CSV").fill(`reference,amount,currency\n${payment},49.99,EUR\nother,48.99,EUR\nnobody,1.00,EUR\n1042,,EUR`);
await page.getByRole("button", { name: "Compare" }).click();
await page.getByText("agrees").waitFor();
seen.differences = (await page.locator("main").innerText()).replace(/\u00a0/g, " ");
await look(page, "console-differences-found");

// Of a pasted address only the id is looked for, and a secret alone not at all.
const finds = async (text) => {
  await page.getByRole("searchbox", { name: "Find an order" }).fill(text);
  await page.keyboard.press("Enter");
};
await finds(`${url}/return/${session.id}?client_secret=${session.client_secret}`);
await page.getByRole("heading", { name: "Order 1042" }).waitFor();
await finds(session.client_secret);
await page.getByText("That is a secret").waitFor();
await finds(order.payment_id);
await page.getByRole("heading", { name: "Order 1042" }).waitFor();

// A link is made once, whatever is pressed in it.
let made = 0;
page.on("request", (request) => { made += request.url().endsWith("/v1/payment-links") ? 1 : 0; });
await page.goto(`${url}/dashboard#/orders/hostile`);
await page.getByRole("button", { name: "Make a payment link…" }).click();
await page.getByRole("button", { name: "Make the link" }).click();
await page.getByLabel("Link", { exact: true }).focus();
await page.keyboard.press("Enter");
await look(page, "console-link");
await page.getByRole("button", { name: "Close" }).last().click();
seen.links_made = made;

// An event's id leads to it, however many others there are.
const { data: kept } = await asks("GET", "/v1/events");
await finds(kept.at(-1).id);
await page.getByText(kept.at(-1).id).first().waitFor();
await look(page, "console-event");

// What needs somebody comes first.
await asks("PUT", "/v1/orders/short", { amount: 4999, currency: "EUR" });
const short = await asks("POST", "/v1/sessions", { order_id: "short" });
await sandboxSays("msg_short", "payment.paid", { reference: short.id, payment_id: "txn_short", amount: 1000, currency: "EUR" });
await page.goto(`${url}/dashboard#/orders`);
const needy = page.getByRole("region", { name: "Needs somebody" }).locator(".row");
await needy.first().waitFor();
seen.needy = await needy.locator(".name").allTextContents();
await look(page, "console-needs-somebody");

// With the Tab key alone everything is reached, on each page and in a question; and in the dark it is as readable.
const night = await tab({ colorScheme: "dark" });
await signIn(night, SECRET_KEY);
await night.locator(".row .name").first().waitFor();
seen.unreached = [];
for (const address of ["orders", "orders/1042", "orders/short", "events", "notifications", "diagnostics", "routing", "numbers", "differences"]) {
  await night.goto(`${url}/dashboard#/${address}`);
  await night.waitForTimeout(200);
  await look(night, `console-${address.replace("/", "-")}-night`);
  seen.unreached.push(...(await unreached(night)).map((what) => `${address}: ${what}`));
}
await night.goto(`${url}/dashboard#/orders/short`);
for (const deed of ["Approve…", "Reject…", "Ask sandbox…", "Refund…", "Acknowledge…"]) {
  await night.getByRole("button", { name: deed }).first().click();
  await night.locator("dialog[open]").waitFor();
  await look(night, `console-${deed.split(/[ …]/)[0].toLowerCase()}-night`);
  seen.unreached.push(...(await unreached(night)).map((what) => `${deed} ${what}`));
  await night.keyboard.press("Escape");
  await night.locator("dialog").waitFor({ state: "detached" });
}

for (const colorScheme of ["light", "dark"]) {
  const reader = await tab({ width: 360, colorScheme });
  await signIn(reader, READ_KEY);
  await reader.locator(".row .name").first().waitFor();
  for (const address of ["orders", "orders/1042", "orders/hostile", "events", "notifications", "diagnostics", "routing", "numbers", "differences"]) {
    await reader.goto(`${url}/dashboard#/${address}`);
    await reader.waitForTimeout(200);
    await look(reader, `console-${address.replace("/", "-")}-${colorScheme}`);
    const acts = await reader.locator("main button", { hasText: "…" }).allTextContents();
    seen.acts_of_a_read_key = [...(seen.acts_of_a_read_key ?? []), ...acts];
  }
  await reader.getByRole("button", { name: "Sign out" }).click();
  seen.signed_out = await reader.locator("h1").textContent();
  seen.kept = await reader.evaluate(() => [...Object.values(sessionStorage), ...Object.values(localStorage)].filter(Boolean));
}
await tell({});
