import type { InboundMessage } from "../../core/message.ts";
import { shownOf } from "../../core/outbound-text.ts";
import type { SessionKey } from "../../core/session-key.ts";
import type { History, HistoryPage, HistoryRow } from "../../core/store.ts";
import type { Connection } from "./connection.ts";

import { decode, type Json } from "./json.ts";
import type { DeliveryBody } from "./outbox-statements.ts";
import { idOf, seqOf } from "./sequence.ts";

interface Numbered {
  readonly seq: number;
  readonly row: HistoryRow;
}

/**
 * What was said in a session: its inbox and its outbox side by side. The common sequence is the
 * order, so a reply, which is posted after its messages were recorded, stands behind them.
 */
export class SessionHistory {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof historyStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = historyStatements(connection);
  }

  page(session: SessionKey, { limit, before }: HistoryPage): History {
    return this.#connection.read(() => {
      const range = {
        session,
        after: this.#sql.forgotten.get({ session })?.upto ?? 0,
        before: before === undefined ? Number.MAX_SAFE_INTEGER : seqOf(before),
        limit: limit + 1,
      };
      const heard = this.#sql.heard.all(range).map(userRow);
      const said = this.#sql.said.all(range).map(assistantRow);
      const newestFirst = [...heard, ...said].toSorted((a, b) => b.seq - a.seq);
      const rows = newestFirst.slice(0, limit).toReversed();
      const oldest = newestFirst.length > limit ? rows[0] : undefined;
      return {
        rows: rows.map((one) => this.#withReactions(one)),
        ...(oldest ? { cursor: idOf(oldest.seq) } : {}),
      };
    });
  }

  #withReactions({ seq, row }: Numbered): HistoryRow {
    const found = this.#sql.reactions.get({ seq });
    return found ? { ...row, reactions: decode(found.emojis) } : row;
  }
}

function userRow({ seq, body, recorded_at, fate, turn, turn_state }: HeardRow): Numbered {
  const { id, text, attachments } = decode(body);
  const files = attachments.map(({ name, kind, mimeType }) => ({ name: name ?? kind, mimeType }));
  // A turn that is no longer known has ended long ago.
  const ofTurn = turn_state === null ? "done" : STATES[turn_state];
  const state = fate !== "queued" ? FATES[fate] : turn === null ? "waiting" : ofTurn;
  return {
    seq,
    row: {
      id,
      role: "user",
      text,
      atMs: recorded_at,
      state,
      ...(turn === null ? {} : { turn: idOf(turn) }),
      ...(files.length > 0 ? { attachments: files } : {}),
    },
  };
}

function assistantRow({ seq, key, body, posted_at, turn_state }: SaidRow): Numbered {
  const { message } = decode(body);
  const state = turn_state === null ? {} : { state: STATES[turn_state] };
  return { seq, row: { id: key, role: "assistant", ...shownOf(message), atMs: posted_at, ...state } };
}

/** How far a message got, from the state of its turn. */
const STATES = {
  running: "running",
  released: "waiting",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
} as const;

/** The same for messages that became no turn. */
const FATES = { command: "done", full: "failed", cancelled: "cancelled" } as const;

interface HeardRow {
  readonly seq: number;
  readonly body: Json<InboundMessage>;
  readonly recorded_at: number;
  readonly fate: "queued" | keyof typeof FATES;
  readonly turn: number | null;
  readonly turn_state: keyof typeof STATES | null;
}

interface SaidRow {
  readonly seq: number;
  readonly key: string;
  readonly body: Json<DeliveryBody>;
  readonly posted_at: number;
  readonly turn_state: keyof typeof STATES | null;
}

type Range = { session: string; after: number; before: number; limit: number };

function historyStatements(connection: Connection) {
  return {
    heard: connection.query<HeardRow, Range>(
      `select i.seq, i.body, i.recorded_at, i.fate, i.turn, t.state as turn_state
       from inbox i left join turn t on t.seq = i.turn
       where i.session = $session and i.seq > $after and i.seq < $before order by i.seq desc limit $limit`,
    ),
    said: connection.query<SaidRow, Range>(
      `select o.seq, o.key, o.body, o.posted_at, t.state as turn_state
       from outbox o left join turn t on t.seq = o.turn
       where o.shown_in = $session and o.seq > $after and o.seq < $before order by o.seq desc limit $limit`,
    ),
    reactions: connection.query<{ emojis: Json<readonly string[]> }, { seq: number }>(
      "select emojis from reaction where seq = $seq",
    ),
    forgotten: connection.query<{ upto: number }, { session: string }>(
      "select upto from forgotten where session = $session",
    ),
  };
}
