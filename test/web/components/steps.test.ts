import { expect, test } from "bun:test";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, textOf, until, write } from "../on-page.ts";

const browser = useBrowser();

test("a tool at work is a line with its name and what it does; opened, it shows what went in and came out", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).beginTool("x", "bash", { command: "ls -la" });
  await page.locator(".tool-running").waitFor();
  expect(await textOf(page.locator(".tool-gist"))).toBe("ls -la");
  await page.getByText("Running bash…").waitFor();
  turn.endTool("x", "bash", "total 0");
  await page.locator(".tool-done").waitFor();
  expect(await page.getByText("total 0").isVisible()).toBe(false);
  await page.locator(".tool summary").click();
  expect(await page.getByText("total 0").isVisible()).toBe(true);
  expect(await textOf(page.locator(".tool-body"))).toContain('"command": "ls -la"');
});

test("a tool that failed says so without being opened", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).beginTool("x", "read", { path: "/nowhere" });
  turn.endTool("x", "read", "ENOENT", true);
  await page.locator(".tool-failed").waitFor();
  expect(await textOf(page.locator(".tool-state"))).toBe("failed");
});

test("after the answer the steps are one line that can be opened, with what was said on the way", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).write("Let me look.");
  turn.beginTool("x", "bash", {}).endTool("x", "bash", "out");
  turn.beginTool("y", "read", {}).endTool("y", "read", "no", true);
  turn.write("Found it", true);
  await reads(page, ["you: Go", "pi: Let me look. | bash | read | Found it"]);
  turn.finish("Found it.");
  await reads(page, ["you: Go", "pi: Found it."]);
  expect(await textOf(page.locator(".steps > summary"))).toMatch(/2 steps\s*· bash, read\s*1 failed/);
  await page.locator(".steps > summary").click();
  await reads(page, ["you: Go", "pi: Let me look. | bash | read | Found it."]);
});

test("a picture that a tool made is seen, and a long output is cut instead of slowing the page", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  gateway
    .begin(gateway.session)
    .beginTool("x", "shot", {})
    .endTool("x", "shot", [
      { type: "text", text: "x".repeat(50_000) },
      { type: "image", mimeType: "image/png", data: png },
      { type: "image", mimeType: "image/svg+xml", data: "PHN2Zy8+" },
    ]);
  await page.locator(".tool summary").click();
  const image = page.locator(".tool-image");
  await until(() => image.evaluate("document.querySelector('.tool-image').naturalWidth === 1"));
  expect(await image.count()).toBe(1);
  const shown = await textOf(page.locator(".tool-body pre").last());
  expect(shown.length).toBeLessThan(21_000);
  expect(shown).toEndWith("… cut here");
  expect(visitor.complaints).toEqual([]);
});
