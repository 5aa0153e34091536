import { expect, test } from "bun:test";
import { RunReader } from "../../src/core/rpc-events.ts";
import type { WireRecord } from "../../src/core/rpc-protocol.ts";

const assistant = (text: string, more: object = {}) => ({
  role: "assistant",
  content: [{ type: "text", text }],
  stopReason: "stop",
  usage: { input: 3, output: 4, cacheRead: 2, cacheWrite: 1, cost: { total: 0.5 } },
  ...more,
});
const update = (event: object, message?: object): WireRecord => ({
  type: "message_update",
  assistantMessageEvent: event,
  ...(message ? { message } : {}),
});
const read = (reader: RunReader, ...records: WireRecord[]) =>
  records.flatMap((record) => reader.read(record));

test("snapshots of pi 0.73 and deltas of later ones give the same events", () => {
  const partial = assistant("Hello");
  const old = read(
    new RunReader(),
    { type: "message_start", message: assistant("") },
    update({ type: "text_delta", delta: "Hel", partial }, partial),
    update({ type: "text_delta", delta: "lo", partial }, partial),
    { type: "message_end", message: assistant("Hello") },
  );
  const now = read(
    new RunReader(),
    { type: "message_start", message: assistant("") },
    update({ type: "text_delta", delta: "Hel" }),
    update({ type: "text_delta", delta: "lo" }),
    { type: "message_end", message: assistant("Hello") },
  );
  expect(old).toEqual(now);
  expect(now).toEqual([
    { type: "message_start" },
    { type: "text", delta: "Hel" },
    { type: "text", delta: "lo" },
    { type: "message_end", text: "Hello", stopReason: "stop" },
  ]);
});

test("a tool's result is told a second time as it stands in the transcript, images and details included", () => {
  const content = [
    { type: "text", text: "x" },
    { type: "image", data: "AA", mimeType: "image/png" },
  ];
  const message = { role: "toolResult", toolCallId: "c1", toolName: "bash", content, details: { code: 1 } };
  expect(read(new RunReader(), { type: "message_end", message: { ...message, isError: true } })).toEqual([
    {
      type: "tool_kept",
      id: "c1",
      tool: "bash",
      result: { content, details: { code: 1 }, isError: true },
    } as never,
  ]);
});

test("what people and the system say is no part of the answer", () => {
  const reader = new RunReader();
  for (const role of ["user", "system", "custom"]) {
    const message = { role, content: "…" };
    expect(read(reader, { type: "message_start", message }, { type: "message_end", message })).toEqual([]);
  }
  expect(reader.end(false)).toMatchObject({ reason: "stop" });
});

test("the deltas of several text blocks join to the text of the finished message", () => {
  const events = read(
    new RunReader(),
    { type: "message_start", message: assistant("") },
    update({ type: "text_start", contentIndex: 0 }),
    update({ type: "text_delta", delta: "one" }),
    update({ type: "thinking_start", contentIndex: 1 }),
    update({ type: "thinking_delta", delta: "hm" }),
    update({ type: "text_start", contentIndex: 2 }),
    update({ type: "text_delta", delta: "two" }),
    {
      type: "message_end",
      message: assistant("", {
        content: [
          { type: "text", text: "one" },
          { type: "text", text: "two" },
        ],
      }),
    },
  );
  const streamed = events.map((event) => (event.type === "text" ? event.delta : "")).join("");
  const final = events.at(-1);
  expect(final).toMatchObject({ type: "message_end", text: streamed });
  expect(events).toContainEqual({ type: "thinking", delta: "hm" });
});

test("tools keep their parameters, images, details and errors", () => {
  const image = { type: "image", data: "AAAA", mimeType: "image/webp" };
  const events = read(
    new RunReader(),
    { type: "tool_execution_start", toolCallId: "c1", toolName: "bash", args: { command: "ls" } },
    { type: "tool_execution_update", toolCallId: "c1", toolName: "bash", partialResult: { content: [] } },
    {
      type: "tool_execution_end",
      toolCallId: "c1",
      toolName: "bash",
      result: { content: [{ type: "text", text: "no" }, image], details: { code: 1 } },
      isError: true,
    },
  );
  expect(events).toEqual([
    { type: "tool_start", id: "c1", tool: "bash", params: { command: "ls" } },
    { type: "tool_update", id: "c1", tool: "bash", result: { content: [], isError: false } },
    {
      type: "tool_end",
      id: "c1",
      tool: "bash",
      result: {
        content: [
          { type: "text", text: "no" },
          { type: "image", data: "AAAA", mimeType: "image/webp" },
        ],
        details: { code: 1 },
        isError: true,
      },
    },
  ]);
});

test("the end counts what all messages of the run cost", () => {
  const reader = new RunReader();
  read(
    reader,
    { type: "message_end", message: assistant("a", { stopReason: "toolUse" }) },
    { type: "message_end", message: assistant("b") },
  );
  expect(reader.end(false)).toEqual({
    type: "end",
    reason: "stop",
    usage: { inputTokens: 12, outputTokens: 8, costUsd: 1 },
    spent: [{ model: "unknown", usage: { inputTokens: 12, outputTokens: 8, costUsd: 1 } }],
  });
});

test("the end says which model has used what; one that only failed has used nothing", () => {
  const reader = new RunReader();
  const by = (model: string) => ({ provider: "a", model });
  const failed = { stopReason: "error", errorMessage: "529", usage: {} };
  read(
    reader,
    { type: "message_end", message: assistant("", { ...by("x"), stopReason: "toolUse" }) },
    { type: "message_end", message: assistant("", { ...by("y"), ...failed }) },
  );
  expect(reader.failure).toBe("529");
  expect(reader.model).toBe("a/y");
  reader.again();
  read(reader, { type: "message_end", message: assistant("b", by("z")) });
  const one = { inputTokens: 6, outputTokens: 4, costUsd: 0.5 };
  expect(reader.end(false)).toMatchObject({
    reason: "stop",
    spent: [
      { model: "a/x", usage: one },
      { model: "a/z", usage: one },
    ],
  });
});

test("the end says why: the model's error, its limit, or somebody's stop", () => {
  const after = (more: object, aborted = false) => {
    const reader = new RunReader();
    read(reader, { type: "message_end", message: assistant("x", more) });
    return reader.end(aborted);
  };
  expect(after({ stopReason: "error", errorMessage: "401 no key" })).toMatchObject({
    reason: "error",
    error: "401 no key",
  });
  expect(after({ stopReason: "length" })).toMatchObject({ reason: "length" });
  expect(after({ stopReason: "aborted" })).toMatchObject({ reason: "aborted" });
  expect(after({ stopReason: "toolUse" }, true)).toMatchObject({ reason: "aborted" });
  // The answer was complete before somebody asked to stop.
  expect(after({ stopReason: "stop" }, true)).toMatchObject({ reason: "stop" });
  expect(new RunReader().end(true)).toMatchObject({ reason: "aborted" });
});

test("an error that pi 0.73 reports only with the end of the run is not lost", () => {
  const reader = new RunReader();
  read(reader, {
    type: "agent_end",
    messages: [assistant("", { stopReason: "error", errorMessage: "no key" })],
  });
  expect(reader.end(false)).toMatchObject({ reason: "error", error: "no key" });
});

test("a run that broke off says whether pi is gone", () => {
  expect(new RunReader().failed("gone", true)).toMatchObject({ reason: "error", error: "gone", died: true });
  expect(new RunReader().failed("refused", false)).not.toHaveProperty("died");
});

test("records with missing parts give nothing instead of failing", () => {
  const reader = new RunReader();
  for (const type of [
    "message_start",
    "message_update",
    "message_end",
    "agent_end",
    "queue_update",
    "nonsense",
  ]) {
    expect(reader.read({ type })).toEqual([]);
  }
  expect(reader.read({ type: "tool_execution_end" })).toEqual([
    { type: "tool_end", id: "", tool: "", result: { content: [], isError: false } },
  ]);
});
