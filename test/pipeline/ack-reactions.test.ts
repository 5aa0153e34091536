import { describe, expect, test } from "bun:test";
import { ChannelError } from "../../src/core/errors.ts";
import { answer, hang, inTurn, lookThenAnswer } from "../fakes/fake-pi.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";
import { TalkingPlatform } from "../fakes/talking-platform.ts";

async function open(ackReaction: string | undefined = "👀", perChatMs = 1000) {
  let made: TalkingPlatform | undefined;
  const pace = () => ({ perChatMs, perPreviewMs: perChatMs });
  const settings = ackReaction === undefined ? {} : { ackReaction };
  const world = new PathWorld({
    platform: (clock) => (made = new TalkingPlatform(clock.now, settings, { pace })),
    places: 40,
  });
  await world.start();
  if (!made) throw new Error("no platform was made");
  return { world, platform: made, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe("the message that is being answered has a reaction", () => {
  test("from the beginning of its turn until the answer is delivered", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = hang("Well");
    await world.say("7", "hello");
    await world.pass(1000);
    expect([...platform.reactions]).toEqual([["7", "👀"]]);
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(1000);
    expect([...platform.reactions]).toEqual([]);
  });

  test("for as long as the answer cannot be delivered", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    platform.failures.push(new ChannelError("rate-limited", "429", { retry: { afterMs: 20_000 } }));
    await world.say("7", "hello");
    await world.pass(15_000);
    expect([...platform.reactions]).toEqual([["7", "👀"]]);
    await world.pass(10_000);
    expect(platform.transcript()).toEqual(["The answer is 42."]);
    expect([...platform.reactions]).toEqual([]);
  });

  test("also over several tries, and when there is nothing to say", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = inTurn(lookThenAnswer("x", "text"), answer("NO_REPLY"));
    await world.say("7", "hello");
    await world.pass(10_000);
    expect([...platform.reactions]).toEqual([]);
    expect(world.endings()).toHaveLength(1);
  });

  test("in each chat, however many are written to at once", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = hang("Well");
    for (let chat = 0; chat < 20; chat++) {
      await world.say(`m${chat}`, "hello", { address: { ...CHAT, chat: `${chat}` } });
    }
    await world.pass(1000);
    expect(platform.reactions.size).toBe(20);
  });
});

test("no message has one where none is wanted", async () => {
  await using stage = await open("");
  stage.world.pi.script = hang("Well");
  await stage.world.say("7", "hello");
  await stage.world.pass(1000);
  expect(stage.platform.reactions.size).toBe(0);
});

test("a platform that refuses it, or is slow about it, does not keep the answer waiting", async () => {
  await using stage = await open();
  stage.platform.isUnkind = true;
  await stage.world.say("7", "hello");
  await stage.world.pass(1000);
  expect(stage.platform.transcript()).toEqual(["The answer is 42."]);
  stage.platform.react = () => new Promise(() => {});
  await stage.world.say("8", "hello");
  await stage.world.pass(5000);
  expect(stage.platform.transcript()).toHaveLength(2);
});

test("where messages come faster than reactions may go, some do without, and none keeps one", async () => {
  await using stage = await open("👀", 100_000);
  const { world, platform } = stage;
  platform.capabilities.pace = () => ({ perChatMs: 0, perPreviewMs: 0 });
  const set: string[] = [];
  const react = platform.react.bind(platform);
  platform.react = async (ref, emoji) => {
    if (emoji !== "") set.push(ref.id);
    await react(ref, emoji);
  };
  const paced = { perChatMs: 100_000, perPreviewMs: 100_000 };
  for (const id of ["1", "2", "3", "4"]) {
    platform.capabilities.pace = () => paced;
    await world.say(id, "hello");
    platform.capabilities.pace = () => ({ perChatMs: 0, perPreviewMs: 0 });
    await world.pass(2000);
  }
  expect(set).toEqual(["1", "2"]);
  expect([...platform.reactions]).toEqual([]);
});
