import { describe, expect, test } from "bun:test";
import type { StreamOptions } from "../../../../../src/plugins/types.ts";
import { errorOf } from "../../../../fakes/error-of.ts";
import { addressOf, options, outgoingWorld, text } from "./outgoing-world.ts";

const draft: StreamOptions = { ...options, mode: "draft" };

describe("a draft", () => {
  test("grows in a private chat, can be stopped, and is no message", async () => {
    await using world = await outgoingWorld();
    const { out, to, telegram, chat } = world;
    const stream = (await out.openStream(to, draft))!;
    await stream.show("**Hel");
    await stream.show("**Hello** there");
    await stream.show("**Hello** there");
    expect(telegram.transcript(chat, { isLive: true })).toEqual(["Anna: hi", "bot (draft): Hello there"]);
    expect({ ref: stream.ref, keepAliveMs: stream.keepAliveMs }).toEqual({
      ref: undefined,
      keepAliveMs: 20_000,
    });
    const calls = telegram.calls.of({ method: "sendMessageDraft" }).map(({ params }) => params);
    expect(new Set(calls.map(({ draft_id }) => draft_id)).size).toBe(1);
    expect(calls[0]?.["draft_id"]).toBeGreaterThan(0);
    expect(calls[0]).toMatchObject({ can_stop: true, chat_id: chat.id });
    await stream.close();
    await out.send(to, text("**Hello** there."), options);
    expect(telegram.transcript(chat, { isLive: true })).toEqual(["Anna: hi", "bot: Hello there."]);
  });

  test("may have nothing to show yet", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, draft))!;
    await stream.show("```ts");
    expect(world.telegram.transcript(world.chat, { isLive: true })[1]).toBe("bot (draft): …");
  });

  test("has another number for each reply, the same at each attempt", async () => {
    await using world = await outgoingWorld();
    const numbers = [];
    for (const nonce of ["a", "b", "a"]) {
      await (await world.out.openStream(world.to, { ...draft, nonce }))!.show("x");
      numbers.push(world.telegram.calls.of({ method: "sendMessageDraft" }).at(-1)?.params["draft_id"]);
    }
    expect(numbers[0]).toBe(numbers[2]);
    expect(numbers[0]).not.toBe(numbers[1]);
  });

  test("stands in its topic", async () => {
    await using world = await outgoingWorld();
    world.chat.topics.set(7, { id: 7, name: "news", isClosed: false, madeBy: 1 });
    await (await world.out.openStream(addressOf(world.chat, "7"), draft))!.show("x");
    expect(world.telegram.calls.of({ method: "sendMessageDraft" })[0]?.params).toMatchObject({
      message_thread_id: 7,
    });
  });

  test("is a rich one where texts are", async () => {
    await using world = await outgoingWorld({ format: "rich" });
    await (await world.out.openStream(world.to, draft))!.show("# x");
    expect(world.telegram.calls.all.map(({ method }) => method)).toEqual(["sendRichMessageDraft"]);
    const long = "word ".repeat(1000);
    world.refuse("sendRichMessageDraft", 400, "Bad Request: RICH_MESSAGE_INVALID", '"markdown"');
    await (await world.out.openStream(world.to, draft))!.show(long);
    expect(world.telegram.transcript(world.chat, { isLive: true })[1]).toContain(long.trim());
  });
});

test("groups, and other modes, have none", async () => {
  await using world = await outgoingWorld();
  expect(await world.out.openStream(addressOf(world.group()), draft)).toBeUndefined();
  for (const mode of ["partial", "block", "off"] as const) {
    expect(await world.out.openStream(world.to, { ...draft, mode })).toBeUndefined();
  }
});

test.each([
  [404, "Not Found: method not found"],
  [400, "Bad Request: BOT_METHOD_INVALID"],
])(
  "a draft that is refused (%d %s) goes on as a message, and no other is tried",
  async (code, description) => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, anna } = world;
    world.refuse("sendMessageDraft", code, description);
    const asked = anna.say(chat, "and?");
    const stream = (await out.openStream(to, { ...draft, replyTo: String(asked.message.message_id) }))!;
    await stream.show("Hel");
    await stream.show("Hello");
    expect(said(chat, true)).toEqual(["(re “and?”) Hello (edited)"]);
    expect(stream.ref?.id).toBe(String(chat.last(world.bot)!.message.message_id));
    expect(stream.keepAliveMs).toBeUndefined();
    expect(await out.openStream(to, draft)).toBeUndefined();
  },
);

test("what a draft has in common with messages is no reason to give drafts up", async () => {
  await using world = await outgoingWorld();
  const { out, to, telegram, anna, bot } = world;
  telegram.faults.add({ kind: "429", retryAfter: 3, match: { method: "sendMessageDraft" } });
  telegram.faults.add({ kind: "502-html", match: { method: "sendMessageDraft" } });
  const stream = (await out.openStream(to, draft))!;
  expect(await errorOf(stream.show("x"))).toMatchObject({ code: "rate-limited", retry: { afterMs: 3000 } });
  expect(await errorOf(stream.show("x"))).toMatchObject({ retry: "now", outcome: "did-not-happen" });
  anna.block(bot);
  expect(await errorOf(stream.show("x"))).toMatchObject({ code: "forbidden" });
  anna.unblock(bot);
  expect(await out.openStream(to, draft)).toBeDefined();
});
