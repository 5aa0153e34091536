import type { Usage } from "../../core/agent.ts";
import { addUsage } from "../../core/rpc-events.ts";
import type { SessionKey } from "../../core/session-key.ts";
import {
  type SpentSoFar,
  subjectsOf,
  type TurnUsage,
  type UsageEntry,
  type UsageLedger,
  type UsageSubject,
} from "../../core/usage.ts";
import { localDay, localMonth } from "../../lib/local-time.ts";
import type { Connection } from "./connection.ts";
import type { LedgerParts } from "./parts.ts";
import { idOf } from "./sequence.ts";

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** What was spent: a row per turn and model, and one sum per account that is kept as things happen. */
export class SqliteUsage implements UsageLedger {
  readonly #parts: LedgerParts;
  readonly #sql: ReturnType<typeof usageStatements>;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#sql = usageStatements(parts.connection);
  }

  async spentBy(subject: UsageSubject): Promise<SpentSoFar> {
    const { connection, clock } = this.#parts;
    const row = connection.read(() => this.#sql.sum.get({ subject }));
    if (!row) return { day: NOTHING, month: NOTHING, ever: NOTHING };
    const now = clock.now();
    // A clock that was put back stays in the day that it has come to.
    const isDay = row.day >= localDay(now);
    const isMonth = row.month >= localMonth(now);
    return {
      day: isDay ? usageIn(row.day_input, row.day_output, row.day_cost) : NOTHING,
      month: isMonth ? usageIn(row.month_input, row.month_output, row.month_cost) : NOTHING,
      ever: usageIn(row.ever_input, row.ever_output, row.ever_cost),
    };
  }

  async latest(limit: number): Promise<readonly UsageEntry[]> {
    const rows = this.#parts.connection.read(() => this.#sql.latest.all({ limit }));
    return rows.map(({ turn, session, agent, channel, sender, model, input, output, cost, at }) => ({
      turn: idOf(turn),
      session,
      agent,
      channel,
      sender,
      model,
      usage: usageIn(input, output, cost),
      atMs: at,
    }));
  }

  /** Notes what a turn has spent, inside a transaction that is already open. */
  note(turn: number, session: SessionKey, usage: TurnUsage): void {
    const { agent, channel, sender, spent } = usage;
    if (spent.length === 0) return;
    const now = this.#parts.clock.now();
    const of = { turn, session, agent, channel, sender, at: now };
    for (const { model, usage: one } of spent) this.#sql.insert.run({ ...of, model, ...figures(one) });
    const total = spent.map((part) => part.usage).reduce(addUsage);
    const sum = { day: localDay(now), month: localMonth(now), ...figures(total) };
    for (const subject of subjectsOf(session, usage)) this.#sql.add.run({ subject, ...sum });
  }
}

/** Providers of people's own may count in whatever they like; that must not keep a turn from ending. */
const figures = ({ inputTokens, outputTokens, costUsd }: Usage) => ({
  input: Math.round(finite(inputTokens)),
  output: Math.round(finite(outputTokens)),
  cost: finite(costUsd),
});

const finite = (figure: number) => (Number.isFinite(figure) ? figure : 0);

const usageIn = (inputTokens: number, outputTokens: number, costUsd: number): Usage => ({
  inputTokens,
  outputTokens,
  costUsd,
});

interface UsageRow extends Figures {
  readonly turn: number;
  readonly session: SessionKey;
  readonly agent: string;
  readonly channel: string;
  readonly sender: string;
  readonly model: string;
  readonly at: number;
}

type Figures = { readonly input: number; readonly output: number; readonly cost: number };
type Period = "day" | "month" | "ever";
type SumRow = Record<`${Period}_${keyof Figures}`, number> & { readonly day: string; readonly month: string };
type Insert = { turn: number; session: string; agent: string; channel: string; sender: string } & {
  model: string;
  at: number;
} & Figures;

/** A later day begins at nothing; an earlier one, after the clock was put back, counts as the latest. */
const counted = (period: "day" | "month", figure: keyof Figures) =>
  `${period}_${figure} = iif(excluded.${period} > ${period}, 0, ${period}_${figure}) + excluded.${period}_${figure}`;

const FIGURES = ["input", "output", "cost"] as const;

function usageStatements(connection: Connection) {
  return {
    insert: connection.query<unknown, Insert>(
      `insert into usage (turn, session, agent, channel, sender, model, input, output, cost, at)
       values ($turn, $session, $agent, $channel, $sender, $model, $input, $output, $cost, $at)`,
    ),
    add: connection.query<unknown, { subject: string; day: string; month: string } & Figures>(
      `insert into usage_sum (subject, day, day_input, day_output, day_cost,
         month, month_input, month_output, month_cost, ever_input, ever_output, ever_cost)
       values ($subject, $day, $input, $output, $cost, $month, $input, $output, $cost, $input, $output, $cost)
       on conflict (subject) do update set
         ${FIGURES.flatMap((figure) => [counted("day", figure), counted("month", figure)]).join(",\n")},
         ${FIGURES.map((figure) => `ever_${figure} = ever_${figure} + excluded.ever_${figure}`).join(", ")},
         day = max(day, excluded.day), month = max(month, excluded.month)`,
    ),
    sum: connection.query<SumRow, { subject: string }>("select * from usage_sum where subject = $subject"),
    latest: connection.query<UsageRow, { limit: number }>(
      "select * from usage where turn > 0 order by turn desc, model desc limit $limit",
    ),
  };
}
