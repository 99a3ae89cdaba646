// A shop's own success page, on another origin, with the status element on it: what a customer sees there.
// Prints what it saw as JSON; the test that starts it judges.
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { asks, browser, url, violations } from "./tab.mjs";

await asks("PUT", "/v1/orders/element", { amount: 4999, currency: "EUR" });
const session = await asks("POST", "/v1/sessions", { order_id: "element", method: "card" });
const script = await (await fetch(url + "/v1/status.js")).arrayBuffer();

const listener = `seen = []; for (const name of ["status", "final", "lost"])
  document.addEventListener("payproof-" + name, (event) => seen.push([name, event.detail && event.detail.status]));`;
const shop = createServer((request, response) => {
  if (request.url === "/seen.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(listener);
  const secret = request.url === "/wrong" ? "csec_wrong" : session.client_secret;
  response.setHeader("content-type", "text/html; charset=utf-8");
  // A strict shop: nothing but itself and payproof.
  response.setHeader("content-security-policy", `default-src 'none'; script-src 'self' ${url}; connect-src ${url}`);
  response.end(`<!doctype html><html lang="${request.url === "/pt" ? "pt" : "de"}"><title>Danke</title><header><h1>Danke</h1></header><main>
    <script src="/seen.js"></script>
    <script src="${url}/v1/status.js" defer></script>
    <payproof-status session="${session.id}" secret="${secret}"><a href="/order">See your order</a></payproof-status>
  </main></html>`);
});
await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
const page_of_shop = `http://127.0.0.1:${shop.address().port}`;

const problems = [];
const open = async (path, options = {}) => {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(15000);
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(page_of_shop + path);
  return page;
};
const says = (page, words) => page.waitForFunction((words) => {
  const element = document.querySelector("payproof-status");
  return element.shadowRoot && element.shadowRoot.querySelector("[part=message]").textContent === words;
}, words);

const page = await open("/");
await says(page, "Vielen Dank, wir bestätigen gerade Ihre Zahlung.");
const fallback_shown_after = await page.getByText("See your order").isVisible();
const message = await page.evaluate(() => {
  const said = document.querySelector("payproof-status").shadowRoot.querySelector("[role=status]");
  const parts = [...said.querySelectorAll("[part]")].map((part) => part.getAttribute("part"));
  return { live: said.getAttribute("aria-live"), parts, lang: said.lang };
});
const before = await page.locator("payproof-status").getAttribute("status");

const customer = await (await browser.newContext()).newPage();
await customer.goto(session.checkout_url);
await customer.locator("button[name=act][value=pay]").first().click();
await customer.waitForURL(/\/return\//);
await says(page, "Zahlung bestätigt. Ihre Bestellung wird jetzt bearbeitet.");
const after = await page.locator("payproof-status").getAttribute("status");
// Moved about in the page it asks anew, and has nothing new to tell.
await page.evaluate(() => {
  const element = document.querySelector("payproof-status");
  globalThis.moved = performance.getEntriesByType("resource").length;
  document.querySelector("main").prepend(element);
});
await page.waitForFunction(() => performance.getEntriesByType("resource").length > globalThis.moved);
await page.waitForTimeout(200);
const seen = await page.evaluate(() => seen);
const inaccessible = await violations(page);

// What the page is written in is none of ours: then what its reader likes.
const elsewhere = await open("/pt", { locale: "es-MX" });
await says(elsewhere, "Pago confirmado. Su pedido se está procesando.");
const spoken = await elsewhere.evaluate(() => document.querySelector("payproof-status").shadowRoot.querySelector("[role=status]").lang);

const wrong = await open("/wrong");
await wrong.waitForFunction(() => seen.some(([name]) => name === "lost"));
const without = await open("/", { javaScriptEnabled: false });
const report = {
  gzipped: gzipSync(Buffer.from(script)).length, message, spoken, before, after, seen, fallback_shown_after, problems, inaccessible,
  wrong: { text: await wrong.locator("main").innerText(), status: await wrong.locator("payproof-status").getAttribute("status") },
  without: (await without.locator("main").innerText()).trim(),
};
await browser.close();
shop.close();
process.stdout.write(JSON.stringify(report));
