import { expect, test } from "bun:test";
import { AgentError, ModelError } from "../../src/core/errors.ts";
import { sentencesIn } from "../../src/pipeline/sentences.ts";
import { OverBudget, turnFailure } from "../../src/pipeline/turn-failure.ts";

const said = (error: unknown, facts: object = {}) =>
  turnFailure(error, { ref: "3F9K", retryable: false, attempts: 3, ...facts }, sentencesIn("en"));

test("when all models fail the person reads what each of them said, in one line", () => {
  const tried = [
    { model: "a/one", said: "429 Rate limit\n reached" },
    { model: "b/two", said: `500 ${"x".repeat(1000)}` },
  ];
  const { code, message } = said(new ModelError("500", { tried }));
  expect(code).toBe("MODEL_FAILED");
  expect(message).toMatch(
    /^No model could answer\. a\/one: 429 Rate limit reached; b\/two: 500 x+ \(ref 3F9K\)$/,
  );
  expect(message.length).toBeLessThan(400);
});

test("one model that failed is told as before", () => {
  const tried = [{ model: "a/one", said: "401 no key" }];
  expect(said(new ModelError("401 no key", { tried })).message).toBe(
    "The model could not answer: 401 no key (ref 3F9K)",
  );
  expect(said(new AgentError("model-failed", "401 no key")).message).toContain("401 no key");
});

test("a model that was chosen for the conversation is named, with the way to choose another", () => {
  const error = new ModelError("500", { tried: [{ model: "a/one", said: "500" }], pinned: "a/one" });
  expect(said(error).message).toMatch(/a\/one, which was chosen for this conversation.*500.*\/model.*3F9K/);
});

test("a budget that is used up is one sentence: which, how much, until when; sending again helps later", () => {
  const untilMs = new Date(2026, 10, 23).getTime();
  const budget = { period: "day", limitUsd: 5, spentUsd: 5.1, untilMs } as const;
  const failure = said(new OverBudget({ ...budget, account: { of: "all" } }));
  expect(failure).toMatchObject({ code: "OVER_BUDGET", retryable: true });
  expect(failure.message).toBe(
    "The daily budget ($5.00) is used up. It starts afresh on Nov 23, 2026, 12:00 AM.",
  );
  expect(
    said(new OverBudget({ ...budget, account: { of: "sender", name: "telegram:7" } })).message,
  ).toStartWith("Your daily budget");
});

test("what nobody foresaw has a reference and no details", () => {
  expect(said(new TypeError("x is undefined")).message).toBe("Something went wrong here (ref 3F9K).");
  expect(said(new AgentError("process-died", "gone"), { retryable: true }).message).toContain("3 tries");
});
