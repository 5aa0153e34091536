import type { AgentPool } from "../core/agent.ts";
import type { HookRunner } from "../core/hooks.ts";
import { newSessionFile } from "../core/session-file.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { SessionLedger, TurnLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import { cancelWaiting } from "./cancel-waiting.ts";
import type { Speech } from "./sentences.ts";
import type { Workers } from "./work.ts";
import { tellEnd } from "./session-hooks.ts";

export interface EndSessionDeps {
  readonly sessions: SessionLedger;
  readonly turns: TurnLedger;
  readonly workers: Workers;
  readonly pool: AgentPool;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly sentences: Speech;
  readonly clock: Clock;
  /** The folder of pi's transcripts. */
  readonly folder: string;
}

/**
 * Ends a session: what waits is cancelled and each sender told once, the turn is aborted, the process let go.
 * The record and the history stay; the next message begins a new transcript. Undefined if it is not known.
 */
export async function endSession(
  key: SessionKey,
  deps: EndSessionDeps,
): Promise<{ cancelled: number } | undefined> {
  if (!(await deps.sessions.get(key))) return undefined;
  // A message that arrives from here on begins the new transcript.
  await deps.sessions.update(key, {
    file: newSessionFile(deps.folder, key),
    lastActiveAtMs: deps.clock.now(),
    hasEnded: true,
  });
  failpoint("session.ended");
  // What waits goes before the turn, or the worker would take it as soon as the turn has ended.
  const cancelled = await cancelWaiting(key, (to) => deps.sentences(to).conversationEnded, deps);
  await deps.workers.stopTurn(key, "killed");
  await deps.pool.forget(key);
  await tellEnd(key, deps.hooks);
  return { cancelled };
}
