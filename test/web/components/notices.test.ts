import { expect, test } from "bun:test";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, until } from "../on-page.ts";

const browser = useBrowser();

test("the demo model is said at the top of the page, with the way to a real one", async () => {
  await using gateway = await FakeGateway.open({ demo: true });
  await using visitor = await enter(browser, gateway);
  const banner = visitor.page.locator(".demo");
  await banner.waitFor();
  expect((await banner.boundingBox())?.y).toBe(0);
  expect(await banner.innerText()).toContain("demo model");
  await banner.locator("summary").click();
  expect(await banner.innerText()).toContain("pi-gateway.jsonc");
});

test("a page that is open before the first pi is up learns of the demo as soon as it is", async () => {
  await using gateway = await FakeGateway.open({ demo: true });
  gateway.isPiUp = false;
  await using visitor = await enter(browser, gateway);
  await visitor.page.getByText("What shall we do?").waitFor();
  expect(await visitor.page.locator(".demo").count()).toBe(0);
  gateway.isPiUp = true;
  await visitor.page.locator(".demo").waitFor();
});

test("a real model needs no banner", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  await visitor.page.getByText("What shall we do?").waitFor();
  expect(await visitor.page.locator(".demo").count()).toBe(0);
});

test("a broken connection is said after a moment, with a way to try now, and not any more when it is back", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const notice = page.getByText("No connection to the gateway.");
  gateway.cut();
  await notice.waitFor();
  // Still cut: the page tries by itself too, and a try that succeeds would take the button away from under the hand.
  const before = gateway.refused;
  await page.getByRole("button", { name: "Try now" }).click();
  await until(() => gateway.refused > before);
  gateway.mend();
  await notice.waitFor({ state: "detached" });
  expect(gateway.clients()).toBe(1);
});

test("after an update of the gateway the page offers to load itself anew", async () => {
  await using gateway = await FakeGateway.open({ version: "1.0.0" });
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  gateway.version = "1.1.0";
  await gateway.restart();
  await page.getByText("The gateway was updated.").waitFor();
  await page.getByRole("button", { name: "Reload the page" }).click();
  await until(async () => (await page.locator(".version").allInnerTexts()).join() === "1.1.0");
  expect(await page.getByText("The gateway was updated.").count()).toBe(0);
});
