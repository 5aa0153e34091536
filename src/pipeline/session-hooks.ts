import type { HookRunner } from "../core/hooks.ts";
import type { SessionKey } from "../core/session-key.ts";

/** Where `session_start` runs: a session was recorded for the first time, or begins anew. */
export async function tellStart(sessionKey: SessionKey, hooks: HookRunner): Promise<void> {
  await hooks.run("session_start", { sessionKey });
}

/** Where `session_end` runs: a session was ended, by a person or by its reset policy. */
export async function tellEnd(sessionKey: SessionKey, hooks: HookRunner): Promise<void> {
  await hooks.run("session_end", { sessionKey });
}
