import { describe, expect, test } from "bun:test";
import { AgentError } from "../../src/core/errors.ts";
import { logFields } from "../../src/lib/log-fields.ts";

const fields = (given: Record<string, unknown>, showsText = false) =>
  logFields(given, { secrets: ["known-secret"], showsText });

describe("what a log line holds", () => {
  test("is no secret, by name or by value, at any depth", () => {
    expect(
      fields({
        botToken: "x",
        deep: { list: [{ password: 3 }, "a known-secret"] },
        tokens: 5,
        token: undefined,
      }),
    ).toEqual({
      botToken: "[redacted]",
      deep: { list: [{ password: "[redacted]" }, "a [redacted]"] },
      tokens: 5,
      token: undefined,
    });
  });

  test("is nothing that people or models said, unless the level is debug", () => {
    const said = { text: "hello", deep: { markdown: "**hi**" }, prompt: "p" };
    expect(fields(said)).toEqual({
      text: "[5 characters]",
      deep: { markdown: "[6 characters]" },
      prompt: "[1 characters]",
    });
    expect(fields(said, true)).toEqual(said);
  });

  test("of an error is its kind, what it answers, its stack and its cause", () => {
    const cause = new Error("the pipe broke with known-secret");
    const error = new AgentError("process-died", "pi died", {
      retry: { afterMs: 5 },
      outcome: "unknown",
      cause,
    });
    const { error: shown } = fields({ error }) as { error: Record<string, unknown> };
    expect(shown).toMatchObject({
      type: "AgentError",
      message: "pi died",
      code: "process-died",
      retry: { afterMs: 5 },
      outcome: "unknown",
      cause: { type: "Error", message: "the pipe broke with [redacted]" },
    });
    expect(shown["stack"]).toContain("log-fields.test.ts");
    expect(JSON.stringify(shown)).not.toContain("known-secret");
  });

  test("of several errors is each of them", () => {
    const error = new AggregateError([new Error("one"), "two"], "both");
    expect(fields({ error })).toMatchObject({ error: { errors: [{ message: "one" }, "two"] } });
  });

  test("can always be said in JSON", () => {
    const ring: Record<string, unknown> = { name: "ring" };
    ring["self"] = ring;
    const deep = { a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } };
    const result = fields({
      ring,
      deep,
      big: 10n,
      bytes: new Uint8Array(3),
      map: new Map([["k", 1]]),
      set: new Set([1]),
      date: new Date(0),
      call: () => 1,
      nothing: null,
      not: Number.NaN,
    });
    const text = JSON.stringify(result);
    expect(text).toContain("[circular]");
    expect(text).toContain("[deeper]");
    expect(JSON.parse(text)).toMatchObject({
      big: "10",
      bytes: "[3 bytes]",
      map: { k: 1 },
      set: [1],
      date: "1970-01-01T00:00:00.000Z",
      nothing: null,
    });
  });

  test("is the same object twice, if it occurs twice side by side", () => {
    const same = { a: 1 };
    expect(fields({ one: same, two: same })).toEqual({ one: { a: 1 }, two: { a: 1 } });
  });

  test("is never endless", () => {
    const { line } = fields({ line: "x".repeat(100_000) }) as { line: string };
    expect(line.length).toBeLessThan(5000);
    expect(line).toEndWith("[100000 characters]");
  });
});
