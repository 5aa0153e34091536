import { expect, test } from "bun:test";
import {
  readChatEvent,
  readError,
  readFrame,
  readHistory,
  readSessions,
  readToolEvent,
  readWelcome,
} from "../../../src/web/wire/read.ts";

test("what is no frame of ours is left alone", () => {
  for (const data of [
    "",
    "{",
    "null",
    "7",
    "[]",
    '{"type":"x"}',
    '{"type":"event"}',
    new Uint8Array(1),
    undefined,
  ]) {
    expect(readFrame(data)).toBeUndefined();
  }
});

test("answers and events are told apart", () => {
  expect(readFrame('{"type":"res","id":1,"ok":true,"payload":2}')).toEqual({
    type: "res",
    id: "1",
    ok: true,
    payload: 2,
  });
  expect(readFrame('{"type":"res","id":"1","ok":false}')).toMatchObject({
    ok: false,
    error: { code: "INTERNAL", retryable: false },
  });
  expect(readFrame('{"type":"event","event":"chat","payload":{},"seq":3}')).toMatchObject({
    event: "chat",
    seq: 3,
  });
});

test("an event without a session or with an unknown state is none", () => {
  expect(readChatEvent({ state: "final" })).toBeUndefined();
  expect(readChatEvent({ sessionKey: "s", state: "dancing" })).toBeUndefined();
  expect(readToolEvent({ sessionKey: "s", turnId: "t", id: "x", phase: "dancing" })).toBeUndefined();
});

test("fields of a wrong kind are left out instead of shown", () => {
  const event = readChatEvent({
    sessionKey: "s",
    state: "delta",
    delta: 7,
    messageIds: ["a", 1],
    place: "x",
  });
  expect(event).toEqual({ sessionKey: "s", state: "delta", messageIds: ["a"], replace: false });
  expect(
    readHistory({ messages: [{ id: 1 }, null, { id: "a", role: "system", text: "" }] }).messages,
  ).toEqual([]);
  expect(readHistory(undefined)).toEqual({ messages: [] });
  expect(readSessions({ sessions: [{}, { key: "k", running: true }] })).toEqual([
    { key: "k", running: true, lastActiveAtMs: 0 },
  ]);
});

test("a tool's result may come as text, as parts, and with its error beside it", () => {
  const tool = { sessionKey: "s", turnId: "t", id: "x", tool: "bash", phase: "end" };
  expect(readToolEvent({ ...tool, result: "out" })?.result?.content).toEqual([{ type: "text", text: "out" }]);
  const content = [
    { type: "text", text: "no" },
    { type: "image", data: "AA", mimeType: "image/png" },
    { type: "?" },
  ];
  const read = readToolEvent({ ...tool, result: { content }, isError: true });
  expect(read?.result?.isError).toBe(true);
  expect(read?.result?.content).toHaveLength(2);
});

test("limits that a gateway does not state have defaults", () => {
  expect(readWelcome({}).limits).toEqual({ attachmentCount: 10, attachmentBytes: 20 * 1024 * 1024 });
  expect(
    readWelcome({ limits: { maxAttachments: 2, maxAttachmentBytes: 5 }, demo: true, version: "1" }),
  ).toEqual({
    limits: { attachmentCount: 2, attachmentBytes: 5 },
    demo: true,
    version: "1",
  });
});

test("an error always has something to say by", () => {
  expect(readError(undefined)).toEqual({ code: "INTERNAL", message: "", retryable: false });
  expect(
    readError({ code: "BUSY", message: "Later.", retryable: true, retryAfterMs: 5, ref: "3F9K" }),
  ).toEqual({
    code: "BUSY",
    message: "Later.",
    retryable: true,
    retryAfterMs: 5,
    ref: "3F9K",
  });
});

test("that an answer was stopped is said once, whatever was written under it for other chats", () => {
  const stopped = (text: string) =>
    readHistory({ messages: [{ id: "a", role: "assistant", text, atMs: 1, state: "cancelled" }] }).messages[0]
      ?.text;
  expect(stopped("Half of\n\n*Stopped.*")).toBe("Half of");
  expect(stopped("一半\n\n*已停止。*")).toBe("一半");
  expect(stopped("Stopped.")).toBe("");
  expect(stopped("He Stopped.")).toBe("He Stopped.");
});
