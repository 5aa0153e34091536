import { expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { deltaPayload, pushedOf } from "../../src/ws/event-payload.ts";

const session = "agent:main:webchat:dm:a" as SessionKey;
const of = { turn: "t1", messageIds: ["m1"] };
const tool = { kind: "tool", id: "c1", tool: "bash", ...of } as const;

test("a status says what the turn is at", () => {
  const base = { sessionKey: session, turnId: "t1", messageIds: ["m1"], state: "status" };
  expect(pushedOf(session, { kind: "started", ...of })).toEqual({
    event: "chat",
    payload: { ...base, status: "started" },
  });
  const joined = { kind: "joined", turn: "t1", messageIds: ["m1", "m2"] } as const;
  expect(pushedOf(session, joined).payload).toEqual({
    ...base,
    status: "joined",
    messageIds: ["m1", "m2"],
  });
  expect(pushedOf(session, { kind: "compacting", ...of }).payload).toEqual({ ...base, status: "compacting" });
  expect(pushedOf(session, { kind: "retrying", reason: "overloaded", ...of }).payload).toEqual({
    ...base,
    status: "retrying",
    reason: "overloaded",
  });
  expect(pushedOf(session, { kind: "queued", messageIds: ["m2"], place: 3 }).payload).toEqual({
    sessionKey: session,
    messageIds: ["m2"],
    state: "status",
    status: "queued",
    place: 3,
  });
});

test("an end carries the whole text, and the error if there is one", () => {
  const error = { code: "model-failed", message: "No.", retryable: true, ref: "3F9K" };
  expect(pushedOf(session, { kind: "end", state: "error", text: "half", error, ...of }).payload).toEqual({
    sessionKey: session,
    turnId: "t1",
    messageIds: ["m1"],
    state: "error",
    text: "half",
    error,
  });
  expect(
    pushedOf(session, { kind: "end", state: "final", text: "all", key: "t1/0", ...of }).payload,
  ).toMatchObject({ messageId: "t1/0", state: "final", text: "all" });
});

test("what belongs to no turn comes as final without one", () => {
  expect(pushedOf(session, { kind: "said", key: "cron/1", text: "Hello" }).payload).toEqual({
    sessionKey: session,
    messageId: "cron/1",
    state: "final",
    text: "Hello",
  });
});

test("only a text that begins anew names its messages", () => {
  expect(deltaPayload(session, { delta: "x", replace: false, ...of }).payload).toEqual({
    sessionKey: session,
    turnId: "t1",
    state: "delta",
    delta: "x",
  });
  expect(deltaPayload(session, { delta: "x", replace: true, ...of }).payload).toEqual({
    sessionKey: session,
    turnId: "t1",
    messageIds: ["m1"],
    state: "delta",
    delta: "x",
    replace: true,
  });
});

test("tool activity is an event of its own", () => {
  expect(pushedOf(session, { ...tool, phase: "start", params: { command: "ls" } })).toEqual({
    event: "tool",
    payload: {
      sessionKey: session,
      turnId: "t1",
      id: "c1",
      tool: "bash",
      phase: "start",
      params: { command: "ls" },
    },
  });
  const result = { content: [{ type: "text", text: "a b" }] as const, details: { code: 0 }, isError: true };
  expect(pushedOf(session, { ...tool, phase: "end", result }).payload).toMatchObject({
    phase: "end",
    result: { content: [{ type: "text", text: "a b" }], details: { code: 0 } },
    isError: true,
  });
});

test("a page is not sent whole files of tool output", () => {
  const huge = "x".repeat(5_000_000);
  const content = [
    { type: "text", text: huge },
    { type: "image", data: huge, mimeType: "image/png" },
  ] as const;
  const result = { content, details: { huge }, isError: false };
  const start = pushedOf(session, { ...tool, phase: "start", params: { huge } });
  const end = pushedOf(session, { ...tool, phase: "end", result });
  expect(JSON.stringify(start).length).toBeLessThan(150_000);
  expect(JSON.stringify(end).length).toBeLessThan(250_000);
  expect(JSON.stringify(end)).toContain("image/png");
});

test("a small picture of a tool arrives", () => {
  const content = [{ type: "image", data: "AAAA", mimeType: "image/png" }] as const;
  const { payload } = pushedOf(session, { ...tool, phase: "end", result: { content, isError: false } });
  expect(payload["result"]).toEqual({ content });
});

test("what tools send says its files by name and kind, and what became of a message names it", () => {
  const media = [{ kind: "photo", name: "cat.png", mimeType: "image/png", sizeBytes: 7 }] as const;
  const said = { kind: "said", key: "t1/tool/c1", text: "A cat", media } as const;
  const of1 = { sessionKey: session, messageId: "t1/tool/c1" };
  expect(pushedOf(session, said).payload).toEqual({ ...of1, state: "final", text: "A cat", media });
  const changed = (change: object) =>
    pushedOf(session, { kind: "amended", id: "t1/tool/c1", ...change }).payload;
  expect(changed({ text: "The cat" })).toEqual({ ...of1, state: "changed", text: "The cat" });
  expect(changed({ isRemoved: true })).toEqual({ ...of1, state: "changed", removed: true });
  expect(changed({ reactions: ["👍"] })).toEqual({ ...of1, state: "changed", reactions: ["👍"] });
});
