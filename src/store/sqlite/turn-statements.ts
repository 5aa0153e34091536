import type { InboundMessage } from "../../core/message.ts";
import type { SessionKey } from "../../core/session-key.ts";
import type { Connection } from "./connection.ts";
import type { Json } from "./json.ts";
import type { Pages } from "./previews.ts";

export interface TurnRow {
  readonly seq: number;
  readonly session: SessionKey;
  readonly attempt: number;
  readonly prompt: string | null;
  readonly position: string | null;
  readonly previews: Json<Pages>;
}

/** A message of a turn. `steered` is set iff it joined on the way. */
export interface MemberRow {
  readonly seq: number;
  readonly body: Json<InboundMessage>;
  readonly collapsed: number;
  readonly steered: string | null;
  readonly steered_at: string | null;
}

type Holder = { seq: number; worker: string };

export type TurnStatements = ReturnType<typeof turnStatements>;

/** What the turn ledger asks of the database. A lease is fenced by its holder's name in the same statement. */
export function turnStatements(connection: Connection) {
  return { ...takingTurns(connection), ...holdingTurns(connection), ...membersOfTurns(connection) };
}

function takingTurns(connection: Connection) {
  return {
    takeDue: connection.query<TurnRow, { worker: string; now: number; until: number }>(
      `update turn set state = 'running', attempt = attempt + 1, worker = $worker, due_at = $until
       where seq = (select seq from turn where due_at <= $now order by due_at, seq limit 1)
       returning seq, session, attempt, prompt, position, previews`,
    ),
    insert: connection.query<unknown, { seq: number; session: string; worker: string; until: number }>(
      `insert into turn (seq, session, state, attempt, worker, due_at)
       values ($seq, $session, 'running', 1, $worker, $until)`,
    ),
    unfinished: connection.query<{ seq: number }, { session: string }>(
      "select seq from turn indexed by turn_unfinished where session = $session and due_at is not null",
    ),
    nextDue: connection.query<{ due_at: number }>(
      "select due_at from turn where due_at > -1 order by due_at limit 1",
    ),
    voidLeases: connection.query<unknown, { now: number }>(
      `update turn set state = 'released', due_at = $now, worker = null
       where due_at > -1 and state = 'running'`,
    ),
  };
}

function holdingTurns(connection: Connection) {
  return {
    held: connection.query<{ session: SessionKey }, Holder>(
      "select session from turn where seq = $seq and worker = $worker",
    ),
    extend: connection.query<unknown, Holder & { until: number }>(
      "update turn set due_at = $until where seq = $seq and worker = $worker",
    ),
    notePrompt: connection.query<unknown, Holder & { text: string; position: string | null }>(
      "update turn set prompt = $text, position = $position where seq = $seq and worker = $worker",
    ),
    finish: connection.query<
      unknown,
      { seq: number; now: number; state: string; error: string | null; answer: string | null }
    >(
      `update turn set state = $state, error = $error, answer = $answer, ended_at = $now, due_at = null, worker = null
       where seq = $seq`,
    ),
    countTurn: connection.query<unknown, { session: string; now: number }>(
      `update session set last_active_at = $now,
         body = json_set(body, '$.turns', json_extract(body, '$.turns') + 1, '$.lastActiveAtMs', $now)
       where key = $session`,
    ),
    release: connection.query<unknown, Holder & { dueAt: number; refund: number }>(
      `update turn set state = 'released', due_at = $dueAt, attempt = attempt - $refund, worker = null
       where seq = $seq and worker = $worker`,
    ),
  };
}

function membersOfTurns(connection: Connection) {
  return {
    members: connection.query<MemberRow, { turn: number }>(
      `select seq, coalesce(heard, body) as body, collapsed, steered, steered_at
       from inbox where turn = $turn order by seq`,
    ),
    stillWaits: connection.query<{ collapsed: number; text: string }, { seq: number; session: string }>(
      `select collapsed, json_extract(coalesce(heard, body), '$.text') as text from inbox
       where seq = $seq and session = $session and fate = 'queued' and turn is null`,
    ),
    attach: connection.query<unknown, { turn: number; seq: number; text: string; position: string | null }>(
      `update inbox set turn = $turn, collapsed = 0, steered = $text, steered_at = $position where seq = $seq`,
    ),
    forgetNotes: connection.query<unknown, { turn: number }>(
      `update inbox set steered = null, steered_at = null where turn = $turn and steered is not null`,
    ),
    putBack: connection.query<unknown, { turn: number; seq: number }>(
      `update inbox set turn = null, steered = null, steered_at = null
       where seq = $seq and turn = $turn and steered is not null`,
    ),
  };
}
