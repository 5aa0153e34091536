import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, reconnect, textOf, until, write } from "../on-page.ts";

const browser = useBrowser();

const text = (name: string, content = name) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(content),
});
const choose = (page: Page, files: readonly ReturnType<typeof text>[]) =>
  page.locator("input[type=file]").setInputFiles([...files]);

test("chosen files go with the message, byte for byte", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, at) => at));
  await page
    .locator("input[type=file]")
    .setInputFiles([
      { name: "all.bin", mimeType: "application/octet-stream", buffer: bytes },
      text("b.txt", "hello"),
    ]);
  expect(await page.locator(".chosen-name").allInnerTexts()).toEqual(["all.bin", "b.txt"]);
  await write(page, "Look");
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken[0]?.attachments).toEqual([
    { name: "all.bin", mimeType: "application/octet-stream", base64: bytes.toString("base64") },
    { name: "b.txt", mimeType: "text/plain", base64: Buffer.from("hello").toString("base64") },
  ]);
  expect(await page.locator(".chosen").count()).toBe(0);
  expect(await textOf(page.locator(".bubble-files"))).toContain("all.bin");
  await page.reload();
  await page.locator(".bubble-files").waitFor();
});

test("a file alone is a message, and one taken away again does not go", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await choose(page, [text("a.txt"), text("b.txt")]);
  await page.getByRole("button", { name: "Remove a.txt" }).click();
  await page.getByRole("button", { name: "Send" }).click();
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken[0]?.attachments.map(({ name }) => name)).toEqual(["b.txt"]);
});

test("files may be dropped and pasted, and pictures are seen before they go", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await page.evaluate(`
    const carrying = (name, type) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], name, { type }));
      return data;
    };
    document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: carrying("a.txt", "text/plain"), bubbles: true }));
    globalThis.carrying = carrying;
  `);
  await page.getByText("Drop the files here").waitFor();
  expect(await textOf(page.locator(".drop"))).toContain("Up to 10 files, 20 MB together");
  await page.evaluate(`
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carrying("a.txt", "text/plain"), bubbles: true, cancelable: true }));
    document.getElementById("message").dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: carrying("p.png", "image/png"), bubbles: true, cancelable: true }),
    );
  `);
  await until(async () => (await page.locator(".chosen li").count()) === 2);
  expect(await page.locator(".drop").count()).toBe(0);
  expect(await page.locator(".chosen img").getAttribute("src")).toStartWith("blob:");
  expect(visitor.complaints.filter((text_) => text_.includes("Content Security Policy"))).toEqual([]);
});

test("more than one message may carry is said at once, not after the sending", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await choose(
    page,
    Array.from({ length: 11 }, (_, at) => text(`${at}.txt`)),
  );
  expect(await page.getByRole("alert").innerText()).toBe("At most 10 files fit into one message.");
  expect(await page.locator(".chosen li").count()).toBe(10);
  await page.reload();
  await page.locator("#message").waitFor();
  await choose(page, [text("large", "x".repeat(21 * 1024 * 1024))]);
  expect(await page.getByRole("alert").innerText()).toBe("The files of one message may have 20 MB together.");
});

test("files written while offline survive a reload and go with their message", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  gateway.cut();
  await choose(page, [text("a.txt", "kept")]);
  await write(page, "With a file");
  await reads(page, ["you: With a file a.txt | Waiting for the connection"]);
  gateway.mend();
  await page.reload();
  await reconnect(gateway, page);
  await until(() => gateway.taken.length === 1);
  expect(gateway.taken[0]?.attachments[0]?.base64).toBe(Buffer.from("kept").toString("base64"));
});
