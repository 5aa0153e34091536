import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { PathWorld } from "../fakes/path-world.ts";

let world: PathWorld;
beforeEach(async () => {
  world = await new PathWorld().start();
});
afterEach(() => world[Symbol.asyncDispose]());

const usage = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

/** pi says these texts piece by piece, one message after the other, and waits a while between pieces. */
function says(...messages: readonly (readonly string[])[]): void {
  world.pi.script = async function* (): AsyncIterable<AgentEvent> {
    for (const pieces of messages) {
      yield { type: "message_start" };
      for (const delta of pieces) {
        yield { type: "text", delta };
        await world.clock.sleep(200);
      }
      yield { type: "message_end", text: pieces.join(""), stopReason: "stop" };
    }
    yield { type: "end", reason: "stop", usage };
  };
}

/** What those who watch have read, letter by letter. */
const watched = () =>
  world.events.flatMap(({ event }) => (event.kind === "delta" ? [event.delta] : [])).join("");

async function answered(): Promise<void> {
  await world.say("1", "Go");
  for (let round = 0; round < 20; round += 1) await world.pass(200);
}

test("an answer that is exactly NO_REPLY is none: nobody sees a letter of it, and the message counts as answered", async () => {
  says(["NO", "_RE", "PLY", "\n"]);
  await answered();
  expect(world.platform.transcript()).toEqual([]);
  expect(watched()).toBe("");
  expect(world.endings()).toEqual(["1: final"]);
});

test("what was shown on the way is taken back with it", async () => {
  says(["Let me look."], ["NO_REPLY"]);
  await answered();
  expect(world.platform.transcript()).toEqual([]);
  expect(world.endings()).toEqual(["1: final"]);
});

test("an answer that only begins like it is seen whole", async () => {
  for (const pieces of [["NO", "_REPLY", " is what I say"], ["N", "o."], ["NO"]]) {
    says(pieces);
    await answered();
    expect(world.platform.transcript().at(-1)).toBe(pieces.join(""));
    expect(watched()).toBe(pieces.join(""));
    await world[Symbol.asyncDispose]();
    world = await new PathWorld().start();
  }
});
