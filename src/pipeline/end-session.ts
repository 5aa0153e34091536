import type { AgentPool } from "../core/agent.ts";
import type { HookRunner } from "../core/hooks.ts";
import { newSessionFile } from "../core/session-file.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { InboxEntry, OutboxLedger, SessionLedger, TurnLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { noticeKey } from "../delivery/keys.ts";
import type { Clock } from "../lib/clock.ts";
import type { Sentences } from "./sentences.ts";
import type { Workers } from "./work.ts";

export interface EndSessionDeps {
  readonly sessions: SessionLedger;
  readonly turns: TurnLedger;
  readonly outbox: OutboxLedger;
  readonly workers: Workers;
  readonly pool: AgentPool;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly sentences: () => Sentences;
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
  // What waits goes before the turn, or the worker would take it as soon as the turn has ended.
  const waiting = await deps.turns.clear(key);
  await deps.workers.stopTurn(key, "killed");
  for (const entry of waiting) await tellCancelled(entry, key, deps);
  await deps.pool.forget(key);
  await deps.hooks.run("session_end", { sessionKey: key });
  return { cancelled: waiting.length };
}

async function tellCancelled(entry: InboxEntry, session: SessionKey, deps: EndSessionDeps): Promise<void> {
  const { id, message } = entry;
  const markdown = deps.sentences().conversationEnded;
  await deps.outbox.post([
    {
      key: noticeKey(id),
      to: message.address,
      message: { kind: "text", markdown, replyTo: message.id },
      session,
    },
  ]);
  const error = { code: "CANCELLED", message: markdown, retryable: true, ref: id };
  deps.events.publish(session, { kind: "end", state: "aborted", messageIds: [message.id], text: "", error });
}
