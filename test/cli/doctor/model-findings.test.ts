import { expect, test } from "bun:test";
import { budgetFindings, modelFindings } from "../../../src/cli/doctor/model-findings.ts";

test("a model that rests is named, with until when and why; one that is well is not worth a line", () => {
  const untilMs = new Date(2026, 10, 22, 14, 3, 5).getTime();
  const lastError = { said: "429 Rate limit reached" };
  const findings = modelFindings([
    { id: "a/one", state: "cooling", untilMs, lastError },
    { id: "b/two", state: "ok" },
    { id: "c/three", state: "ok", lastError: { said: "500" } },
  ]);
  expect(findings.map(({ level, text }) => [level, text])).toEqual([
    ["warning", "a/one failed and rests until 2:03:05 PM: 429 Rate limit reached"],
    ["note", "c/three failed last: 500"],
  ]);
});

test("a budget that is nearly used up deserves a look before it is", () => {
  const untilMs = new Date(2026, 10, 23).getTime();
  const budget = { account: { of: "all" }, period: "day", limitUsd: 10, untilMs } as const;
  const look = (
    spentUsd: number,
    account: Parameters<typeof budgetFindings>[0][0]["account"] = budget.account,
  ) => {
    const [finding] = budgetFindings([{ ...budget, account, spentUsd }]);
    return `${finding?.level} ${finding?.text}`;
  };
  expect(look(7.99)).toBe("ok daily budget: $7.99 of $10.00 used");
  expect(look(8)).toBe(
    "warning daily budget: $8.00 of $10.00 used; it has to last until Nov 23, 2026, 12:00 AM",
  );
  expect(look(11, { of: "agent", name: "main" })).toBe(
    "warning daily budget of the agent main: $11.00 of $10.00 used: no turn begins until Nov 23, 2026, 12:00 AM",
  );
});
