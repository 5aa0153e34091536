import type { Agent, AgentPool, SessionStats, Usage } from "./agent.ts";
import type { ModelCatalog } from "./model-catalog.ts";
import type { ModelState } from "./model-failover.ts";
import type { SessionKey } from "./session-key.ts";
import type { SessionLedger, TurnLedger } from "./store.ts";
import { readTranscriptUsage } from "./transcript-usage.ts";

/** How a session is: for `session_status`, `/status`, and whoever else asks. */
export interface SessionStatus {
  readonly sessionKey: SessionKey;
  readonly agent: string;
  /** What answers, or answered last: `provider/id`. Absent before the first answer. */
  readonly model?: string;
  /** How the configured models are, and every other that has failed lately. */
  readonly models: readonly ModelState[];
  readonly thinkingLevel?: string;
  /** Of all answers in the current transcript. */
  readonly usage: Usage;
  readonly context: {
    /** What the model would be sent with the next question. */
    readonly tokens: number;
    /** What it can take; absent where nobody has told. */
    readonly window?: number;
    /** `tokens` as a share of `window`, in percent with one decimal. */
    readonly percent?: number;
  };
  readonly isRunning: boolean;
  /** Messages that wait for the next turn. */
  readonly waiting: number;
  /** Turns that ended, however they ended. */
  readonly turns: number;
  readonly createdAtMs: number;
  readonly lastActiveAtMs: number;
}

export interface StatusSources {
  readonly sessions: Pick<SessionLedger, "get">;
  readonly turns: Pick<TurnLedger, "depth">;
  readonly pool: Pick<AgentPool, "running" | "stats">;
  readonly models?: Pick<ModelCatalog, "states">;
}

/** How a session is now: what its pi says while a turn runs, and what its transcript holds otherwise. */
export async function readSessionStatus(
  sessionKey: SessionKey,
  { sessions, turns, pool, models }: StatusSources,
): Promise<SessionStatus | undefined> {
  const session = await sessions.get(sessionKey);
  if (!session) return undefined;
  const agent = pool.running(sessionKey);
  const kept = await readTranscriptUsage(session.file);
  const live = agent && (await liveStats(agent));
  const model = live?.model ?? session.model ?? kept.model;
  return {
    sessionKey,
    agent: session.agent,
    ...(model === undefined ? {} : { model }),
    models: models?.states() ?? [],
    ...(session.thinkingLevel === undefined ? {} : { thinkingLevel: session.thinkingLevel }),
    usage: live ? larger(live.usage, kept.usage) : kept.usage,
    context: contextOf(
      live?.contextTokens || kept.contextTokens,
      live?.contextWindow || windowOf(model, pool),
    ),
    isRunning: agent !== undefined,
    waiting: await turns.depth(sessionKey),
    turns: session.turns,
    createdAtMs: session.createdAtMs,
    lastActiveAtMs: session.lastActiveAtMs,
  };
}

function contextOf(tokens: number, window: number | undefined): SessionStatus["context"] {
  if (!window) return { tokens };
  return { tokens, window, percent: Math.round((1000 * tokens) / window) / 10 };
}

/** Undefined where pi does not answer: the transcript tells enough. */
async function liveStats(agent: Agent): Promise<SessionStats | undefined> {
  try {
    return await agent.stats();
  } catch {
    // It is ending, or too busy to say; nobody should wait for a figure.
    return undefined;
  }
}

/** pi forgets what it has compacted, the transcript does not; and pi is ahead of what it has written. */
const larger = (a: Usage, b: Usage) => (a.inputTokens >= b.inputTokens ? a : b);

function windowOf(model: string | undefined, pool: StatusSources["pool"]): number | undefined {
  const { model: known } = pool.stats();
  return known?.id === model ? known?.contextWindow : undefined;
}
