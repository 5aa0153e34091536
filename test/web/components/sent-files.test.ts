import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { MediaMessage } from "../../../src/core/message.ts";
import { shownOf } from "../../../src/core/outbound-text.ts";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, until, write } from "../on-page.ts";

const browser = useBrowser();

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sent-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A picture of one colour. */
function picture(width: number, height: number): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(Bun.hash.crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width * 3, 120)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const sign = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([sign, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** The agent sends a file, as the gateway tells of it; `isShown` also in the history. */
function send(gateway: FakeGateway, key: string, bytes: string | Buffer, facts: Partial<MediaMessage>): void {
  const path = join(folder, key.replaceAll("/", "-"));
  writeFileSync(path, bytes);
  const message: MediaMessage = { kind: "media", media: "document", path, sizeBytes: bytes.length, ...facts };
  gateway.sent.set(key, { session: gateway.session, message });
  const shown = shownOf(message);
  gateway.rowsOf(gateway.session).push({ id: key, role: "assistant", atMs: Date.now(), ...shown });
  gateway.publish(gateway.session, { kind: "said", key, ...shown });
}

/** How wide the picture is, once it can be seen. */
const WIDTH =
  "document.querySelector('.sent-picture img').decode().then(() => document.querySelector('.sent-picture img').naturalWidth)";

const PHOTO = { media: "photo", name: "lighthouse.png", mimeType: "image/png" } as const;

test("a picture that the agent sends is shown where it was sent, and is still there after a reload", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Show me one");
  await until(() => gateway.taken.length === 1);
  send(gateway, "t/tool/1", picture(320, 200), { ...PHOTO, caption: "A **lighthouse**" });
  const image = page.locator(".sent-picture img");
  for (const isBack of [false, true]) {
    if (isBack) await page.reload();
    await image.waitFor();
    expect(await image.getAttribute("alt")).toBe("A **lighthouse**");
    expect(await page.evaluate<number>(WIDTH)).toBe(320);
    await reads(page, ["you: Show me one | Waiting", "pi: A lighthouse"]);
  }
  expect(visitor.complaints).toEqual([]);
});

test("a document is saved under its name, and a file that is gone can be tried again", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Send it");
  await until(() => gateway.taken.length === 1);
  send(gateway, "t/tool/1", "a,b\n1,2\n", { name: "Bericht 报告.csv", mimeType: "text/csv" });
  const chip = page.getByRole("button", { name: "Save Bericht 报告.csv" });
  expect(await chip.innerText()).toContain("1 KB");
  const [download] = await Promise.all([page.waitForEvent("download"), chip.click()]);
  expect(download.suggestedFilename()).toBe("Bericht 报告.csv");
  expect(readFileSync(await download.path(), "utf8")).toBe("a,b\n1,2\n");

  send(gateway, "t/tool/2", picture(10, 10), { ...PHOTO, name: "gone.png" });
  rmSync(join(folder, "t-tool-2"));
  await page.getByText("gone.png: This file could not be loaded.").waitFor();
  writeFileSync(join(folder, "t-tool-2"), picture(10, 10));
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".sent-picture img").waitFor();
});

test("sound is played here, once somebody wants to hear it", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Sing");
  await until(() => gateway.taken.length === 1);
  send(gateway, "t/tool/1", "no real song", { media: "audio", name: "song.mp3", mimeType: "audio/mpeg" });
  await page.getByRole("button", { name: "Play song.mp3" }).click();
  await page.locator("audio.sent-audio").waitFor();
});

test("what the agent edits, takes back and marks changes at once, and stays so", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Hello");
  await until(() => gateway.taken.length === 1);
  const { session } = gateway;
  gateway.say(session, "First try");
  gateway.say(session, "Wrong");
  await reads(page, ["you: Hello | Waiting", "pi: First try", "pi: Wrong"]);
  const [question, first, wrong] = gateway.rowsOf(session);
  gateway.publish(session, { kind: "amended", id: first?.id ?? "", text: "Second try" });
  gateway.publish(session, { kind: "amended", id: wrong?.id ?? "", isRemoved: true });
  gateway.publish(session, { kind: "amended", id: question?.id ?? "", reactions: ["👍", "🎉"] });
  await until(async () => (await page.locator(".entry").count()) === 2);
  await reads(page, ["you: Hello | Waiting", "pi: Second try"]);
  await page.getByRole("img", { name: "Reactions: 👍 🎉" }).waitFor();

  const rows = gateway.rowsOf(session);
  if (question) rows[0] = { ...question, reactions: ["👍", "🎉"] };
  if (first) rows[1] = { ...first, text: "Second try" };
  rows.splice(2);
  await page.reload();
  await reads(page, ["you: Hello | Waiting", "pi: Second try"]);
  expect(await page.locator(".entry-user .reactions span").allInnerTexts()).toEqual(["👍", "🎉"]);
});

test("somebody who listens hears of a file and of an emoji, and nothing is without a name", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Both");
  await until(() => gateway.taken.length === 1);
  send(gateway, "t/tool/1", picture(40, 40), PHOTO);
  send(gateway, "t/tool/2", "text", { name: "notes.txt", mimeType: "text/plain" });
  await page.locator(".sent-picture img").waitFor();
  expect(await page.getByRole("link", { name: "Open lighthouse.png" }).count()).toBe(1);
  expect(await page.getByRole("button", { name: "Save notes.txt" }).count()).toBe(1);
});
