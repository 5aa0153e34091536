import { describe, expect, test } from "bun:test";
import type { Channel, ChannelHost } from "../../src/core/channel.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type { Address, InboundMessage } from "../../src/core/message.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { noFetch } from "../fakes/no-fetch.ts";

/** One channel under test and the platform behind it. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  /** A chat that the platform has. */
  readonly chat: Address;
  /** Has somebody write `text` on the platform; resolves once the channel has handed it over or dropped it. */
  readonly write: (text: string) => Promise<void>;
  /** What people see of what was sent to `chat`; undefined where the platform is the gateway's own store. */
  readonly transcript?: () => Promise<readonly string[]>;
}

/** What every channel promises, whatever its platform. `open` makes a fresh one each time. */
export function channelContract(name: string, open: (mediaDir: string) => Promise<ChannelUnderTest>): void {
  describe(`the channel ${name}`, () => {
    test("hands over what people write, as plain data that survives being stored", async () => {
      const { host, received } = noting();
      const { channel, write, chat } = await open(host.mediaDir);
      await channel.start(host);
      await write("Hello, 世界 👋");
      expect(received).toHaveLength(1);
      const [message] = received;
      expect(message).toMatchObject({ text: "Hello, 世界 👋", isForBot: true });
      expect(message?.address.channel).toBe(channel.name);
      expect(message?.address.scope).toBe(chat.scope);
      expect(JSON.parse(JSON.stringify(message))).toEqual(message as never);
      await channel.stop();
    });

    test("gives different messages different ids", async () => {
      const { host, received } = noting();
      const { channel, write } = await open(host.mediaDir);
      await channel.start(host);
      await write("yes");
      await write("yes");
      expect(new Set(received.map((message) => message.id)).size).toBe(2);
      await channel.stop();
    });

    test("hands nothing over after stop, may be stopped twice and started again", async () => {
      const { host, received } = noting();
      const { channel, write } = await open(host.mediaDir);
      await channel.start(host);
      await channel.stop();
      await channel.stop();
      await write("too late").catch((error: unknown) => expect(error).toBeInstanceOf(Error));
      expect(received).toEqual([]);
      await channel.start(host);
      await write("back again");
      expect(received).toHaveLength(1);
      await channel.stop();
    });

    test("sends before start and after stop, and names what it sent", async () => {
      const { host } = noting();
      const { channel, chat, transcript } = await open(host.mediaDir);
      const options = { nonce: "n1", style: "rich", signal: new AbortController().signal } as const;
      const ref = await channel.send(chat, { kind: "text", markdown: "**Hi**" }, options);
      expect(ref).toMatchObject({ address: chat, id: expect.any(String) });
      if (transcript) expect(await transcript()).toHaveLength(1);
    });

    test("shows a repeated send once while it says that it remembers nonces", async () => {
      const { host } = noting();
      const { channel, chat } = await open(host.mediaDir);
      if (channel.capabilities.nonceWindowMs === 0) return;
      const options = { nonce: "same", style: "rich", signal: new AbortController().signal } as const;
      const first = await channel.send(chat, { kind: "text", markdown: "once" }, options);
      expect(await channel.send(chat, { kind: "text", markdown: "once" }, options)).toEqual(first);
    });

    test("states a pace and a limit that hold together", async () => {
      const { host } = noting();
      const { channel, chat } = await open(host.mediaDir);
      const pace = channel.capabilities.pace(chat);
      expect(pace.perPreviewMs).toBeGreaterThanOrEqual(pace.perChatMs);
      expect(channel.capabilities.text.limit).toBeGreaterThan(0);
    });

    test("rejects with ChannelError only", async () => {
      const { host } = noting();
      const { channel } = await open(host.mediaDir);
      const gone = { kind: "photo", mimeType: "image/png", source: "no-such-file" } as const;
      const failed = channel
        .download?.(gone, { signal: new AbortController().signal, maxBytes: 1000 })
        .catch((error: unknown) => error);
      if (failed) expect(await failed).toBeInstanceOf(ChannelError);
    });
  });
}

function noting(): { host: ChannelHost; received: InboundMessage[] } {
  const received: InboundMessage[] = [];
  const kept = new Map<string, string>();
  const host: ChannelHost = {
    receive: async (message) => {
      received.push(message);
      return "recorded";
    },
    report: async () => "recorded",
    fetch: noFetch,
    log: silentLogger,
    state: { get: async (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) },
    mediaDir: process.env["TMPDIR"] ?? "/tmp",
    signal: new AbortController().signal,
  };
  return { host, received };
}
