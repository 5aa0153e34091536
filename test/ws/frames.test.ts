import { describe, expect, test } from "bun:test";
import { eventFrame, failureFrame, FrameError, parseRequest, resultFrame } from "../../src/ws/frames.ts";

test("both forms of a request are understood", () => {
  expect(parseRequest('{"method":"session.list","params":{"limit":1}}')).toEqual({
    method: "session.list",
    params: { limit: 1 },
  });
  expect(parseRequest('{"type":"req","id":"7","method":"x","params":{}}')).toEqual({
    id: "7",
    method: "x",
    params: {},
  });
  expect(parseRequest('{"id":7,"method":"x"}')).toEqual({ id: 7, method: "x", params: {} });
  expect(parseRequest('{"id":null,"method":"x","params":null}')).toEqual({ method: "x", params: {} });
});

describe("what is no request is refused with the form, and with as much of its name as there is", () => {
  const refusals: [string, string, unknown][] = [
    ["{", "not JSON", {}],
    ["", "not JSON", {}],
    ["[1]", "not an object", {}],
    ["null", "not an object", {}],
    ['{"id":"3"}', "method: expected", { id: "3" }],
    ['{"id":"3","method":""}', "method: expected", { id: "3" }],
    ['{"id":{},"method":"x"}', "id: expected", { method: "x" }],
    ['{"id":"3","method":"x","type":"event"}', "type: expected", { id: "3", method: "x" }],
    ['{"id":"3","method":"x","params":[1]}', "params: expected", { id: "3", method: "x" }],
  ];
  test.each(refusals)("%s", (text, reason, replyTo) => {
    try {
      parseRequest(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FrameError);
      expect((error as FrameError).message).toContain(reason);
      expect((error as FrameError).replyTo).toEqual(replyTo as object);
    }
  });
});

test("an answer names the request by its id, or without one by its method", () => {
  expect(JSON.parse(resultFrame({ id: "1", method: "x" }, { a: 1 }))).toEqual({
    type: "res",
    id: "1",
    ok: true,
    payload: { a: 1 },
  });
  expect(JSON.parse(resultFrame({ method: "x" }, undefined))).toEqual({
    type: "res",
    method: "x",
    ok: true,
    payload: {},
  });
  const error = { code: "NOT_FOUND", message: "no", retryable: false } as const;
  expect(JSON.parse(failureFrame({ id: 0 }, error))).toEqual({ type: "res", id: 0, ok: false, error });
});

test("an event carries its number", () => {
  expect(JSON.parse(eventFrame("chat", { a: 1 }, 5))).toEqual({
    type: "event",
    event: "chat",
    payload: { a: 1 },
    seq: 5,
  });
});
