import { describe, expect, test } from "bun:test";
import { ChannelError } from "../../src/core/errors.ts";
import { SIGN_OF_LIFE_MS } from "../../src/pipeline/typing.ts";
import { answer, hang, inTurn, refuse } from "../fakes/fake-pi.ts";
import { PathWorld, SESSION } from "../fakes/path-world.ts";
import { EditingPlatform } from "../fakes/platforms.ts";
import { TalkingPlatform } from "../fakes/talking-platform.ts";

async function open(
  config: { queue?: object; agent?: object } = {},
  streamingMode: "off" | "partial" = "off",
) {
  let made: TalkingPlatform | undefined;
  const world = new PathWorld({
    config,
    platform: (clock) => (made = new TalkingPlatform(clock.now, { streamingMode })),
  });
  await world.start();
  if (!made) throw new Error("no platform was made");
  return { world, platform: made, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe("typing is shown", () => {
  test("from the beginning of a turn, again before it runs out, and not after its end", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = hang("Well");
    const beganMs = world.clock.now();
    await world.say("1", "hello");
    await world.pass(10_000);
    expect(platform.typedAtMs.map((atMs) => atMs - beganMs)).toEqual([0, 4000, 8000]);
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(60_000);
    expect(platform.typedAtMs).toHaveLength(3);
    expect(world.clock.sleeping).toBeLessThanOrEqual(3);
  });

  test.each([
    ["an answer", answer("Yes.")],
    ["a failure", refuse("401")],
  ])("no longer once there is %s", async (_, script) => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = script;
    await world.say("1", "hello");
    await world.pass(60_000);
    expect(platform.typedAtMs).toHaveLength(1);
  });

  test("not above an answer that grows: what ends it is an edit, which does not end the sign", async () => {
    await using stage = await open({}, "partial");
    const { world, platform } = stage;
    world.pi.script = hang("Well, this is an answer that can be seen.");
    await world.say("1", "hello");
    await world.pass(20_000);
    expect(platform.typedAtMs).toHaveLength(1);
  });

  test("no longer than a turn that passes its limit, and not while it waits for another try", async () => {
    await using stage = await open({ agent: { timeoutMs: 10_000 } });
    const { world, platform } = stage;
    world.pi.script = hang("Well");
    await world.say("1", "hello");
    await world.pass(60_000);
    expect(platform.typedAtMs).toHaveLength(3);
  });

  test("not by a turn that was handed back", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = hang("Well");
    await world.say("1", "hello");
    await world.stop();
    const typed = platform.typedAtMs.length;
    await world.clock.advance(60_000);
    expect(platform.typedAtMs).toHaveLength(typed);
  });

  test("not while a question is open, and again when it is answered", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    world.pi.script = hang("Well");
    await world.say("1", "hello");
    const running = world.pipeline.workers.running(SESSION);
    running?.noteQuestion(true);
    await world.pass(60_000);
    expect(platform.typedAtMs).toHaveLength(1);
    running?.noteQuestion(false);
    await world.pass(1000);
    expect(platform.typedAtMs).toHaveLength(2);
    await world.pass(4000);
    expect(platform.typedAtMs).toHaveLength(3);
  });

  test("no longer for a pi that gives no sign of life, and again when it gives one", async () => {
    await using stage = await open({ queue: { stuckMs: 10 * SIGN_OF_LIFE_MS }, agent: { timeoutMs: 1e9 } });
    const { world, platform } = stage;
    world.pi.script = async function* (prompt, pi, signal) {
      yield { type: "text", delta: "Well" };
      await world.clock.sleep(3 * SIGN_OF_LIFE_MS);
      yield* hang(" then")(prompt, pi, signal);
    };
    await world.say("1", "hello");
    await world.pass(2 * SIGN_OF_LIFE_MS);
    const typed = platform.typedAtMs.length;
    expect(typed).toBe(SIGN_OF_LIFE_MS / 4000);
    await world.pass(SIGN_OF_LIFE_MS);
    expect(platform.typedAtMs.length).toBe(typed + 1);
  });
});

describe("a courtesy that fails", () => {
  test("costs nothing but itself", async () => {
    await using stage = await open();
    const { world, platform } = stage;
    platform.isUnkind = true;
    world.pi.script = inTurn(answer("Yes."));
    await world.say("1", "hello");
    await world.pass(1000);
    expect(platform.transcript()).toEqual(["Yes."]);
  });

  test.each([
    ["is left alone for as long as the platform says", "off", [], 2],
    ["keeps no answer waiting", "partial", ["send"], 1],
  ] as const)("%s", async (_, mode, shown, later) => {
    await using stage = await open({}, mode);
    const { world, platform } = stage;
    let calls = 0;
    platform.typing = async () => {
      calls += 1;
      throw new ChannelError("rate-limited", "429", { retry: { afterMs: 30_000 } });
    };
    world.pi.script = hang("Well, this takes a while, but not for ever, I hope.");
    await world.say("1", "hello");
    await world.pass(20_000);
    expect(calls).toBe(1);
    expect(platform.calls.map(({ kind }) => kind)).toEqual([...shown]);
    await world.pass(15_000);
    expect(calls).toBe(later);
  });
});

test("a channel that cannot show it is not asked, and needs no timer for it", async () => {
  const sleeping = async (typing: boolean) => {
    await using world = await new PathWorld({
      platform: (clock) => {
        const capabilities = new TalkingPlatform(clock.now).capabilities;
        return typing ? new TalkingPlatform(clock.now) : new EditingPlatform("fake", capabilities, clock.now);
      },
    }).start();
    world.pi.script = hang("Well, this takes a while, but not for ever, I hope.");
    await world.say("1", "hello");
    await world.pass(2000);
    return world.clock.sleeping;
  };
  expect(await sleeping(true)).toBe((await sleeping(false)) + 1);
});
