import { describe, expect, test } from "bun:test";
import { errorOf } from "../../../../fakes/error-of.ts";
import { addressOf, options, outgoingWorld, text } from "./outgoing-world.ts";

describe("a message", () => {
  test("can be removed; one that is gone already counts as removed", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("oops"), options());
    await out.remove(ref);
    await out.remove(ref);
    expect(said()).toEqual([]);
  });

  test("of somebody else cannot be changed, and where the chat is gone, that is said", async () => {
    await using world = await outgoingWorld();
    const { out, to, anna, chat, discord, bot } = world;
    const theirs = { address: to, id: anna.say(chat, "hello").message.id };
    expect(await errorOf(out.edit(theirs, "x", options()))).toMatchObject({
      code: "not-found",
      message: expect.stringContaining("somebody else"),
    });
    discord.deny(chat, "ViewChannel", bot);
    expect(await errorOf(out.send(to, text("x"), options()))).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("View Channel"),
    });
    const nowhere = { ...to, chat: "100000000000000001" };
    expect(await errorOf(out.send(nowhere, text("x"), options()))).toMatchObject({ code: "not-found" });
  });
});

test("somebody is seen to be typing, in the thread where it is", async () => {
  await using world = await outgoingWorld();
  const { out, discord, anna, chat } = world;
  const thread = anna.openThread(chat, "news");
  await out.typing(addressOf(thread));
  expect(discord.transcript(thread, { isLive: true })).toContain("bot is typing");
  expect(discord.transcript(chat, { isLive: true })).not.toContain("bot is typing");
});

test("where many are answered at once nobody is said to be typing: the answers go first", async () => {
  await using world = await outgoingWorld();
  const { out, discord, guild, to } = world;
  const rooms = Array.from({ length: 30 }, (_, at) => discord.addChannel(guild, `room-${at}`));
  const sending = rooms.map(({ id: chat }) => out.send({ ...to, chat }, text("hello"), options()));
  await Promise.all(sending);
  await out.typing(to);
  expect(discord.calls.of({ method: "triggerTyping" })).toEqual([]);
  expect(rooms.map((room) => world.said(room))).toEqual(rooms.map(() => ["hello"]));
});

test("whoever has blocked the bot is not written to again, and why is said in plain words", async () => {
  await using world = await outgoingWorld();
  const { anna, bot, out, to } = world;
  anna.say(anna.dm(bot), "hi");
  anna.block(bot);
  const error = await errorOf(out.send({ ...to, scope: "dm", chat: anna.id }, text("x"), options()));
  expect(error).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("takes no private messages"),
    retry: "never",
    outcome: "did-not-happen",
  });
});

test("a token that has been reset is said to be unknown, and known again once it is", async () => {
  await using world = await outgoingWorld();
  const { bot, out, to, said } = world;
  bot.isTokenValid = false;
  expect(await errorOf(out.send(to, text("x"), options()))).toMatchObject({ code: "unauthorized" });
  bot.isTokenValid = true;
  await out.send(to, text("x"), options());
  expect(said()).toEqual(["x"]);
});

describe("faults", () => {
  test.each([
    ["drop-before", "unknown"],
    ["drop-after", "unknown"],
    ["502-html", "unknown"],
    ["truncated", "unknown"],
    ["malformed", "unknown"],
    ["5xx", "unknown"],
    ["429", "did-not-happen"],
  ] as const)(
    "%s: a new message is %s, an edit can be repeated, nothing is there twice",
    async (kind, outcome) => {
      await using world = await outgoingWorld();
      const { out, to, discord } = world;
      const ref = await out.send(to, text("first"), options());
      const match = { method: /^(createMessage|editMessage)$/ };
      discord.faults.add(
        kind === "429" ? { kind, retryAfter: 0.2, match, times: 2 } : { kind, match, times: 2 },
      );
      const again = options();
      const unsent = await errorOf(out.send(to, text("second"), again));
      expect(unsent).toMatchObject({ outcome, retry: kind === "429" ? { afterMs: 200 } : "now" });
      expect(await errorOf(out.edit(ref, "edited", options()))).toMatchObject({ outcome: "did-not-happen" });
      expect(discord.calls.of({ method: "createMessage" })).toHaveLength(2);
      await out.edit(ref, "edited", options());
      await out.send(to, text("second"), again);
      expect(world.said()).toEqual(["edited", "second"]);
    },
  );

  test.each([
    [{ scope: "global" }, true],
    [{ in: "html" }, true],
    [{ scope: "shared" }, false],
    [{ scope: "user" }, false],
  ] as const)("a 429 like %j holds the whole account: %p", async (where, isAccountWide) => {
    await using world = await outgoingWorld();
    const { out, to, discord, said } = world;
    discord.faults.add({ kind: "429", retryAfter: 1, ...where, match: { method: "createMessage" } });
    const again = options();
    const error = await errorOf(out.send(to, text("x"), again));
    expect(error).toMatchObject({ isAccountWide, retry: { afterMs: 1000 }, outcome: "did-not-happen" });
    await Bun.sleep(1000);
    await out.send(to, text("x"), again);
    expect(said()).toEqual(["x"]);
  });
});

describe("what others have to know about Discord", () => {
  test("the length of a text is that of what goes out", async () => {
    await using world = await outgoingWorld();
    const measure = world.out.capabilities.text;
    expect(measure.limit).toBe(2000);
    expect(measure.length?.("__bold__ snake_case")).toBe("**bold** snake\\_case".length);
  });

  test("how fast, for how long, and with what", async () => {
    await using world = await outgoingWorld();
    const { capabilities } = world.out;
    expect(capabilities.pace(world.to)).toEqual({ perChatMs: 500, perPreviewMs: 1200, burst: 4 });
    expect(capabilities).toMatchObject({ nonceWindowMs: 120_000, typingLastsMs: 10_000, buttons: true });
  });
});
