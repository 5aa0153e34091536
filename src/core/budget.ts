import type { Clock } from "../lib/clock.ts";
import { nextDayMs, nextMonthMs } from "../lib/local-time.ts";
import type { Config } from "./config-schema.ts";
import type { TurnUsage, UsageLedger, UsageSubject } from "./usage.ts";

/** Whose limit it is: everybody's, or that of one agent, channel or person. */
export interface BudgetAccount {
  readonly of: "all" | "agent" | "channel" | "sender";
  /** Absent for everybody's. */
  readonly name?: string;
}

/** One limit, and how far it is used up. */
export interface BudgetState {
  readonly account: BudgetAccount;
  readonly period: "day" | "month";
  readonly limitUsd: number;
  readonly spentUsd: number;
  /** When it begins at nothing again. */
  readonly untilMs: number;
}

export interface BudgetDeps {
  readonly settings: () => Config["agent"]["budget"];
  readonly usage: Pick<UsageLedger, "spentBy">;
  readonly clock: Clock;
}

type Settings = Config["agent"]["budget"];
type Limits = Pick<Settings, "dailyUsd" | "monthlyUsd">;

/** What may be spent in a day and in a month, by the machine's clock and time zone. */
export class Budgets {
  readonly #deps: BudgetDeps;

  constructor(deps: BudgetDeps) {
    this.#deps = deps;
  }

  /** The limit that keeps a turn from beginning; undefined if none does. Asks for nothing that has no limit. */
  async exceededBy(turn: Omit<TurnUsage, "spent">): Promise<BudgetState | undefined> {
    const settings = this.#deps.settings();
    const accounts: readonly (readonly [BudgetAccount, Limits | undefined])[] = [
      [{ of: "all" }, settings],
      [{ of: "agent", name: turn.agent }, limitsFor(settings.perAgent, turn.agent)],
      [{ of: "channel", name: turn.channel }, limitsFor(settings.perChannel, turn.channel)],
      [{ of: "sender", name: turn.sender }, limitsFor(settings.perSender, turn.sender)],
    ];
    for (const [account, limits] of accounts) {
      const used = (await this.#statesOf(account, limits)).filter(isUsedUp);
      // The one that lasts longest: who is told about today must not hear tomorrow that it was the month.
      if (used.length > 0) return used.toSorted((one, other) => other.untilMs - one.untilMs)[0];
    }
    return undefined;
  }

  /** Every limit of an account that the configuration names. */
  async states(): Promise<readonly BudgetState[]> {
    const settings = this.#deps.settings();
    const named = (of: "agent" | "channel" | "sender", limits: Readonly<Record<string, Limits>>) =>
      Object.entries(limits)
        .filter(([name]) => name !== EACH)
        .map(([name, one]) => this.#statesOf({ of, name }, one));
    const states = await Promise.all([
      this.#statesOf({ of: "all" }, settings),
      ...named("agent", settings.perAgent),
      ...named("channel", settings.perChannel),
      ...named("sender", settings.perSender),
    ]);
    return states.flat();
  }

  async #statesOf(account: BudgetAccount, limits: Limits | undefined): Promise<readonly BudgetState[]> {
    const { dailyUsd, monthlyUsd } = limits ?? {};
    if (dailyUsd === undefined && monthlyUsd === undefined) return [];
    const { day, month } = await this.#deps.usage.spentBy(subjectOf(account));
    const now = this.#deps.clock.now();
    const daily = { account, period: "day", spentUsd: day.costUsd, untilMs: nextDayMs(now) } as const;
    const monthly = { account, period: "month", spentUsd: month.costUsd, untilMs: nextMonthMs(now) } as const;
    return [
      ...(dailyUsd === undefined ? [] : [{ ...daily, limitUsd: dailyUsd }]),
      ...(monthlyUsd === undefined ? [] : [{ ...monthly, limitUsd: monthlyUsd }]),
    ];
  }
}

/** The limits of whoever is not named. */
const EACH = "*";

const limitsFor = (limits: Readonly<Record<string, Limits>>, name: string): Limits | undefined =>
  Object.hasOwn(limits, name) ? limits[name] : limits[EACH];

const isUsedUp = ({ spentUsd, limitUsd }: BudgetState) => spentUsd >= limitUsd;

function subjectOf({ of, name = "" }: BudgetAccount): UsageSubject {
  return of === "all" ? "all" : `${of}:${name}`;
}
