import { rm } from "node:fs/promises";
import type { Config } from "../core/config-schema.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address } from "../core/message.ts";
import { newSessionFile } from "../core/session-file.ts";
import { isPastReset, resetPolicyOf } from "../core/session-reset.ts";
import type { Session } from "../core/session.ts";
import type { Route } from "../core/session-router.ts";
import type { SessionLedger } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import { tellEnd, tellStart } from "./session-hooks.ts";

export interface OpenSessionDeps {
  readonly sessions: SessionLedger;
  readonly hooks: HookRunner;
  readonly clock: Clock;
  /** The folder of pi's transcripts. */
  readonly folder: string;
  /** When conversations begin anew by themselves. */
  readonly rules: () => Config["session"];
}

type Opening = Pick<Route, "session" | "agent" | "role">;

/**
 * The record of a session for a message that goes there. Its first message makes the session; one that was ended,
 * or that is past what its reset policy allows, begins anew with it: with a transcript of its own, and that is
 * when it starts. Writes nothing otherwise, unless the role has changed.
 */
export async function openSession(
  route: Opening,
  address: Address,
  deps: OpenSessionDeps,
  parent?: Session["parent"],
): Promise<Session> {
  const { session: key, agent, role } = route;
  const { sessions, hooks, clock, folder } = deps;
  const now = clock.now();
  const { session, created } = await sessions.open({
    key,
    agent,
    address,
    ...(role === undefined ? {} : { role }),
    file: newSessionFile(folder, key),
    ...(parent === undefined ? {} : { parent }),
    createdAtMs: now,
    lastActiveAtMs: now,
    turns: 0,
  });
  if (created) {
    await tellStart(key, hooks);
    return session;
  }
  if (session.hasEnded) return beginAnew(session, { ...route, hasEnded: false }, deps);
  if (await isDue(session, address, deps)) {
    await tellEnd(key, hooks);
    return beginAnew(session, { ...route, file: newSessionFile(folder, key) }, deps);
  }
  if (session.role === role) return session;
  return (await sessions.update(key, { role })) ?? session;
}

/** The same session with an empty transcript, if it has one that was used. Where nobody talks the old one goes. */
export async function beginEmpty(session: Session, deps: OpenSessionDeps): Promise<Session> {
  if (session.turns === 0) return session;
  const begun = await beginWithNewFile(session, deps);
  // A job of every minute must not leave half a million files behind.
  if (session.address.scope === "job") await rm(session.file, { force: true });
  return begun;
}

async function beginWithNewFile(session: Session, deps: OpenSessionDeps): Promise<Session> {
  await tellEnd(session.key, deps.hooks);
  const { key, agent, role } = session;
  const opening = { session: key, agent, ...(role === undefined ? {} : { role }) };
  return beginAnew(session, { ...opening, file: newSessionFile(deps.folder, key) }, deps);
}

/** Nothing is cut off: a session in which a turn runs or a message waits goes on as it is. */
async function isDue(session: Session, address: Address, deps: OpenSessionDeps): Promise<boolean> {
  const policy = resetPolicyOf(deps.rules(), address);
  if (policy.mode === "off") return false;
  const { isBusy, lastHeardAtMs } = await deps.sessions.activity(session.key);
  const startedAtMs = session.startedAtMs ?? session.createdAtMs;
  return !isBusy && isPastReset(policy, { startedAtMs, lastHeardAtMs }, deps.clock.now());
}

async function beginAnew(
  session: Session,
  { role, hasEnded, file }: Opening & { readonly hasEnded?: false; readonly file?: string },
  { sessions, hooks, clock }: OpenSessionDeps,
): Promise<Session> {
  const begun = await sessions.update(session.key, {
    startedAtMs: clock.now(),
    role,
    ...(hasEnded === undefined ? {} : { hasEnded }),
    ...(file === undefined ? {} : { file }),
  });
  await tellStart(session.key, hooks);
  return begun ?? session;
}
