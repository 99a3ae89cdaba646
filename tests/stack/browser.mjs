// A customer in a real browser: buys in the demo shop, pays at the sandbox, reads the truth, comes back to the shop.
// Prints what it saw as JSON; the test that starts it judges.
import { look, tab, tell, url } from "./tab.mjs";

/** Buys, does `deed` at the checkout with the webhook delivered so, and says what the pages then say. */
async function story({ deed, deliver = "once", javaScriptEnabled = true, colorScheme = "light", width = 1280, waitFor }) {
  const page = await tab({ javaScriptEnabled, colorScheme, width });
  const see = (name) => javaScriptEnabled && look(page, `${name}-${deed}-${deliver}-${colorScheme}`);
  await page.goto(url + "/demo");
  await see("shop");
  await page.getByRole("button", { name: "Buy and pay" }).click();
  await page.waitForURL("**/sandbox/checkout/**");
  await see("checkout");
  await page.locator(`input[name=deliver][value=${deliver}]`).check({ force: true });
  await page.locator(`button[name=act][value=${deed}]`).first().click();
  await page.waitForURL(/\/(return|demo)\//);
  const message = page.locator("#message");
  const at_once = (await message.count()) ? (await message.textContent()).trim() : null;
  if (waitFor) {
    if (javaScriptEnabled) await page.waitForFunction((words) => document.getElementById("message").textContent.trim() === words, waitFor);
    for (let turn = 0; !javaScriptEnabled && turn < 20 && (await message.textContent()).trim() !== waitFor; turn++) {
      await page.waitForTimeout(1000);
    }
  }
  await see("return");
  const at_last = (await message.count()) ? (await message.textContent()).trim() : null;
  const address = page.url();
  const onward = page.locator("#onward a");
  let shop = null;
  if ((await onward.count()) && (await onward.isVisible())) {
    await onward.click();
    await page.waitForURL("**/demo/orders/**");
    await see("order");
    shop = (await page.locator("main").innerText()).replace(/\s+/g, " ");
  }
  await page.context().close();
  return { deed, deliver, javaScriptEnabled, at_once, at_last, address, shop };
}

const paid = "Payment confirmed. Your order is now being processed.";
const stories = [
  await story({ deed: "pay", waitFor: paid }),
  await story({ deed: "pay", deliver: "twice", waitFor: paid, colorScheme: "dark", width: 360 }),
  await story({ deed: "pay", deliver: "late", waitFor: paid, width: 360 }),
  await story({ deed: "pay", deliver: "once", waitFor: paid, javaScriptEnabled: false }),
  await story({ deed: "pay_other", waitFor: "Your payment is being reviewed. We will let you know as soon as it is confirmed.", colorScheme: "dark" }),
];
await tell({ stories });
