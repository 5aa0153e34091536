import { afterAll, describe, expect, test } from "bun:test";
import type { InboundEvent } from "../../../../src/core/message.ts";
import { guardedFetch } from "../../../../src/security/guarded-fetch.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import { PlatformDoor } from "../../../fakes/platform-door.ts";
import { type ChannelUnderTest, channelContract } from "../../../contracts/channel.ts";
import { TelegramWorld } from "./telegram-world.ts";

type Way = "polling" | "webhook";

/** A world whose channel hears in this way; closed with `world`, then `door`. */
async function openBy(way: Way, given: Record<string, unknown> = {}) {
  const world = await TelegramWorld.open();
  const door = new PlatformDoor("telegram");
  const channel = world.channel({ ...given, ...(way === "webhook" ? { webhookUrl: door.url } : {}) });
  door.handler = (request) => channel.webhook(request);
  const anna = world.telegram.addPerson({ firstName: "Anna" });
  const close = async () => {
    await world[Symbol.asyncDispose]();
    await door[Symbol.asyncDispose]();
  };
  return { world, channel, anna, chat: anna.dm(world.bot), door, [Symbol.asyncDispose]: close };
}

for (const way of ["polling", "webhook"] as const) {
  const open: { [Symbol.asyncDispose]: () => Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of open) await one[Symbol.asyncDispose]();
  });

  channelContract(`telegram by ${way}`, async (): Promise<ChannelUnderTest> => {
    const opened = await openBy(way);
    open.push(opened);
    const { world, channel, anna, chat } = opened;
    const { telegram, bot } = world;
    return {
      channel,
      chat: { channel: "telegram", account: "default", scope: "dm", chat: String(chat.id) },
      write: async (text) => {
        // Telegram keeps what is written meanwhile and tells it later, which is no promise of the channel.
        if (channel.status().state === "stopped") throw new Error("nobody listens");
        anna.say(chat, text);
        await telegram.until(() => bot.updates.pendingCount === 0, "the message");
      },
      transcript: async () => telegram.transcript(chat),
    };
  });

  describe(`by ${way}`, () => {
    test("each message comes once and in order, over stops, restarts and answers that are lost", async () => {
      await using opened = await openBy(way);
      const { world, channel, anna, chat } = opened;
      const { telegram, host } = world;
      telegram.faults.add(
        { kind: "drop-after", match: { method: way === "polling" ? "getUpdates" : "webhook", nth: 2 } },
        { kind: "duplicate", times: 3, match: { method: "update" } },
      );
      await channel.start(host);
      for (let round = 0; round < 5; round++) {
        anna.say(chat, `a${round}`);
        anna.say(chat, `b${round}`);
        if (round === 2) {
          await channel.stop();
          await channel.start(host);
        }
        await host.texts(round * 2 + 2);
      }
      const expected = [0, 1, 2, 3, 4].flatMap((round) => [`a${round}`, `b${round}`]);
      expect(host.received.map(({ text }) => text)).toEqual(expected);
    });

    test("a message that the gateway has no room for comes again", async () => {
      await using opened = await openBy(way);
      const { world, channel, anna, chat } = opened;
      const { host } = world;
      let refusals = 2;
      host.answer = () => (refusals-- > 0 ? "busy" : "recorded");
      // Telegram comes again after as long as it is told: not in a test's time.
      if (way === "webhook") {
        const answer = opened.door.handler;
        opened.door.handler = async (request) => {
          const response = await answer(request);
          response.headers.delete("Retry-After");
          return response;
        };
      }
      await channel.start(host);
      anna.say(chat, "patience");
      expect(await host.texts(1)).toEqual(["patience"]);
    });
  });
}

test("a change from webhook to polling keeps what waits", async () => {
  await using opened = await openBy("webhook");
  const { world, channel, anna, chat } = opened;
  const { telegram, host, bot } = world;
  await channel.start(host);
  await telegram.until(() => bot.webhook !== undefined);
  await channel.stop();
  anna.say(chat, "meanwhile");
  await world.start();
  expect(await host.texts(1)).toEqual(["meanwhile"]);
  expect(bot.webhook).toBeUndefined();
});

test("a stop ends the poll that is open at Telegram, so that the next one meets no conflict", async () => {
  await using world = await TelegramWorld.open();
  const { telegram, bot, host } = world;
  const channel = await world.start();
  await telegram.until(() => bot.updates.isPolled);
  await channel.stop();
  expect(channel.status().state).toBe("stopped");
  await telegram.until(() => !bot.updates.isPolled);
  const next = await world.start();
  await telegram.until(() => bot.updates.isPolled);
  const anna = telegram.addPerson({ firstName: "Anna" });
  anna.say(anna.dm(bot), "hi");
  await host.texts(1);
  expect(telegram.calls.of({ method: "getUpdates" }).filter(({ status }) => status === 409)).toEqual([]);
  expect(next.status().state).toBe("connected");
});

test("an update that cannot be read is left out, and holds nobody up", async () => {
  await using world = await TelegramWorld.open();
  const { telegram, bot, host } = world;
  bot.updates.push("message", {} as never, { lane: "x" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  anna.say(anna.dm(bot), "next");
  await world.start();
  expect(await host.texts(1)).toEqual(["next"]);
  expect(host.lines.filter(({ level }) => level === "error")).toMatchObject([{ kinds: ["message"] }]);
});

test("another program with the same bot is shown, and survived", async () => {
  const clock = new FakeClock();
  await using world = await TelegramWorld.open(clock);
  const { telegram, bot, host } = world;
  const channel = await world.start();
  await telegram.until(() => bot.updates.isPolled);
  bot.updates.endPoll("getUpdates");
  await telegram.until(() => channel.status().state === "failed");
  expect(channel.status().lastError).toContain("another program");
  expect((await channel.findings()).map(({ level }) => level)).toContain("error");
  const anna = telegram.addPerson({ firstName: "Anna" });
  anna.say(anna.dm(bot), "still there?");
  await clock.advance(3000);
  expect(await host.texts(1)).toEqual(["still there?"]);
  await telegram.until(() => channel.status().state === "connected");
});

test("a line that went dead is given up ten seconds after the poll's own time, and nothing is lost", async () => {
  const clock = new FakeClock();
  await using world = await TelegramWorld.open(clock);
  const { telegram, host, bot } = world;
  telegram.faults.add({ kind: "half-open", match: { method: "getUpdates" } });
  await world.start();
  await telegram.until(() => telegram.calls.of({ method: "getUpdates" }).length === 1);
  const anna = telegram.addPerson({ firstName: "Anna" });
  anna.say(anna.dm(bot), "anybody?");
  await clock.advance(40_000);
  await clock.advance(1000);
  expect(await host.texts(1)).toEqual(["anybody?"]);
});

test("a token that Telegram revokes stops the account, with one sentence", async () => {
  await using world = await TelegramWorld.open();
  const { telegram, bot, host } = world;
  bot.isTokenValid = false;
  const channel = await world.start();
  await telegram.until(() => channel.status().state === "failed");
  expect(channel.status().lastError).toContain("does not know the bot's token");
  expect(host.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  await channel.stop();
  bot.isTokenValid = true;
  await channel.start(host);
  await telegram.until(() => channel.status().state === "connected");
});

describe("everything that people do", () => {
  async function groupWorld(given = {}) {
    const world = await TelegramWorld.open();
    world.bot.privacyMode = false;
    const anna = world.telegram.addPerson({ firstName: "Anna" });
    const ben = world.telegram.addPerson({ firstName: "Ben" });
    const group = world.telegram.addGroup({ title: "Team", members: [anna, ben], bots: [world.bot] });
    const channel = await world.start(given);
    const { host } = world;
    const event = (kind: InboundEvent["kind"]) =>
      host.until(() => host.reported.find((one) => one.event.kind === kind)?.event);
    return { world, anna, ben, group, channel, host, event };
  }

  test("an edit, a reaction and a coming reach the gateway as events", async () => {
    const { world, anna, ben, group, event } = await groupWorld({ reactionNotifications: "all" });
    await using _ = world;
    anna.promote(group, world.bot);
    const post = anna.say(group, "first");
    anna.edit(post, "second");
    expect(await event("edited")).toMatchObject({
      text: "second",
      message: { id: String(post.message.message_id) },
    });
    ben.react(post, "👍");
    expect(await event("reaction")).toMatchObject({ emoji: "👍", added: true, by: { name: "Ben" } });
    ben.leave(group);
    expect(await event("left")).toMatchObject({ isUs: false, by: { name: "Ben" } });
  });

  test("the bot's own coming is told once, and so is a group's move", async () => {
    await using world = await TelegramWorld.open();
    const { telegram, bot, host } = world;
    const anna = telegram.addPerson({ firstName: "Anna" });
    const group = telegram.addGroup({ kind: "group", title: "Old", members: [anna] });
    const channel = await world.start();
    anna.addBot(group, bot);
    await host.until(() => host.reported.length > 0);
    expect(host.reported.map(({ event }) => event)).toMatchObject([{ kind: "joined", isUs: true }]);
    const moved = anna.upgrade(group);
    await host.until(() => host.reported.some(({ event }) => event.kind === "migrated"));
    anna.say(moved, "@my_bot here");
    await host.texts(1);
    expect(host.reported.filter(({ event }) => event.kind === "migrated")).toHaveLength(1);
    // What still goes to the old id arrives.
    const ref = await channel.send(
      channel.addressOf(String(group.id)),
      { kind: "text", markdown: "hello" },
      { nonce: "n", style: "rich", signal: new AbortController().signal },
    );
    expect(ref.address.chat).toBe(String(moved.id));
    expect(telegram.calls.of({ method: "sendMessage" })).toHaveLength(1);
  });

  test("a pressed button is told by its own name, however long, and answered each time", async () => {
    const { world, anna, host, channel, event } = await groupWorld();
    await using _ = world;
    const { telegram, bot } = world;
    const chat = anna.dm(bot);
    anna.say(chat, "hi");
    const [hello] = await host.until(() => host.received.length === 1 && host.received);
    const id = `choice/${"x".repeat(100)}`;
    const options = { nonce: "n", style: "rich", signal: new AbortController().signal } as const;
    const buttons = [[{ id, label: "Yes" }]];
    await channel.send(
      hello?.address ?? channel.addressOf("1"),
      { kind: "text", markdown: "Well?", buttons },
      options,
    );
    const query = anna.press(chat.last(bot)!, "Yes");
    expect(await event("button")).toMatchObject({ button: id, by: { name: "Anna" } });
    await telegram.until(() => telegram.world.queries.get(query)?.isAnswered);
    expect(host.reported.filter((one) => one.event.kind === "button")).toHaveLength(1);
  });

  test("a long text in pieces is marked as one, and so is an album", async () => {
    const { world, anna, host } = await groupWorld();
    await using _ = world;
    const chat = anna.dm(world.bot);
    const pieces = anna.paste(chat, "word ".repeat(2000).trim());
    anna.album(chat, [{ kind: "photo", caption: "two" }, { kind: "photo" }]);
    await host.until(() => host.received.length === pieces.length + 2);
    const parts = host.received.map(({ part }) => part?.of);
    expect(new Set(parts.slice(0, -2)).size).toBe(1);
    expect(parts[0]).toStartWith("paste/");
    expect(new Set(parts.slice(-2))).toEqual(new Set([parts.at(-1)]));
    expect(parts.at(-1)).toStartWith("album/");
  });

  test("in a topic it comes from there", async () => {
    await using world = await TelegramWorld.open();
    const { telegram, bot, host } = world;
    const anna = telegram.addPerson({ firstName: "Anna" });
    bot.privacyMode = false;
    const forum = telegram.addGroup({ title: "Forum", isForum: true, members: [anna], bots: [bot] });
    await world.start();
    const thread = anna.openTopic(forum, "Plans");
    anna.say(forum, "in the topic", { thread });
    anna.say(forum, "in general");
    await host.texts(2);
    expect(host.received.map(({ address }) => [address.scope, address.thread])).toEqual([
      ["topic", String(thread)],
      ["topic", "1"],
    ]);
    expect(host.received.map(({ replyTo }) => replyTo)).toEqual([undefined, undefined]);
  });

  test("an answer that is stopped while it is a draft is told as a wish to stop", async () => {
    const { world, anna, channel, event, host } = await groupWorld({ streamingMode: "draft" });
    await using _ = world;
    const chat = anna.dm(world.bot);
    anna.say(chat, "tell me");
    await host.texts(1);
    const options = {
      nonce: "n",
      style: "rich",
      mode: "draft",
      signal: new AbortController().signal,
    } as const;
    const stream = await channel.openStream(channel.addressOf(String(chat.id)), options);
    await stream?.show("Once upon");
    anna.stop(chat);
    expect(await event("stop")).toMatchObject({ by: { name: "Anna" }, address: { scope: "dm" } });
  });

  test("a file is fetched when somebody wants it", async () => {
    const { world, anna, host, channel } = await groupWorld();
    await using _ = world;
    const rules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };
    host.fetch = guardedFetch(() => ({ rules, timeoutMs: 5000 }));
    const bytes = new TextEncoder().encode("content");
    anna.upload(anna.dm(world.bot), "document", { name: "a.txt", bytes });
    const [message] = await host.until(() => host.received.length === 1 && host.received);
    const [file] = message?.attachments ?? [];
    expect(file).toMatchObject({ kind: "document", name: "a.txt", sizeBytes: bytes.length });
    const options = { maxBytes: 100, signal: new AbortController().signal };
    expect(await channel.download(file as never, options)).toEqual(bytes);
    const tooBig = channel.download(file as never, { ...options, maxBytes: 3 });
    expect(await tooBig.catch((error: unknown) => error)).toMatchObject({ code: "too-long" });
  });
});

test("says who it is when asked, without having started", async () => {
  await using world = await TelegramWorld.open();
  expect(await world.channel().probe(new AbortController().signal)).toBe("@my_bot");
  const wrong = world.channel({}, "1:wrong").probe(new AbortController().signal);
  expect(await wrong.catch((error: unknown) => error)).toMatchObject({ code: "unauthorized" });
});

test("leaves Telegram's menu alone where somebody keeps their own", async () => {
  await using world = await TelegramWorld.open();
  const commands = [{ name: "new", summary: "A new one." }];
  await world.channel({ commandMenu: false }).setCommands(commands);
  expect(world.bot.commands.size).toBe(0);
  await world.channel().setCommands(commands);
  expect(world.bot.commands.size).toBeGreaterThan(0);
});
