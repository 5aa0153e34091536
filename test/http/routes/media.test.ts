import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutboundMessage } from "../../../src/core/message.ts";
import { BROWSER_TOKEN, openDoors, TOKEN } from "../open-doors.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BOTH = {
  gateway: { mode: "token", secret: TOKEN },
  browser: { mode: "token", secret: BROWSER_TOKEN },
} as const;
const KEY = "turn1/tool/call/1";

/** Doors behind which one file was sent to alice. */
async function withFile(name: string, mimeType: string, channel?: string) {
  const doors = await openDoors({ auth: BOTH });
  const session = doors.gateway.addSession("alice", channel);
  const path = join(folder, "kept");
  writeFileSync(path, "the bytes");
  const message: OutboundMessage = { kind: "media", media: "document", path, name, mimeType };
  doors.gateway.sent.set(KEY, { session, message });
  const get = (who: string | undefined, as: string = session, index = 0) =>
    fetch(`${doors.url()}/api/media/${encodeURIComponent(as)}/${encodeURIComponent(KEY)}/${index}`, {
      headers: who === undefined ? {} : { authorization: `Bearer ${who}` },
    });
  return { doors, session, path, get };
}

test("a file is for those who may read the conversation, also with the page's own credential", async () => {
  const { doors, get } = await withFile("cat.png", "image/png");
  await using _ = doors;
  for (const who of [TOKEN, BROWSER_TOKEN]) {
    const response = await get(who);
    expect([response.status, await response.text()]).toEqual([200, "the bytes"]);
  }
  expect((await get(undefined)).status).toBe(401);
  expect((await get("wrong")).status).toBe(401);
});

test("a picture may be shown; whatever could run is only saved, under its name", async () => {
  const picture = await withFile("cat.png", "image/png");
  await using _1 = picture.doors;
  const shown = (await picture.get(TOKEN)).headers;
  expect(shown.get("content-type")).toBe("image/png");
  expect(shown.get("content-disposition")).toStartWith("inline");
  const page = await withFile('evil" (1)\n猫.html', "text/html");
  await using _2 = page.doors;
  const saved = (await page.get(TOKEN)).headers;
  expect(saved.get("content-type")).toBe("application/octet-stream");
  expect(saved.get("content-disposition")).toBe(
    "attachment; filename*=UTF-8''evil%22%20%281%29%0A%E7%8C%AB.html",
  );
  expect(saved.get("content-security-policy")).toContain("sandbox");
  expect(saved.get("x-content-type-options")).toBe("nosniff");
});

test("nothing comes out under another conversation, message or number, nor of another channel to the page", async () => {
  const { doors, get, path } = await withFile("cat.png", "image/png");
  await using _ = doors;
  expect((await get(TOKEN, "agent:main:webchat:dm:bob")).status).toBe(404);
  expect((await get(TOKEN, undefined, 1)).status).toBe(404);
  rmSync(path);
  expect(await (await get(TOKEN)).json()).toMatchObject({
    error: { message: expect.stringContaining("kept") },
  });
  const other = await withFile("cat.png", "image/png", "telegram");
  await using _2 = other.doors;
  expect((await other.get(BROWSER_TOKEN)).status).toBe(403);
  expect((await other.get(TOKEN)).status).toBe(200);
});
