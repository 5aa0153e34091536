import type { SessionKey } from "../core/session-key.ts";
import type { TurnId, TurnLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { cancelWaiting } from "./cancel-waiting.ts";
import type { Speech } from "./sentences.ts";
import type { Workers } from "./work.ts";

export interface StopSessionDeps {
  readonly turns: TurnLedger;
  readonly workers: Pick<Workers, "stopTurn">;
  readonly events: TurnEvents;
  readonly sentences: Speech;
}

/** What a stop came to. */
export interface Stopped {
  /** Whether an answer was being written, or was about to be tried again. */
  readonly stopped: boolean;
  /** Messages that waited behind it. */
  readonly cancelled: number;
}

/**
 * Nothing that was said in the session before this goes on; the conversation itself does. With `only`, that holds as
 * long as this turn is the one that goes on there: what comes after it is not meant.
 */
export async function stopSession(
  session: SessionKey,
  deps: StopSessionDeps,
  only?: TurnId,
): Promise<Stopped> {
  if (only !== undefined && (await deps.turns.unfinished(session)) !== only) {
    return { stopped: false, cancelled: 0 };
  }
  // What waits goes before the turn, or the worker would take it as soon as the turn has ended.
  const cancelled = await cancelWaiting(session, (to) => deps.sentences(to).cancelled, deps);
  return { stopped: await deps.workers.stopTurn(session, "asked"), cancelled };
}
