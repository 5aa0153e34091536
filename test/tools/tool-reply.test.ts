import { expect, test } from "bun:test";
import { errorReply, replyOf } from "../../src/tools/tool-reply.ts";

const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });

test("whatever a tool returns becomes one form", () => {
  expect(replyOf("hello")).toEqual(text("hello"));
  expect(replyOf(undefined)).toEqual(text("Done."));
  expect(replyOf({ result: "success" })).toEqual(text('{"result":"success"}'));
  expect(replyOf([1, null])).toEqual(text("[1,null]"));
  expect(replyOf(null)).toEqual(text("null"));
  expect(replyOf({ text: "no", isError: true })).toEqual({ ...text("no"), isError: true });
  expect(replyOf({ content: "plain", details: { a: 1 } })).toEqual({ ...text("plain"), details: { a: 1 } });
});

test("images and details survive; content of another form is shown as what it is", () => {
  const image = { type: "image" as const, data: "AA==", mimeType: "image/png" };
  expect(replyOf({ content: [image], details: 5 })).toEqual({ content: [image], details: 5 });
  expect(replyOf({ content: [{ type: "video" }] })).toEqual(text('{"content":[{"type":"video"}]}'));
});

test("what has no JSON is still some text", () => {
  const loop: { self?: object } = {};
  loop.self = loop;
  expect(replyOf(loop)).toEqual(text("[object Object]"));
  expect(replyOf(5n)).toEqual(text("5"));
  expect(replyOf(() => 1)).toEqual(text("() => 1"));
});

test("a failure is what the model reads", () => {
  expect(errorReply("no")).toEqual({ ...text("no"), isError: true });
});
