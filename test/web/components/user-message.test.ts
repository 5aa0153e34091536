import { expect, test } from "bun:test";
import { RequestError } from "../../../src/core/errors.ts";
import { useBrowser } from "../browser.ts";
import { busy, FakeGateway } from "../fake-gateway.ts";
import { enter, reads, reconnect, textOf, until, write } from "../on-page.ts";

const browser = useBrowser();

test("what is written while offline is kept, survives a reload, and is sent once when the gateway is back", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  gateway.cut();
  await write(page, "First");
  await write(page, "Second");
  await reads(page, ["you: First | Waiting for the connection", "you: Second | Waiting for the connection"]);
  gateway.mend();
  await page.reload();
  await until(() => gateway.taken.length === 2);
  expect(gateway.taken.map(({ text }) => text)).toEqual(["First", "Second"]);
  gateway.begin(gateway.session).finish("Both.");
  await reads(page, ["you: First", "you: Second", "pi: Both."]);
  expect(await page.evaluate<string>("Object.keys(localStorage).join()")).not.toContain("outbox");
});

test("when the line breaks after the write and before the acknowledgement, the message is not sent twice", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  let breaks = 1;
  gateway.onMessage = () => {
    if (breaks-- > 0) gateway.cut();
  };
  await write(page, "Once only");
  await reads(page, ["you: Once only | Waiting for the connection"]);
  await reconnect(gateway, page);
  await until(() => gateway.sends.length === 2);
  await reads(page, ["you: Once only | Waiting"]);
  expect(gateway.taken).toHaveLength(1);
  expect(new Set(gateway.sends.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  gateway.begin(gateway.session).finish("Yes.");
  await reads(page, ["you: Once only", "pi: Yes."]);
});

test("two tabs with the same unsent message send it once", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const tab = await visitor.openTab();
  await tab.goto(`${gateway.link}&${new URL(visitor.page.url()).hash.slice(1)}`);
  await until(() => gateway.clients() === 2);
  gateway.cut();
  await write(visitor.page, "Once only");
  await reads(tab, ["you: Once only | Waiting for the connection"]);
  await reconnect(gateway, visitor.page, tab);
  await reads(visitor.page, ["you: Once only | Waiting"]);
  await reads(tab, ["you: Once only | Waiting"]);
  expect(gateway.taken).toHaveLength(1);
});

test("the same words twice are two messages", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  await write(visitor.page, "yes");
  await write(visitor.page, "yes");
  await until(() => gateway.taken.length === 2);
  await reads(visitor.page, ["you: yes | Waiting", "you: yes | Waiting"]);
});

test("a refused message says why and stays, to be tried again or discarded", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  gateway.onSend = () => {
    throw new RequestError("TOO_LARGE", "This is too much.");
  };
  await write(page, "A");
  await reads(page, ["you: A | Not sent. This is too much. Try again Discard"]);
  await page.reload();
  await reads(page, ["you: A | Not sent. This is too much. Try again Discard"]);
  gateway.onSend = () => {};
  await page.getByRole("button", { name: "Try again" }).click();
  await reads(page, ["you: A | Waiting"]);
  gateway.onSend = () => {
    throw new RequestError("TOO_LARGE", "This is too much.");
  };
  await write(page, "B");
  await page.getByRole("button", { name: "Discard" }).click();
  await reads(page, ["you: A | Waiting"]);
});

test("a busy gateway is asked again by itself", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  let refusals = 1;
  gateway.onSend = () => {
    if (refusals-- > 0) throw busy();
  };
  await write(visitor.page, "Please");
  await reads(visitor.page, ["you: Please | The gateway is busy. Trying again…"]);
  await reads(visitor.page, ["you: Please | Waiting"]);
  expect(gateway.taken).toHaveLength(1);
});

test("what was typed is shown as typed: no Markdown, no HTML, with its line breaks and its direction", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await page.locator("#message").fill("**a**\n<b>b</b>");
  await page.locator("#message").press("Enter");
  await until(async () => (await page.locator(".bubble").count()) === 1);
  expect(await textOf(page.locator(".bubble"))).toBe("**a**\n<b>b</b>");
  await write(page, "مرحبا");
  await page.locator(".bubble").nth(1).waitFor();
  expect(
    await page.evaluate<string>("getComputedStyle(document.querySelectorAll('.bubble')[1]).direction"),
  ).toBe("rtl");
});
