import { describe, expect, test } from "bun:test";
import type { MediaItem } from "../../../../../src/plugins/types.ts";
import { errorOf } from "../../../../fakes/error-of.ts";
import { addressOf, options, outgoingWorld, text } from "./outgoing-world.ts";

describe("a message", () => {
  test("can be removed; one that is gone already counts as removed", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("oops"), options);
    await out.remove(ref);
    await out.remove(ref);
    expect(said()).toEqual([]);
  });

  test("that is too old to be removed, or not ours, is said to be", async () => {
    await using world = await outgoingWorld();
    const { out, to } = world;
    const ref = await out.send(to, text("old"), options);
    world.refuse("deleteMessage", 400, "Bad Request: message can't be deleted for everyone");
    expect(await errorOf(out.remove(ref))).toMatchObject({
      code: "not-found",
      message: expect.stringContaining("perhaps because of its age"),
    });
  });

  test("is pinned without a sound; without the right to it, that is said", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, telegram } = world;
    await out.pin(await out.send(to, text("important"), options));
    expect(said(chat, true)[0]).toBe("important (pinned)");
    expect(telegram.calls.of({ method: "pinChatMessage" })[0]?.params).toMatchObject({
      disable_notification: true,
    });
    const group = world.group();
    const there = await out.send(addressOf(group), text("x"), options);
    expect(await errorOf(out.pin(there))).toMatchObject({ code: "forbidden", retry: "never" });
  });
});

test("somebody is seen to be typing, in the topic where it is", async () => {
  await using world = await outgoingWorld();
  const { out, telegram, anna } = world;
  const forum = world.group("supergroup", true);
  const topic = anna.openTopic(forum, "news");
  await out.typing(addressOf(forum, String(topic)));
  expect(telegram.transcript(forum, { thread: topic, isLive: true })).toContain("bot is typing");
  expect(telegram.transcript(forum, { thread: 0, isLive: true })).toEqual([]);
});

test("whoever has blocked the bot is not written to again, and why is said in plain words", async () => {
  await using world = await outgoingWorld();
  world.anna.block(world.bot);
  expect(await errorOf(world.out.send(world.to, text("x"), options))).toMatchObject({
    code: "forbidden",
    message: "The person has blocked the bot.",
    retry: "never",
    outcome: "did-not-happen",
  });
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
    "%s: a new message is %s, an edit can be repeated, nothing is sent twice",
    async (kind, outcome) => {
      await using world = await outgoingWorld();
      const { out, to, telegram } = world;
      const ref = await out.send(to, text("first"), options);
      const match = { method: /^(sendMessage|editMessageText)$/ };
      telegram.faults.add(
        kind === "429" ? { kind, retryAfter: 2, match, times: 2 } : { kind, match, times: 2 },
      );
      const unsent = await errorOf(out.send(to, text("second"), options));
      expect(unsent).toMatchObject({ outcome, retry: kind === "429" ? { afterMs: 2000 } : "now" });
      expect(await errorOf(out.edit(ref, "edited", options))).toMatchObject({ outcome: "did-not-happen" });
      expect(telegram.calls.of({ method: "sendMessage" })).toHaveLength(2);
      await out.edit(ref, "edited", options);
      expect(world.said()[0]).toBe("edited");
    },
  );
});

describe("what others have to know about Telegram", () => {
  test("the length of a text is what is left of it once it is parsed", async () => {
    await using world = await outgoingWorld();
    const measure = world.out.capabilities.text;
    expect(measure.limit).toBe(4096);
    expect(measure.length?.("**bold** [link](https://example.org/very/long)")).toBe("bold link".length);
  });

  test("groups are slower than private chats, and in each the first and the last state may go at once", async () => {
    await using world = await outgoingWorld();
    const { capabilities } = world.out;
    expect(capabilities.pace(world.to)).toEqual({ perChatMs: 1000, perPreviewMs: 1100, burst: 3 });
    expect(capabilities.pace(addressOf(world.group()))).toEqual({
      perChatMs: 3000,
      perPreviewMs: 3100,
      burst: 3,
    });
    expect(capabilities).toMatchObject({
      nonceWindowMs: 0,
      typingLastsMs: 5000,
      buttons: true,
    });
  });

  test("a caption may have 1024 characters once it is parsed, and stickers have none", async () => {
    await using world = await outgoingWorld();
    const item = (caption: string, media: MediaItem["media"] = "document"): MediaItem => ({
      media,
      path: media === "sticker" ? "a.webp" : "a.txt",
      caption,
    });
    const holds = (each: MediaItem) => world.out.capabilities.files?.holdsCaption(each);
    expect(holds(item(`**${"x".repeat(1024)}**`))).toBe(true);
    expect(holds(item("x".repeat(1025)))).toBe(false);
    expect(holds(item("x", "sticker"))).toBe(false);
    expect(holds({ media: "sticker", path: "a.webp" })).toBe(true);
  });
});
