import { expect, test } from "bun:test";
import { AgentError, RequestError, StoreError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { failureOf } from "../../src/ws/failure.ts";

function logged() {
  const lines: { fields: Record<string, unknown>; message: string }[] = [];
  const log = {
    ...silentLogger,
    error: (fields: object, message: string) => void lines.push({ fields: { ...fields }, message }),
  };
  return { log, lines };
}

test("what was meant for the client reaches it as it is, and is no line in the log", () => {
  const { log, lines } = logged();
  expect(failureOf(new RequestError("FORBIDDEN", "Not yours."), log)).toEqual({
    code: "FORBIDDEN",
    message: "Not yours.",
    retryable: false,
  });
  const busy = new RequestError("BUSY", "Full.", { retry: { afterMs: 1500 } });
  expect(failureOf(busy, log)).toEqual({
    code: "BUSY",
    message: "Full.",
    retryable: true,
    retryAfterMs: 1500,
  });
  expect(failureOf(new RequestError("BUSY", "Full.", { retry: "now" }), log).retryable).toBe(true);
  expect(lines).toEqual([]);
});

test("of everything else the client learns a reference, and the log the rest", () => {
  const { log, lines } = logged();
  const bug = new TypeError("undefined is not a function at /home/me/secret.ts");
  const failure = failureOf(bug, log);
  expect(failure.code).toBe("INTERNAL");
  expect(failure.message).toBe(`Something went wrong here (ref ${failure.ref})`);
  expect(lines[0]?.fields).toEqual({ ref: failure.ref, err: bug });
});

test("a store that cannot write may be asked again, and its path is not told", () => {
  const failure = failureOf(new StoreError("full", "/home/me/gateway.db: disk full"), silentLogger);
  expect(failure).toMatchObject({ code: "UNAVAILABLE", retryable: true, retryAfterMs: 1000 });
  expect(failure.message).not.toContain("/home");
});

test("a sentence for the person is told, with the reference", () => {
  const error = new AgentError("unavailable", "spawn ENOENT", { userMessage: "pi could not be started." });
  const failure = failureOf(error, silentLogger);
  expect(failure.message).toBe(`pi could not be started. (ref ${failure.ref})`);
});
