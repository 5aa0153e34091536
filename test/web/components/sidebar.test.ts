import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../browser.ts";
import { FakeGateway, sessionOf } from "../fake-gateway.ts";
import { enter, reads, reconnect, until, write } from "../on-page.ts";

const browser = useBrowser();

const titles = (page: Page) => page.locator(".listed-title").allInnerTexts();
const begin = (page: Page) => page.getByRole("button", { name: "New conversation" }).first().click();

test("conversations are apart from each other, listed by their first words, and one is as it was left", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "About cats");
  await until(() => gateway.taken.length === 1);
  await begin(page);
  await page.getByText("What shall we do?").waitFor();
  await write(page, "About dogs");
  await until(() => gateway.taken.length === 2);
  expect(gateway.rows.size).toBe(2);
  expect(await titles(page)).toEqual(["About dogs", "About cats"]);
  await page.getByRole("button", { name: "About cats", exact: true }).click();
  await reads(page, ["you: About cats | Waiting"]);
  expect(await page.locator("h1").innerText()).toBe("About cats");
  await page.reload();
  await reads(page, ["you: About cats | Waiting"]);
  await page.goBack();
  await reads(page, ["you: About dogs | Waiting"]);
  await page.goForward();
  await reads(page, ["you: About cats | Waiting"]);
});

test("an answer in another conversation is marked there and in the title of the tab, until it is looked at", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "About cats");
  await until(() => gateway.taken.length === 1);
  const cats = gateway.session;
  const turn = gateway.begin(cats).write("Purr");
  await page.locator(".working-dot").waitFor();
  await until(async () => (await page.title()) === "… About cats · pi-gateway");
  await begin(page);
  expect(await page.locator(".working-dot").count()).toBe(1);
  turn.finish("Purr.");
  await page.getByText("1 new answer").waitFor();
  expect(await page.title()).toBe("(1) pi-gateway");
  await page.getByRole("button", { name: /^About cats/ }).click();
  await until(async () => (await page.locator(".badge").count()) === 0);
  expect(await page.title()).toBe("About cats · pi-gateway");
});

test("a conversation can be renamed, and the name stays", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "About cats");
  await page.getByRole("button", { name: "About cats", exact: true }).hover();
  await page.getByRole("button", { name: "Rename “About cats”" }).click();
  await page.getByLabel("Name of the conversation").waitFor();
  await page.keyboard.type("Kittens");
  await page.keyboard.press("Enter");
  await until(async () => (await titles(page)).join() === "Kittens");
  await page.reload();
  await until(async () => (await titles(page)).join() === "Kittens");
  await page.getByRole("button", { name: "Kittens", exact: true }).hover();
  await page.getByRole("button", { name: "Rename “Kittens”" }).click();
  await page.getByLabel("Name of the conversation").waitFor();
  await page.keyboard.type("Never mind");
  await page.keyboard.press("Escape");
  await until(async () => (await titles(page)).join() === "Kittens");
});

test("a conversation can be taken off the list after a question, and does not come back by itself", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "About cats");
  await until(() => gateway.taken.length === 1);
  await page.getByRole("button", { name: "About cats", exact: true }).hover();
  await page.getByRole("button", { name: "Remove “About cats”" }).click();
  await page.getByText("The gateway keeps what was said.").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await titles(page)).toEqual(["About cats"]);
  await page.getByRole("button", { name: "About cats", exact: true }).hover();
  await page.getByRole("button", { name: "Remove “About cats”" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("What shall we do?").waitFor();
  await page.goto(gateway.link);
  await page.reload();
  await until(() => gateway.clients() === 1);
  await page.getByText("What you talk about is listed here.").waitFor();
  expect(gateway.rowsOf(gateway.session)).toHaveLength(1);
});

test("conversations from another browser are listed and named by their first words once opened", async () => {
  await using gateway = await FakeGateway.open();
  gateway.addUserRow(sessionOf("elsewhere"), "m0", "Begun elsewhere");
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await page.getByRole("button", { name: "Conversation", exact: true }).click();
  await reads(page, ["you: Begun elsewhere | Waiting"]);
  await until(async () => (await titles(page)).join() === "Begun elsewhere");
});

test("on a phone the list is a drawer: it opens, takes the keyboard, and closes by Escape, choice and a tap beside it", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway, { width: 390, isPhone: true });
  const { page } = visitor;
  const drawer = page.locator("#sidebar");
  expect(await drawer.isVisible()).toBe(false);
  await write(page, "About cats");
  await until(() => gateway.taken.length === 1);
  const open = page.getByRole("button", { name: "Show conversations" });
  await open.tap();
  await drawer.waitFor();
  await until(() =>
    page.evaluate<boolean>("document.getElementById('sidebar').contains(document.activeElement)"),
  );
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  await until(() => open.evaluate("document.activeElement?.getAttribute('aria-controls') === 'sidebar'"));
  await open.tap();
  await page.getByRole("button", { name: "About cats", exact: true }).tap();
  await drawer.waitFor({ state: "hidden" });
  await open.tap();
  await page.touchscreen.tap(380, 400);
  await drawer.waitFor({ state: "hidden" });
});

test("the colours are the person's choice, kept, and otherwise the system's", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway, { colors: "dark" });
  const { page } = visitor;
  const ground = () => page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
  const dark = await ground();
  await page.getByRole("button", { name: "Colours: as the system" }).click();
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  await page.getByRole("button", { name: "Colours: light" }).waitFor();
  expect(await ground()).toBe(light);
  await page.getByRole("button", { name: "Colours: light" }).click();
  expect(await ground()).toBe(dark);
  await page.getByRole("button", { name: "Colours: dark" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  expect(await ground()).toBe(light);
});

test("a new conversation is with the agent that answers by default, and what was typed before moves along", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const open = () => decodeURIComponent(new URL(page.url()).hash);
  expect(open()).not.toContain("agent:");
  await page.locator("#message").fill("half a thought");
  gateway.agent = "helper";
  gateway.cut();
  await reconnect(gateway, page);
  await until(() => open().includes("agent:helper:webchat:dm:"));
  expect(await page.locator("#message").inputValue()).toBe("half a thought");
  await page.locator("#message").press("Enter");
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken[0]?.sessionKey).toStartWith("agent:helper:webchat:dm:");
  gateway.agent = "main";
  gateway.cut();
  await reconnect(gateway, page);
  await reads(page, ["you: half a thought | Waiting"]);
  expect(open()).toContain("agent:helper:webchat:dm:");
});
