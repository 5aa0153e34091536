import type { HookRunner } from "../core/hooks.ts";
import type { Address } from "../core/message.ts";
import { newSessionFile } from "../core/session-file.ts";
import type { Session } from "../core/session.ts";
import type { Route } from "../core/session-router.ts";
import type { SessionLedger } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";

export interface OpenSessionDeps {
  readonly sessions: SessionLedger;
  readonly hooks: HookRunner;
  readonly clock: Clock;
  /** The folder of pi's transcripts. */
  readonly folder: string;
}

/** The record of a session; its first message makes it, or begins it anew, and that is when it starts. */
export async function openSession(
  { session: key, agent, role }: Pick<Route, "session" | "agent" | "role">,
  address: Address,
  { sessions, hooks, clock, folder }: OpenSessionDeps,
): Promise<Session> {
  const now = clock.now();
  const { session, created } = await sessions.open({
    key,
    agent,
    address,
    ...(role === undefined ? {} : { role }),
    file: newSessionFile(folder, key),
    createdAtMs: now,
    lastActiveAtMs: now,
    turns: 0,
  });
  if (!created && !session.hasEnded) return session;
  if (session.hasEnded) await sessions.update(key, { hasEnded: false });
  await hooks.run("session_start", { sessionKey: key });
  return session;
}
