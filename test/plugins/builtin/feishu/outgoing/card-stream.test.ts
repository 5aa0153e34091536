import { describe, expect, test } from "bun:test";
import type { StreamOptions } from "../../../../../src/plugins/types.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import {
  addressOf,
  errorOf,
  fresh,
  options,
  outgoingWorld,
  type OutgoingWorld,
  text,
} from "./outgoing-world.ts";

const partial: StreamOptions = { ...options, mode: "partial" };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const STREAMING = "cardkit.cardElement.content";

const sequencesOf = ({ feishu }: OutgoingWorld) =>
  feishu.calls.all.flatMap(({ params }) =>
    typeof params["sequence"] === "number" ? [params["sequence"]] : [],
  );

const cardOf = ({ chat, app }: OutgoingWorld) => chat.last(app)!.card!;

function expectRising(numbers: readonly number[]): void {
  expect(numbers.length).toBeGreaterThan(0);
  for (const [index, number] of numbers.entries()) expect(number).toBeGreaterThan(numbers[index - 1] ?? 0);
}

describe("an answer that grows", () => {
  test.each(["partial", "draft"] as const)(
    "is one card, sent once, that says more and more (%s)",
    async (mode) => {
      await using world = await outgoingWorld();
      const { out, to, said, methods, chat, app } = world;
      const stream = (await out.openStream(to, { ...partial, mode }))!;
      await stream.show("**Hel");
      await stream.show("**Hello** there");
      await stream.show("**Hello** there, *Anna*");
      expect(said()).toEqual(["**Hello** there, *Anna*"]);
      expect(stream.ref).toEqual({ address: to, id: chat.last(app)!.id });
      await stream.close();
      await out.edit(stream.ref!, "**Hello** there, *Anna*!", options);
      expect(said()).toEqual(["**Hello** there, *Anna*!"]);
      expect(methods()).toEqual([
        "cardkit.card.create",
        "im.message.create",
        STREAMING,
        STREAMING,
        "cardkit.card.settings",
        "cardkit.card.update",
      ]);
      expectRising(sequencesOf(world));
    },
  );

  test("carries the whole text each time, and a number of its own for each change", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    for (const state of ["one", "one two", "one two three"]) await stream.show(state);
    expect(world.params(STREAMING).map(({ content }) => content)).toEqual(["one two", "one two three"]);
    const uuids = world.params(STREAMING).map(({ uuid }) => uuid);
    expect(new Set(uuids).size).toBe(2);
  });

  test("tells in the list of chats that it grows, and at its end what it says", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    await stream.show("# Title\n\nand a long text ".repeat(20));
    expect(cardOf(world).card["config"]).toMatchObject({ streaming_mode: true, update_multi: true });
    await stream.close();
    const { summary, streaming_mode } = cardOf(world).card["config"] as Record<string, unknown>;
    expect(streaming_mode).toBe(false);
    expect(summary).toEqual({ content: expect.stringMatching(/^Title and a long text .{30,40}…$/) });
  });

  test("is left alone at its end if it says everything already", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    await stream.show("all of it");
    await stream.close();
    const before = world.methods().length;
    await world.out.edit(stream.ref!, "all of it", options);
    expect(world.methods()).toHaveLength(before);
    await world.out.edit(stream.ref!, "something else", options);
    expect(world.said()).toEqual(["something else"]);
  });

  test("answers a message, and stands in its topic", async () => {
    await using world = await outgoingWorld();
    const { out, anna, app, said } = world;
    const group = world.group();
    const asked = anna.say(group, "why?");
    const stream = (await out.openStream(addressOf(group.id), { ...partial, replyTo: asked.id }))!;
    await stream.show("because");
    expect(group.last(app)!.parentId).toBe(asked.id);
    const opened = anna.replyInThread(asked, "and here?");
    const there = (await out.openStream(addressOf(group.id, opened.threadId), { ...partial, nonce: "n2" }))!;
    await there.show("here as well");
    expect(said(group, { thread: opened.threadId! })).toContain("here as well");
  });

  test("may have nothing to show yet", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    await stream.show("```ts");
    expect(world.said()).toEqual(["…"]);
    await stream.show("```ts\nlet a");
    expect(world.said()).toEqual(["```ts\nlet a\n```"]);
  });
});

test("other modes have no card that grows", async () => {
  await using world = await outgoingWorld();
  for (const mode of ["block", "off"] as const) {
    expect(await world.out.openStream(world.to, { ...partial, mode })).toBeUndefined();
  }
});

test("an answer of more than ten minutes goes on growing", async () => {
  const clock = new FakeClock();
  await using world = await outgoingWorld(clock);
  const stream = (await world.out.openStream(world.to, partial))!;
  await stream.show("one");
  for (const [minutes, state] of [
    [9, "one two"],
    [2, "one two three"],
    [11, "one two three four"],
  ] as const) {
    await clock.advance(minutes * MINUTE_MS);
    await stream.show(state);
  }
  await stream.close();
  await world.out.edit(stream.ref!, "one two three four five", options);
  expect(world.said()).toEqual(["one two three four five"]);
  expectRising(sequencesOf(world));
});

describe("after a crash", () => {
  test("the complete answer takes the place of what another process had shown", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const stream = (await world.out.openStream(world.to, partial))!;
    for (let state = 1; state <= 20; state += 1) {
      await stream.show("word ".repeat(state));
      await clock.advance(125);
    }
    await clock.advance(400);
    await world.make().edit(stream.ref!, "the end", fresh());
    expect(world.said()).toEqual(["the end"]);
    expect(cardOf(world).card["config"]).toMatchObject({ streaming_mode: false });
    expectRising(sequencesOf(world));
    expect(world.methods().at(-1)).toBe("cardkit.card.update");
  });

  test.each([
    ["to the moment of another change", 10_000, 0],
    ["by a minute", MINUTE_MS, -MINUTE_MS],
    ["by some days", 5 * DAY_MS, -5 * DAY_MS],
    ["by years, having been ahead by them", 20_000 * DAY_MS, -20_000 * DAY_MS],
    ["to before the card was made", 10_000, -3 * DAY_MS],
  ])("a clock that was set back %s does not keep the answer from its place", async (_, on, back) => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    // Feishu's own clock is right.
    const ours = new FakeClock();
    const stream = (await world.make(ours).openStream(world.to, partial))!;
    await stream.show("one");
    ours.jump(on);
    await stream.show("one two");
    ours.jump(back);
    await world.make(ours).edit(stream.ref!, "the end", fresh());
    expect(world.said()).toEqual(["the end"]);
  });

  test("what is shown in the card of another process has its buttons until it is complete", async () => {
    await using world = await outgoingWorld();
    const buttons = [[{ id: "stop", label: "Stop" }]];
    const stream = (await world.out.openStream(world.to, { ...partial, buttons }))!;
    await stream.show("one");
    const other = world.make();
    await other.edit(stream.ref!, "one two", { ...fresh(), buttons });
    expect(world.said()).toEqual(["one two [Stop]"]);
    await other.edit(stream.ref!, "one two", { ...fresh(), buttons });
    await other.edit(stream.ref!, "one two", fresh());
    expect(world.said()).toEqual(["one two"]);
  });

  test("the same reply is shown in the same card, and no second message comes", async () => {
    await using world = await outgoingWorld();
    const first = (await world.out.openStream(world.to, partial))!;
    await first.show("one");
    // It died before the gateway had noted the message.
    const second = (await world.make().openStream(world.to, partial))!;
    await second.show("one two");
    expect(world.said()).toEqual(["one two"]);
    expect(second.ref).toEqual(first.ref);
    expect(world.feishu.calls.of({ method: "cardkit.card.create" })).toHaveLength(1);
  });

  test("a reply that is taken up again hours later gets a card of its own: none can be sent twice", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const first = (await world.out.openStream(world.to, partial))!;
    await first.show("one");
    await clock.advance(90 * MINUTE_MS);
    const second = (await world.make().openStream(world.to, partial))!;
    await second.show("one two");
    expect(world.said()).toEqual(["one", "one two"]);
  });

  test("the same reply is shown in the same card, wherever a clock that jumps may stand", async () => {
    for (const [before, after] of [
      [0, 5 * DAY_MS],
      [5 * DAY_MS, 0],
    ] as const) {
      // Feishu's own clock is right.
      await using world = await outgoingWorld(new FakeClock());
      const ours = new FakeClock();
      ours.jump(before);
      await (await world.make(ours).openStream(world.to, partial))!.show("one");
      ours.jump(after - before);
      await (await world.make(ours).openStream(world.to, partial))!.show("one two");
      expect(world.said()).toEqual(["one two"]);
    }
  });

  test("a card that has come long ago is not sent again because a clock was ahead then", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const ours = new FakeClock();
    ours.jump(5 * DAY_MS);
    await (await world.make(ours).openStream(world.to, partial))!.show("one");
    ours.jump(-5 * DAY_MS);
    await clock.advance(90 * MINUTE_MS);
    const second = (await world.make(ours).openStream(world.to, partial))!;
    await second.show("one two");
    await second.show("one two three");
    expect(world.said()).toEqual(["one", "one two three"]);
  });

  test.each(["takes it", "refuses it"])(
    "the answer finds its message even if nothing at all was kept, where a card that Feishu keeps is put anew and Feishu %s",
    async (manner) => {
      await using world = await outgoingWorld();
      const stream = (await world.out.openStream(world.to, partial))!;
      await stream.show("one");
      await stream.show("one two");
      world.kept.clear();
      if (manner === "refuses it")
        world.refuse('"PATCH","path":"/open-apis/im/', 230099, "Failed to create card content");
      const next = world.make();
      await next.edit(stream.ref!, "nearly the end", fresh());
      await next.edit(stream.ref!, "the end", fresh());
      expect(world.said()).toEqual(["the end"]);
      expectRising(sequencesOf(world));
    },
  );

  test("a formatting that Feishu refuses in an ordinary card is told as that", async () => {
    await using world = await outgoingWorld();
    const ref = await world.out.send(world.to, text("one"), options);
    world.refuse('"PATCH"', 230099, "Failed to create card content");
    expect(await errorOf(world.out.edit(ref, "**two**", options))).toMatchObject({ code: "format-refused" });
    expect(world.methods()).toEqual(["im.message.create"]);
  });
});

describe("where something goes wrong", () => {
  test.each(["drop-after", "truncated", "malformed"] as const)(
    "a card of which nobody knows whether it came (%s) comes once",
    async (kind) => {
      await using world = await outgoingWorld();
      world.feishu.faults.add({ kind, match: { method: "im.message.create" } });
      const stream = (await world.out.openStream(world.to, partial))!;
      expect(await errorOf(stream.show("one"))).toMatchObject({ retry: "now", outcome: "did-not-happen" });
      await stream.show("one two");
      expect(world.said()).toEqual(["one two"]);
      await world.out.edit(stream.ref!, "the end", options);
      expect(world.said()).toEqual(["the end"]);
    },
  );

  test("a change of which nobody knows whether it was made is made again", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    await stream.show("one");
    world.feishu.faults.add({ kind: "truncated", match: { method: STREAMING } });
    expect(await errorOf(stream.show("one two"))).toMatchObject({ outcome: "did-not-happen" });
    await stream.show("one two");
    // Bun itself repeats such a call when its connection ends: the copy is known by its uuid.
    world.feishu.faults.add({ kind: "drop-after", match: { method: STREAMING } });
    await stream.show("one two three");
    await stream.close();
    await world.out.edit(stream.ref!, "one two three", options);
    expect(world.said()).toEqual(["one two three"]);
    expectRising([...new Set(sequencesOf(world))]);
  });

  test("a rate limit is told with its time; that of a card is no reason to keep other chats waiting", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    await stream.show("one");
    world.feishu.faults.add({ kind: "429", retryAfter: 2, match: { method: STREAMING } });
    expect(await errorOf(stream.show("one two"))).toMatchObject({
      code: "rate-limited",
      retry: { afterMs: 2000 },
      isAccountWide: false,
    });
    await stream.show("one two");
    expect(world.said()).toEqual(["one two"]);
  });

  test("many that grow at once leave the app calls to spare, and each is whole in the end", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const { out, to, said, methods, feishu } = world;
    feishu.enforceRates();
    const streams = [];
    for (let index = 0; index < 3; index += 1) {
      streams.push((await out.openStream(to, { ...partial, nonce: `n${index}` }))!);
      await streams[index]!.show("…");
      await clock.advance(1000);
    }
    const frames = () => methods().filter((method) => method === STREAMING).length;
    // A state of each of them every 200 ms would be 900 in a minute.
    for (let at = 0; at < 300; at += 1) {
      for (const stream of streams) await stream.show(`state ${at}`);
      await clock.advance(200);
    }
    expect(frames()).toBeGreaterThan(550);
    expect(frames()).toBeLessThanOrEqual(630);
    // As soon as the minute has room, what was left out is asked for again.
    for (const stream of streams) await stream.show("now");
    expect(streams.map(({ keepAliveMs }) => keepAliveMs)).toContain(1000);
    await clock.advance(1000);
    for (const stream of streams) await stream.show("now");
    expect(streams.map(({ keepAliveMs }) => keepAliveMs)).toEqual([undefined, undefined, undefined]);
    expect(said()).toEqual(["now", "now", "now"]);
  });

  test("what was left out is not taken for shown: the whole text comes, complete or with the last change", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const { out, to, said, methods } = world;
    const stream = (await out.openStream(to, partial))!;
    const next = (await out.openStream(to, { ...partial, nonce: "another" }))!;
    await stream.show("one");
    await next.show("three");
    for (let at = 0; stream.keepAliveMs === undefined; at += 1) await stream.show(`one ${at}`);
    const before = methods().length;
    await stream.show("one two");
    await next.show("three four");
    expect(methods()).toHaveLength(before);
    await stream.show("one two", true);
    expect(stream.keepAliveMs).toBeUndefined();
    await next.close();
    await out.edit(next.ref!, "three four", options);
    expect(said()).toEqual(["one two", "three four"]);
    expect(methods().slice(before)).toEqual([
      "cardkit.card.update",
      "cardkit.card.settings",
      "cardkit.card.update",
    ]);
  });

  test("an app that may not make cards shows the answer in a message that is put anew, and asks again later", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const { out, to, said, app, methods } = world;
    app.scopes.delete("cardkit:card:write");
    const stream = (await out.openStream(to, partial))!;
    await stream.show("one");
    await stream.show("one two");
    expect(said()).toEqual(["one two"]);
    expect(await out.openStream(to, partial)).toBeUndefined();
    await stream.close();
    await out.edit(stream.ref!, "the end", options);
    expect(said()).toEqual(["the end"]);
    expect(methods()).toEqual([
      "cardkit.card.create",
      "im.message.create",
      "im.message.patch",
      "im.message.patch",
    ]);
    app.scopes.add("cardkit:card:write");
    clock.jump(-1);
    expect(await out.openStream(to, partial)).toBeDefined();
    clock.jump(1);
    expect(await out.openStream(to, partial)).toBeUndefined();
    await clock.advance(10 * MINUTE_MS);
    const again = (await out.openStream(to, { ...partial, nonce: "n2" }))!;
    await again.show("as a card");
    expect(methods().slice(-2)).toEqual(["cardkit.card.create", "im.message.create"]);
  });

  test("a card that is gone by the time of the answer is no place for it", async () => {
    await using world = await outgoingWorld();
    const stream = (await world.out.openStream(world.to, partial))!;
    await stream.show("one");
    world.feishu.world.recall(world.chat.last(world.app)!, world.app);
    world.feishu.world.cards.clear();
    expect(await errorOf(world.out.edit(stream.ref!, "the end", options))).toMatchObject({
      code: "not-found",
      retry: "never",
    });
  });
});

test("text goes out once where cards are refused, and no message is changed to show it growing", async () => {
  await using world = await outgoingWorld();
  const { out, to, said } = world;
  world.refuse('"interactive"', 230054, "This type of message is unavailable in the connection group.");
  const stream = (await out.openStream(to, partial))!;
  await stream.show("one");
  await stream.show("one two");
  expect({ ref: stream.ref, said: said() }).toEqual({ ref: undefined, said: [] });
  await stream.close();
  await out.send(to, text("**the** end"), options);
  expect(said()).toEqual(["the end"]);
  const next = (await out.openStream(to, { ...partial, nonce: "n2" }))!;
  await next.show("more");
  expect(said()).toEqual(["the end"]);
  expect(world.methods()).toEqual(["cardkit.card.create", "im.message.create"]);
});
