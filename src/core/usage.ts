import type { ModelUsage, Usage } from "./agent.ts";
import type { SessionKey } from "./session-key.ts";

/** What a turn has used, and on whose account. */
export interface TurnUsage {
  readonly agent: string;
  readonly channel: string;
  /** Who wrote the message that was answered: see {@link senderOf}. */
  readonly sender: string;
  readonly spent: readonly ModelUsage[];
}

/** One model's part of one turn. */
export interface UsageEntry extends ModelUsage {
  readonly turn: string;
  readonly session: SessionKey;
  readonly agent: string;
  readonly channel: string;
  readonly sender: string;
  readonly atMs: number;
}

/** Whose account is asked for. */
export type UsageSubject =
  "all" | `agent:${string}` | `channel:${string}` | `sender:${string}` | `session:${string}`;

/** What is on an account: of the day and the month that it is, and of all time. */
export interface SpentSoFar {
  readonly day: Usage;
  readonly month: Usage;
  readonly ever: Usage;
}

/** What was spent. Written with the end of a turn; here it is only read. */
export interface UsageLedger {
  /** Costs the same however much was spent. Days and months are those of the machine's time zone. */
  spentBy(subject: UsageSubject): Promise<SpentSoFar>;
  /** What was spent last, latest first. */
  latest(limit: number): Promise<readonly UsageEntry[]>;
}

/** Names a person on a channel, whatever the account of the bot: `telegram:123`. */
export const senderOf = (channel: string, id: string) => `${channel}:${id}`;

/** All accounts that a turn is on. */
export function subjectsOf(
  session: SessionKey,
  { agent, channel, sender }: Omit<TurnUsage, "spent">,
): readonly UsageSubject[] {
  return ["all", `agent:${agent}`, `channel:${channel}`, `sender:${sender}`, `session:${session}`];
}
