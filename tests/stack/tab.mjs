// A browser's tab as the stories open it, and what is watched in each of them: where it asks, what it complains of,
// whether it is wider than the screen, and whether people who do not see, or do not point, can use it (axe-core).
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.PAYPROOF_SUITE, "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** The rules of WCAG 2.2, A and AA, and what axe calls best practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The stack's address. */
export const url = process.argv[2];
const { SECRET_KEY, SCREENSHOTS } = process.env;

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** What no page may do, by what it did. */
export const seen = { alerts: [], foreign: [], problems: [], overflows: [], inaccessible: [], keys_in_addresses: [] };

/** A tab. A refused request is told of on its console, too: those that are meant to be refused are not problems. */
export async function tab({ width = 1280, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on("dialog", (dialog) => { seen.alerts.push(dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) seen.foreign.push(request.url());
    // The address that a provider sends a browser back to is cleaned by the page; nothing else may hold a secret.
    if (/[sr]k_/.test(request.url()) || (/csec_/.test(request.url()) && !/\/return\//.test(request.url()))) seen.keys_in_addresses.push(request.url());
  });
  page.on("console", (message) => { if (message.type() === "error" && !/status of (401|404|409)|ERR_FAILED/.test(message.text())) seen.problems.push(message.text()); });
  page.on("pageerror", (error) => seen.problems.push(String(error)));
  return page;
}

/** What axe-core finds wrong with a page as it is. It is put in past the page's own policy, which allows no such thing. */
export async function violations(page) {
  await page.evaluate(AXE);
  return page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: "tag", values } });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
  }, RULES);
}

/** What can be used on a page, or in the question that is open on it, and is never reached by the Tab key. */
export async function unreached(page) {
  const all = await page.evaluate(() => {
    const root = document.querySelector("dialog[open]") ?? document;
    const usable = "a[href], button:not([disabled]), input:not([type=hidden], [type=radio], [disabled]), select, textarea, summary";
    const shown = [...root.querySelectorAll(usable)].filter((node) => node.checkVisibility() && !node.closest("[hidden]"));
    shown.forEach((node, at) => { node.dataset.reach = String(at); });
    return shown.map((node) => `${node.tagName} ${(node.getAttribute("aria-label") ?? node.textContent).trim().slice(0, 40)}`);
  });
  const reached = new Set();
  // A date takes several presses to pass.
  for (let turn = 0; turn < 3 * all.length + 20 && reached.size < all.length; turn += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => document.activeElement?.dataset?.reach);
    if (at !== undefined) reached.add(Number(at));
  }
  return all.filter((_, at) => !reached.has(at));
}

/** Looks at a page once it is at rest. */
export async function look(page, name) {
  await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
  const { width } = page.viewportSize();
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) seen.overflows.push(`${name} at ${width}`);
  seen.inaccessible.push(...(await violations(page)).map((violation) => `${name} at ${width}: ${violation}`));
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
}

/** The shop's server asks payproof. */
export async function asks(method, path, body) {
  const headers = { authorization: `Bearer ${SECRET_KEY}`, "content-type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Ends the story with what was seen. */
export async function tell(more) {
  await browser.close();
  process.stdout.write(JSON.stringify({ ...seen, ...more }));
}
