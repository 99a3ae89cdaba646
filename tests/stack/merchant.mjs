// A merchant at the console, and what happens meanwhile: customers who pay, a sandbox that tells, answers that are held back.
import { createRequire } from "node:module";
import { join } from "node:path";
import { asks, tab, url } from "./tab.mjs";

const { Webhook } = createRequire(join(process.env.PAYPROOF_SUITE, "package.json"))("standardwebhooks");
const { SANDBOX_SECRET } = process.env;
/** Whether nothing of the page is being read. */
export const IDLE = () => !document.querySelector("main [aria-busy]");

export async function signIn(page, key) {
  await page.getByLabel("Key").fill(key);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

export async function signedIn(key, options) {
  const page = await tab(options);
  await page.goto(`${url}/dashboard`);
  await signIn(page, key);
  return page;
}

/** A page of the console, at rest. */
export async function at(page, address, heading) {
  await page.goto(`${url}/dashboard#/${address}`);
  await page.getByRole("heading", { name: heading, level: 1, exact: true }).waitFor();
  await page.waitForFunction(IDLE);
}

/** Somebody goes to another page while something is under way. */
export async function goesTo(page, address, heading) {
  await page.evaluate((hash) => { location.hash = hash; }, `#/${address}`);
  await page.getByRole("heading", { name: heading, level: 1, exact: true }).waitFor();
}

export async function finds(page, text) {
  await page.getByRole("searchbox", { name: "Find an order" }).fill(text);
  await page.keyboard.press("Enter");
}

export const heading = (page) => page.locator("h1").textContent();
export const answer = async (page) => (await page.locator("#answer").innerText()).replace(/\s+/g, " ").replace(/ Close$/, "");
export const words = async (place) => (await place.innerText()).replace(/\s+/g, " ");

function later() {
  let done;
  const promise = new Promise((resolve) => { done = resolve; });
  return { promise, done };
}

/** A request's answer is held back: `asked` once it was sent; `release` ends once the page has had the answer. */
export async function held(page, path, respond) {
  const [asked, gate, answered] = [later(), later(), later()];
  const answers = async (route) => {
    asked.done();
    await gate.promise;
    await respond(route);
    answered.done();
  };
  await page.route(({ pathname }) => pathname === path, answers, { times: 1 });
  const release = async () => {
    gate.done();
    await answered.promise;
    // What is asked for after it is answered after it.
    await page.evaluate(() => fetch("dashboard/console.css", { cache: "no-store" }).then((css) => css.text()));
    await page.evaluate(() => fetch("dashboard/console.css", { cache: "no-store" }).then((css) => css.text()));
  };
  return { asked: asked.promise, release };
}

export const says = (status, body) => (route) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });

/** The sandbox says something, signed as it signs. */
export async function sandboxSays(id, type, data, secret = SANDBOX_SECRET) {
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
  const now = new Date();
  const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": new Webhook(secret).sign(id, now, body) };
  return (await fetch(`${url}/v1/webhooks/demo/sandbox`, { method: "POST", headers, body })).status;
}

export async function opens(order, amount, currency, more, wish) {
  await asks("PUT", `/v1/orders/${order}`, { amount, currency, ...more });
  return asks("POST", "/v1/sessions", { order_id: order, ...wish });
}

/** Somebody who buys. */
export const customer = await tab();
export async function pays(order, amount, currency) {
  const session = await opens(order, amount, currency);
  await customer.goto(session.checkout_url);
  await customer.locator("button[name=act][value=pay]").first().click();
  await customer.waitForURL(/\/return\//);
  await customer.waitForFunction(() => document.getElementById("message").textContent.includes("confirmed. Your"));
}

export const declined = (id, { id: reference }, reason) => sandboxSays(id, "payment.declined", { reference, reason });
export const paid = (id, { id: reference }, payment_id, amount) => sandboxSays(id, "payment.paid", { reference, payment_id, amount, currency: "EUR" });
