import type { Command, CommandCall } from "../core/command.ts";
import type { Session, SessionPatch } from "../core/session.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { SessionLedger, TurnId } from "../core/store.ts";
import type { BuiltinName, CommandWords } from "./words.ts";

/** What a command may do with the conversation that it is written in. */
export interface Conversations {
  readonly sessions: Pick<SessionLedger, "get" | "update">;
  /** The record of the conversation, made or begun anew if it is not there. */
  open(call: CommandCall): Promise<Session>;
  /** Ends it; see `end-session.ts`. */
  end(session: SessionKey): Promise<unknown>;
  /** Cancels what waits, then aborts the turn; with `only`, if it is this one, and else nothing. */
  stop(
    session: SessionKey,
    only?: TurnId,
  ): Promise<{ readonly stopped: boolean; readonly cancelled: number }>;
  /** Whether a turn runs or messages wait. */
  isBusy(session: SessionKey): Promise<boolean>;
}

/** Changes what belongs to the conversation alone, from its next turn on. */
export async function change(
  call: CommandCall,
  patch: SessionPatch,
  conversations: Pick<Conversations, "open" | "sessions">,
): Promise<void> {
  await conversations.open(call);
  await conversations.sessions.update(call.sessionKey, patch);
}

/** A command of the gateway's own: what `/help` shows of it is in the language of the moment. */
export function builtin(
  name: BuiltinName,
  words: () => CommandWords,
  run: (call: CommandCall) => ReturnType<Command["run"]>,
): Command {
  return {
    name,
    get summary() {
      return words().summaries[name];
    },
    get parameters() {
      return words().parameters[name] ?? "";
    },
    run,
  };
}
