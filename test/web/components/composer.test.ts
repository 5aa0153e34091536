import { expect, test } from "bun:test";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, until, write } from "../on-page.ts";

const browser = useBrowser();

test("Enter sends, Shift+Enter begins a new line, and the field is empty and ready again", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const field = visitor.page.locator("#message");
  await until(() => field.evaluate("document.activeElement?.id === 'message'"));
  await visitor.page.keyboard.type("one");
  await visitor.page.keyboard.press("Shift+Enter");
  await visitor.page.keyboard.type("two");
  await visitor.page.keyboard.press("Enter");
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken[0]?.text).toBe("one\ntwo");
  expect(await field.inputValue()).toBe("");
  expect(await visitor.page.evaluate<string>("document.activeElement.id")).toBe("message");
});

test("nothing is sent when there is nothing to say", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  await write(visitor.page, "  \n ");
  expect(await visitor.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await write(visitor.page, "Something");
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken[0]?.text).toBe("Something");
});

test("the Enter that ends a word of an input method does not send it", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway, { locale: "zh-CN" });
  const { page } = visitor;
  const keys = await page.context().newCDPSession(page);
  await page.locator("#message").focus();
  await keys.send("Input.imeSetComposition", { text: "nihao", selectionStart: 5, selectionEnd: 5 });
  const enterKey = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 } as const;
  await keys.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enterKey });
  await keys.send("Input.insertText", { text: "你好" });
  await page.evaluate(`
    document.getElementById("message").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }),
    )
  `);
  expect(await page.locator("#message").inputValue()).toBe("你好");
  await page.keyboard.press("Enter");
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken.map(({ text }) => text)).toEqual(["你好"]);
});

test("a draft stays with its conversation, through others and through a reload", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Sent");
  await until(() => gateway.taken.length === 1);
  await page.locator("#message").fill("Half a thought");
  await page.getByRole("button", { name: "New conversation" }).first().click();
  await until(async () => (await page.locator("#message").inputValue()) === "");
  await page.goBack();
  await until(async () => (await page.locator("#message").inputValue()) === "Half a thought");
  await page.reload();
  await until(async () => (await page.locator("#message").inputValue()) === "Half a thought");
  await page.locator("#message").press("Enter");
  await until(() => gateway.taken.length === 2);
  await page.reload();
  await page.locator("#message").waitFor();
  expect(await page.locator("#message").inputValue()).toBe("");
});

test("the stop button is there while a turn runs, and it and Escape stop it; the text so far is kept and marked", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const stop = page.getByRole("button", { name: "Stop (Esc)" });
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  let turn = gateway.begin(gateway.session).write("Half of");
  gateway.onAbort = () => turn.stop("Half of");
  await stop.click();
  await reads(page, ["you: Go", "pi: Half of | Stopped"]);
  await stop.waitFor({ state: "detached" });
  await write(page, "Again");
  await until(() => gateway.taken.length === 2);
  turn = gateway.begin(gateway.session).write("Half of");
  await stop.waitFor();
  await page.keyboard.press("Escape");
  await reads(page, ["you: Go", "pi: Half of | Stopped", "you: Again", "pi: Half of | Stopped"]);
  await page.keyboard.press("Escape");
  expect(gateway.aborted).toHaveLength(2);
  await page.reload();
  await reads(page, ["you: Go", "pi: Half of | Stopped", "you: Again", "pi: Half of | Stopped"]);
});

test("the field grows with what is written, up to a part of the screen", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const field = visitor.page.locator("#message");
  const height = async () => (await field.boundingBox())?.height ?? 0;
  const one = await height();
  await field.fill("a\nb\nc\nd");
  expect(await height()).toBeGreaterThan(one + 40);
  await field.fill("line\n".repeat(200));
  expect(await height()).toBeLessThan(800 * 0.45);
});

test("a suggestion of the empty page goes into the field, not out", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  await visitor.page.getByRole("button", { name: "What can you do?" }).click();
  expect(await visitor.page.locator("#message").inputValue()).toBe("What can you do?");
  await visitor.page.keyboard.press("Enter");
  await until(() => gateway.taken.length === 1);
});
