// Somebody who never saw it: from the shop's front page to reading why each of five messy orders ended as it did, by
// clicking only. Prints what it saw; the test that starts it judges.
import { look, tab, tell, url } from "./tab.mjs";

const CASES = ["Have the card declined", "Pay too late", "Pay too little", "Order while a provider is down", "Refund it in two parts"];

/** One case, from the front page, in a tab of its own. Nothing is typed, and no address but the first is entered. */
async function reads(name, number) {
  const page = await tab({ width: number % 2 ? 360 : 1280, colorScheme: number % 2 ? "dark" : "light" });
  await page.goto(`${url}/demo`);
  await page.getByRole("link", { name: "When things go wrong" }).first().click();
  await page.getByRole("heading", { name: "When things go wrong" }).waitFor();
  if (number < 2) await look(page, "mess");
  await page.getByRole("button", { name }).click();
  await page.waitForURL("**/demo/orders/**");
  const order = page.url().split("/").at(-1);
  await page.getByText("It was played to its end.").waitFor({ timeout: 60000 });
  await look(page, `demo-order-${number}`);
  await page.getByRole("link", { name: /its story/ }).click();
  await page.getByRole("heading", { name: "To the merchant's console" }).waitFor();
  if (number < 2) await look(page, "staff");
  await page.getByRole("button", { name: "As support" }).click();
  await page.locator(".story li").first().waitFor();
  await look(page, `story-${number}`);
  return {
    order,
    heading: await page.locator("h1").textContent(),
    status: await page.locator(".standing .badge").textContent(),
    story: await page.locator(".story .sentence").allTextContents(),
  };
}

const stories = [];
for (const [number, name] of CASES.entries()) stories.push(await reads(name, number));
await tell({ stories });
