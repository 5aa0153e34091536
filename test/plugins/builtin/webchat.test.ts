import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelHost, Receipt } from "../../../src/core/channel.ts";
import type { InboundMessage } from "../../../src/core/message.ts";
import type { SessionKey } from "../../../src/core/session-key.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { WebChatChannel } from "../../../src/plugins/builtin/webchat.ts";
import { channelContract } from "../../contracts/channel.ts";
import { noFetch } from "../../fakes/no-fetch.ts";

const mediaDir = mkdtempSync(join(tmpdir(), "webchat-"));
afterAll(() => rmSync(mediaDir, { recursive: true, force: true }));

const sender = { id: "una", name: "Una", isBot: false };
const ALICE = "agent:main:webchat:dm:alice" as SessionKey;

async function started(receipt: Receipt = "recorded") {
  const received: InboundMessage[] = [];
  const host: ChannelHost = {
    receive: async (message) => {
      received.push(message);
      return receipt;
    },
    fetch: noFetch,
    report: async () => "recorded",
    log: silentLogger,
    state: { get: async () => undefined, set: async () => {} },
    mediaDir,
    signal: new AbortController().signal,
  };
  const channel = new WebChatChannel();
  await channel.start(host);
  const accept = (facts: object) =>
    channel.accept({ text: "hi", sender, sessionKey: ALICE, attachments: [], ...facts });
  return { channel, received, accept };
}

channelContract("webchat", async () => {
  const channel = new WebChatChannel();
  return {
    channel,
    chat: channel.addressOf("alice"),
    write: async (text) => {
      await channel.accept({ text, sender, sessionKey: ALICE, attachments: [] });
    },
  };
});

describe("the same idempotency key", () => {
  test("leads to the same message", async () => {
    const { accept } = await started();
    const first = await accept({ idempotencyKey: "k" });
    expect(await accept({ idempotencyKey: "k" })).toEqual(first);
    expect(await accept({ idempotencyKey: "other" })).not.toEqual(first);
  });

  test("may be any text", async () => {
    const { accept } = await started();
    const { messageId } = await accept({ idempotencyKey: "钥匙 \u0000 ../.. ".repeat(50) });
    expect(messageId).toMatch(/^m[\w-]{22}$/);
  });
});

test("the agent in the key is the one that is asked", async () => {
  const { accept, received } = await started();
  await accept({ sessionKey: "agent:mentor:webchat:dm:alice" });
  expect(received[0]).toMatchObject({ agent: "mentor", address: { chat: "alice" } });
});

test.each([
  ["agent:main:telegram:dm:1", "FORBIDDEN"],
  ["agent:main:webchat:group:1", "FORBIDDEN"],
  ["agent:main:webchat:dm:a b", "BAD_REQUEST"],
  [`agent:main:webchat:dm:${"x".repeat(65)}`, "BAD_REQUEST"],
])("%s is refused with %s, and nothing is recorded", async (sessionKey, code) => {
  const { accept, received } = await started();
  await expect(accept({ sessionKey })).rejects.toMatchObject({ code });
  expect(received).toEqual([]);
});

test("a gateway that can take no more says so, and that it may be tried again", async () => {
  const { accept } = await started("busy");
  await expect(accept({})).rejects.toMatchObject({ code: "BUSY", retry: { afterMs: 1000 } });
});

test("files are kept before the message is, and read back byte for byte", async () => {
  const { accept, received, channel } = await started();
  const bytes = Buffer.from([0, 255, 10, 13]);
  const file = { name: "x.bin", mimeType: "application/octet-stream", base64: bytes.toString("base64") };
  await accept({ attachments: [file, file] });
  const [attachment] = received[0]?.attachments ?? [];
  if (!attachment) throw new Error("no attachment");
  expect(attachment).toMatchObject({ kind: "document", name: "x.bin", sizeBytes: 4 });
  expect(await channel.download(attachment)).toEqual(bytes);
  expect(readdirSync(mediaDir)).toHaveLength(1);
});
