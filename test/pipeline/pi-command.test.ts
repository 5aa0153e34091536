import { expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import type { Turn } from "../../src/core/store.ts";
import { isCompaction, piCommandOf } from "../../src/pipeline/pi-command.ts";
import { inbound, SESSION } from "../fakes/path-world.ts";

const { commands } = configSchema({}).parse({});

function turnOf(texts: readonly string[], facts: Partial<Turn> = {}): Turn {
  const messages = texts.map((text, at) => ({ ...inbound(String(at), text), isPiCommand: true }));
  return {
    id: "1",
    session: SESSION,
    messages,
    attempt: 1,
    previews: [],
    collapsed: 0,
    steered: [],
    ...facts,
  };
}

test("a turn is a command of pi's own only if its one message may be one", () => {
  expect(piCommandOf(turnOf(["/greet Bob"]), commands)).toEqual({ name: "greet", args: "Bob" });
  expect(piCommandOf(turnOf(["/greet Bob", "/greet Una"]), commands)).toBeUndefined();
  expect(piCommandOf(turnOf(["/greet Bob"], { collapsed: 1 }), commands)).toBeUndefined();
  expect(piCommandOf(turnOf([], { messages: [inbound("1", "/greet Bob")] }), commands)).toBeUndefined();
  expect(piCommandOf(turnOf(["greet Bob"]), commands)).toBeUndefined();
});

test("/compact is what pi is told to do, in any case", () => {
  expect(isCompaction({ name: "Compact", args: "" })).toBe(true);
  expect(isCompaction({ name: "compacted", args: "" })).toBe(false);
});
