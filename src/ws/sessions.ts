import { RequestError } from "../core/errors.ts";
import { SESSION_KEY_FORM, type SessionKey, toSessionKey } from "../core/session-key.ts";
import type { Session } from "../core/session.ts";
import type { SessionLedger, TurnLedger } from "../core/store.ts";
import { nearest } from "../lib/nearest.ts";

/** What the doors read of the sessions. */
export interface SessionReader {
  readonly sessions: Pick<SessionLedger, "get" | "list">;
  readonly turns: Pick<TurnLedger, "depth">;
  /** Whether a turn runs in the session right now. */
  readonly isRunning: (session: SessionKey) => boolean;
}

/** Most sessions that one answer lists. */
export const MAX_LISTED = 1000;

/** The sessions used last, as clients see them. */
export async function listSessions({ sessions }: SessionReader, limit: number) {
  return (await sessions.list(limit)).map(({ waiting, running, ...session }) => ({
    ...sessionView(session),
    waiting,
    running,
  }));
}

/**
 * The session that `text` names, as clients see it. Throws `RequestError` that says how keys are written and
 * which session was probably meant.
 */
export async function findSession(reader: SessionReader, text: string) {
  const key = toSessionKey(text);
  const session = key ? await reader.sessions.get(key) : undefined;
  if (!key || !session) throw await unknownSession(reader, text);
  return {
    ...sessionView(session),
    waiting: await reader.turns.depth(key),
    running: reader.isRunning(key),
  };
}

// Where pi keeps the transcript is the gateway's own business.
function sessionView({ file: _file, ...session }: Session) {
  return { ...session, channel: session.address.channel };
}

/** The error for a key that names no session. */
export async function unknownSession({ sessions }: SessionReader, text: string): Promise<RequestError> {
  const shown = text.slice(0, 300);
  const close = nearest(
    shown,
    (await sessions.list(MAX_LISTED)).map((session) => session.key),
  );
  const hint = close === undefined ? "" : ` The nearest session is ${close}.`;
  return toSessionKey(text) === undefined
    ? new RequestError(
        "BAD_REQUEST",
        `"${shown}" is no session key: it is written ${SESSION_KEY_FORM}.${hint}`,
      )
    : new RequestError(
        "NOT_FOUND",
        `There is no session "${shown}".${hint} A key is written ${SESSION_KEY_FORM}.`,
      );
}
