import { expect, test } from "bun:test";
import {
  APP_REFUSED,
  feishuWords,
} from "../../../../../src/plugins/builtin/feishu/incoming/reconnect-words.ts";
import { FeishuRefusal, NoToken } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";

const refusal = (code: number, msg = "no") => new FeishuRefusal(200, { code, msg }, undefined);

test.each([514, 1000040345, 10003, 10014])(
  "%i is an app that Feishu does not know: another try is of no use",
  (code) => {
    expect(feishuWords.whyFinal(refusal(code))).toBe(APP_REFUSED);
    expect(feishuWords.whyFinal(new NoToken(refusal(10014)))).toBe(APP_REFUSED);
  },
);

test.each([1, 403, 1000040343, 1000040350, 99991400])("%i may pass", (code) => {
  expect(feishuWords.whyFinal(refusal(code))).toBeUndefined();
});

test("what may pass is said in one sentence", () => {
  expect(feishuWords.toError(refusal(403), "x").message).toContain("self-built app, enabled");
  expect(feishuWords.toError(new CallFailure("not-sent", "ECONNREFUSED"), "x").message).toBe(
    "Feishu could not be reached (ECONNREFUSED).",
  );
  expect(feishuWords.toError(refusal(1, "system busy"), "x").message).toContain("system busy");
});
