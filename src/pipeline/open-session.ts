import type { HookRunner } from "../core/hooks.ts";
import { newSessionFile } from "../core/session-file.ts";
import type { Session } from "../core/session.ts";
import { parseSessionKey } from "../core/session-key.ts";
import type { SessionLedger, Turn } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import { addressOf } from "./turn.ts";

export interface OpenSessionDeps {
  readonly sessions: SessionLedger;
  readonly hooks: HookRunner;
  readonly clock: Clock;
  /** The folder of pi's transcripts. */
  readonly folder: string;
}

/** The session of a turn; its first turn makes the record, and that is when the session starts. */
export async function openSession(turn: Turn, deps: OpenSessionDeps): Promise<Session> {
  const now = deps.clock.now();
  const { session, created } = await deps.sessions.open({
    key: turn.session,
    agent: parseSessionKey(turn.session)?.agent ?? "main",
    address: addressOf(turn),
    file: newSessionFile(deps.folder, turn.session, now),
    createdAtMs: now,
    lastActiveAtMs: now,
    turns: 0,
  });
  if (created) await deps.hooks.run("session_start", { sessionKey: turn.session });
  return session;
}
