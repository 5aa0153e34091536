import { expect, test } from "bun:test";
import { RequestError } from "../../src/core/errors.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { ToolBox } from "../../src/tools/tool-box.ts";

const chat = { channel: "fake", account: "default", scope: "dm", chat: "42" } as const;
const session = formatSessionKey({ agent: "mentor", address: chat });

function boxOf(execute: Tool["execute"], isRunning = true): ToolBox {
  const parameters = { type: "object", properties: { n: { type: "number" } }, additionalProperties: false };
  return new ToolBox({
    tools: () => [{ name: "count", description: "Counts.", parameters, execute }],
    turn: () => (isRunning ? { id: "turn1", attempt: "1", chat, messages: [] } : undefined),
    sessions: { get: async () => undefined },
    log: silentLogger,
  });
}

const call = (box: ToolBox, params: object, { name = "count", signal = new AbortController().signal } = {}) =>
  box.run(name, { ...params }, { session, callId: "call1", signal });

const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });
const failure = (said: string) => ({ ...text(said), isError: true });

test("a tool is told who calls it, where, and under which id", async () => {
  let seen: ToolContext | undefined;
  const box = boxOf((_params, context) => {
    seen = context;
    return "ok";
  });
  expect(await call(box, { n: 1 })).toEqual(text("ok"));
  expect(seen).toMatchObject({ sessionKey: session, callId: "call1", turn: "turn1", agent: "mentor", chat });
});

test("arguments are checked before a tool runs, and are its own", async () => {
  const calls: object[] = [];
  const box = boxOf((params) => {
    calls.push({ ...params });
    params["n"] = 2;
  });
  expect(await call(box, { n: "one" })).toEqual(failure('count: "n" must be a number, not "one".'));
  expect(calls).toEqual([]);
  const params = { n: 1 };
  expect(await call(box, params)).toEqual(text("Done."));
  expect(params).toEqual({ n: 1 });
});

test("whatever goes wrong is a sentence that the model reads", async () => {
  const failing = (error: unknown) =>
    boxOf(() => {
      throw error;
    });
  expect(await call(failing(new Error("disk full")), {})).toEqual(failure("count failed: disk full"));
  expect(await call(failing(new Error("")), {})).toEqual(failure("count failed: no reason given"));
  expect(await call(failing("just so"), {})).toEqual(failure("count failed: just so"));
  expect(await call(failing(new RequestError("NOT_FOUND", "No such thing.")), {})).toEqual(
    failure("No such thing."),
  );
  expect(
    await call(
      boxOf(() => "x"),
      {},
      { name: "other" },
    ),
  ).toEqual(failure("There is no tool other."));
  expect(
    await call(
      boxOf(() => "x", false),
      {},
    ),
  ).toEqual(failure("The turn was stopped while this tool ran."));
});

test("a tool takes as long as it likes, and is given up when the turn ends", async () => {
  const over = new AbortController();
  let told: AbortSignal | undefined;
  const box = boxOf((_params, { signal }) => {
    told = signal;
    over.abort();
    return new Promise(() => {});
  });
  expect(await call(box, {}, { signal: over.signal })).toEqual(
    failure("The turn was stopped while this tool ran."),
  );
  expect(told?.aborted).toBe(true);
});

test("the model is told of parameters of an object, also where a plugin left that out", () => {
  const box = new ToolBox({
    tools: () => [{ name: "plain", description: "", parameters: {}, execute: () => "" }],
    turn: () => undefined,
    sessions: { get: async () => undefined },
    log: silentLogger,
  });
  expect(box.declarations()).toEqual([
    { name: "plain", description: "", parameters: { type: "object", properties: {} } },
  ]);
});
