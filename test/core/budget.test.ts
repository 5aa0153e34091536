import { expect, test } from "bun:test";
import { type BudgetState, Budgets } from "../../src/core/budget.ts";
import { configSchema } from "../../src/core/config-schema.ts";
import { nextDayMs, nextMonthMs } from "../../src/lib/local-time.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const TURN = { agent: "main", channel: "telegram", sender: "telegram:7" };

/** Budgets over accounts with so much on each: of the day, and of the month. */
function budgetsOf(budget: object, spent: Readonly<Record<string, readonly [number, number]>>) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const usd = (costUsd = 0) => ({ inputTokens: 0, outputTokens: 0, costUsd });
  const budgets = new Budgets({
    settings: () => configSchema({}).parse({ agent: { budget } }).agent.budget,
    clock,
    usage: {
      spentBy: async (subject) => {
        asked.push(subject);
        const [day, month] = spent[subject] ?? [];
        return { day: usd(day), month: usd(month), ever: usd(month) };
      },
    },
  });
  return { clock, asked, budgets };
}

const named = (state: BudgetState | undefined) =>
  state && `${state.account.of} ${state.account.name ?? ""} ${state.period}`.replaceAll(/\s+/g, " ");

test("without a budget nothing is asked for and nothing stands in the way", async () => {
  const { asked, budgets } = budgetsOf({}, { all: [1e9, 1e9] });
  expect(await budgets.exceededBy(TURN)).toBeUndefined();
  expect(await budgets.states()).toEqual([]);
  expect(asked).toEqual([]);
});

test("a limit stands in the way once it is reached, until its day or month is over", async () => {
  const limits = { dailyUsd: 5, monthlyUsd: 50 };
  expect(await budgetsOf(limits, { all: [4.99, 49.99] }).budgets.exceededBy(TURN)).toBeUndefined();
  const day = budgetsOf(limits, { all: [5, 20] });
  expect(await day.budgets.exceededBy(TURN)).toEqual({
    account: { of: "all" },
    period: "day",
    limitUsd: 5,
    spentUsd: 5,
    untilMs: nextDayMs(day.clock.now()),
  });
  // Who hears of one limit hears of the one that lasts longest.
  const both = budgetsOf(limits, { all: [6, 51] });
  expect(await both.budgets.exceededBy(TURN)).toMatchObject({
    period: "month",
    untilMs: nextMonthMs(both.clock.now()),
  });
});

test("an agent, a channel and a person have limits of their own, or those of everybody who is not named", async () => {
  const budget = {
    perAgent: { main: { dailyUsd: 1 } },
    perChannel: { "*": { dailyUsd: 2 } },
    perSender: { "*": { dailyUsd: 3 }, "telegram:7": { dailyUsd: 30 } },
  };
  const exceeded = async (spent: Parameters<typeof budgetsOf>[1], turn = TURN) =>
    named(await budgetsOf(budget, spent).budgets.exceededBy(turn));
  expect(await exceeded({ "agent:main": [1, 1] })).toBe("agent main day");
  expect(await exceeded({ "agent:other": [9, 9] }, { ...TURN, agent: "other" })).toBeUndefined();
  expect(await exceeded({ "channel:telegram": [2, 2] })).toBe("channel telegram day");
  expect(await exceeded({ "sender:telegram:7": [29, 29] })).toBeUndefined();
  expect(await exceeded({ "sender:telegram:8": [3, 3] }, { ...TURN, sender: "telegram:8" })).toBe(
    "sender telegram:8 day",
  );
});

test("a name that objects have by nature has no limits by nature", async () => {
  const { budgets } = budgetsOf({ perSender: {} }, { "sender:constructor": [9, 9] });
  expect(await budgets.exceededBy({ ...TURN, sender: "constructor" })).toBeUndefined();
});

test("a budget of nothing lets nothing begin", async () => {
  expect(named(await budgetsOf({ dailyUsd: 0 }, {}).budgets.exceededBy(TURN))).toBe("all day");
});

test("every limit that is named is told with how far it is used up", async () => {
  const budget = { monthlyUsd: 10, perSender: { "*": { dailyUsd: 1 }, "telegram:7": { dailyUsd: 2 } } };
  const { budgets } = budgetsOf(budget, { all: [1, 4], "sender:telegram:7": [1.5, 1.5] });
  expect((await budgets.states()).map((state) => [named(state), state.spentUsd, state.limitUsd])).toEqual([
    ["all month", 4, 10],
    ["sender telegram:7 day", 1.5, 2],
  ]);
});
