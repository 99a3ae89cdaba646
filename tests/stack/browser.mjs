// A customer in a real browser: buys in the demo shop, pays at the sandbox, reads the truth, comes back to the shop.
// Prints what it saw as JSON; the test that starts it judges.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.PAYPROOF_SUITE, "package.json"));
const { chromium } = require("playwright-core");
const url = process.argv[2];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Buys, does `deed` at the checkout with the webhook delivered so, and says what the pages then say. */
async function story({ deed, deliver = "once", javaScriptEnabled = true, colorScheme = "light", width = 1280, waitFor }) {
  const context = await browser.newContext({ javaScriptEnabled, colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const foreign = [];
  const problems = [];
  page.on("request", (request) => { if (!request.url().startsWith(url) && !request.url().startsWith("data:")) foreign.push(request.url()); });
  page.on("console", (message) => { if (message.type() === "error") problems.push(message.text()); });
  page.on("pageerror", (error) => problems.push(String(error)));
  const overflows = [];
  const look = async () => {
    if (javaScriptEnabled && await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) overflows.push(page.url());
  };
  await page.goto(url + "/demo");
  await look();
  await page.getByRole("button", { name: "Buy and pay" }).click();
  await page.waitForURL("**/sandbox/checkout/**");
  await look();
  await page.locator(`input[name=deliver][value=${deliver}]`).check({ force: true });
  await page.locator(`button[name=act][value=${deed}]`).first().click();
  await page.waitForURL(/\/(return|demo)\//);
  const message = page.locator("#message");
  const at_once = (await message.count()) ? (await message.textContent()).trim() : null;
  if (waitFor) {
    if (javaScriptEnabled) await page.waitForFunction((words) => document.getElementById("message").textContent.trim() === words, waitFor);
    else await page.waitForFunction(() => true);
    for (let turn = 0; !javaScriptEnabled && turn < 20 && (await message.textContent()).trim() !== waitFor; turn++) {
      await page.waitForTimeout(1000);
    }
  }
  await look();
  const at_last = (await message.count()) ? (await message.textContent()).trim() : null;
  const address = page.url();
  const onward = page.locator("#onward a");
  let shop = null;
  if ((await onward.count()) && (await onward.isVisible())) {
    await onward.click();
    await page.waitForURL("**/demo/orders/**");
    await look();
    shop = (await page.locator("main").innerText()).replace(/\s+/g, " ");
  }
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${deed}-${deliver}-${width}-${colorScheme}.png`), fullPage: true });
  await context.close();
  return { deed, deliver, javaScriptEnabled, at_once, at_last, address, shop, foreign, problems, overflows };
}

const paid = "Payment confirmed. Your order is now being processed.";
const seen = [
  await story({ deed: "pay", waitFor: paid }),
  await story({ deed: "pay", deliver: "twice", waitFor: paid, colorScheme: "dark", width: 360 }),
  await story({ deed: "pay", deliver: "late", waitFor: paid, width: 360 }),
  await story({ deed: "pay", deliver: "once", waitFor: paid, javaScriptEnabled: false }),
  await story({ deed: "pay_other", waitFor: "Your payment is being reviewed. We will let you know as soon as it is confirmed.", colorScheme: "dark" }),
];
await browser.close();
process.stdout.write(JSON.stringify(seen));
