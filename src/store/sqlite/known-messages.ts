import type { MessageOutcome } from "../../core/errand.ts";
import type { Address, InboundMessage, MessageRef } from "../../core/message.ts";
import type { SessionKey } from "../../core/session-key.ts";
import type { KnownMessage } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";
import { nameOf, pieceOf } from "./places.ts";
import { idOf } from "./sequence.ts";

/** Looked through for the other pieces of a message. */
const MOST_PIECES = 32;

interface KnownRow {
  readonly seq: number;
  readonly body: Json<InboundMessage>;
  readonly heard: Json<InboundMessage> | null;
  readonly fate: string | null;
  readonly turn: number | null;
  readonly session: SessionKey | null;
}

/** Messages that were recorded, looked up by what platforms call them, and changed while they wait. */
export class KnownMessages {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof knownStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = knownStatements(connection);
  }

  find({ address, id }: MessageRef): KnownMessage | undefined {
    const row = this.#connection.read(() => this.#sql.find.get({ dedup: nameOf({ address, id }) }));
    return row && knownOf(row);
  }

  outcome({ address, id }: MessageRef): MessageOutcome | undefined {
    const row = this.#connection.read(() => this.#sql.outcome.get({ dedup: nameOf({ address, id }) }));
    if (!row) return undefined;
    return { ...outcomeOf(row), ...(row.digest === null ? {} : { digest: row.digest }) };
  }

  pieces(message: InboundMessage): readonly KnownMessage[] {
    const part = pieceOf(message);
    if (part === null) return [];
    const rows = this.#connection.read(() => this.#sql.pieces.all({ part, limit: MOST_PIECES }));
    const own = nameOf(message);
    return rows
      .toReversed()
      .map(knownOf)
      .filter((known) => nameOf(known.message) !== own);
  }

  waitingFrom(from: Pick<Address, "channel" | "account" | "chat">): readonly KnownMessage[] {
    const { channel, account, chat } = from;
    return this.#connection.read(() => this.#sql.waitingFrom.all({ channel, account, chat })).map(knownOf);
  }

  rewrite(
    seq: number,
    { written, heard }: { readonly written: string; readonly heard: InboundMessage },
  ): boolean {
    const change = { seq, written, heard: encode(heard) };
    return this.#connection.write(() => {
      if (this.#sql.rewrite.run(change) > 0) return true;
      this.#sql.reword.run({ seq, written });
      return false;
    });
  }
}

function knownOf({ seq, body, heard, fate, turn, session }: KnownRow): KnownMessage {
  return {
    id: idOf(seq),
    message: decode(body),
    heard: decode(heard ?? body),
    state: stateOf(fate, turn),
    ...(session === null ? {} : { session }),
  };
}

interface OutcomeRow {
  readonly fate: string | null;
  readonly turn: number | null;
  readonly state: "running" | "released" | "done" | "failed" | "cancelled" | null;
  readonly answer: string | null;
  readonly error: string | null;
  readonly ended_at: number | null;
  readonly digest: string | null;
}

function outcomeOf({ fate, turn, state, answer, error, ended_at }: OutcomeRow): MessageOutcome {
  if (fate === null || (fate === "queued" && turn === null)) return { state: "waiting" };
  if (fate === "cancelled") return { state: "cancelled" };
  if (fate !== "queued") return { state: "failed", error: fate.toUpperCase() };
  // A turn that is no longer known has ended long ago.
  if (state === null) return { state: "done" };
  if (state === "running" || state === "released") return { state: "running" };
  return {
    state,
    ...(answer === null ? {} : { answer }),
    ...(error === null ? {} : { error }),
    ...(ended_at === null ? {} : { endedAtMs: ended_at }),
    ...(turn === null ? {} : { turn: idOf(turn) }),
  };
}

function stateOf(fate: string | null, turn: number | null): KnownMessage["state"] {
  if (fate === null) return "unsettled";
  if (fate === "queued") return turn === null ? "waiting" : "taken";
  return fate === "overheard" ? "overheard" : "over";
}

function knownStatements(connection: Connection) {
  const columns = "seq, body, heard, fate, turn, session";
  return {
    find: connection.query<KnownRow, { dedup: string }>(`select ${columns} from inbox where dedup = $dedup`),
    outcome: connection.query<OutcomeRow, { dedup: string }>(
      `select i.fate, i.turn, t.state, t.answer, t.error, t.ended_at,
         json_extract(i.body, '$.errand.digest') as digest from inbox i
       left join turn t on t.seq = i.turn where i.dedup = $dedup`,
    ),
    pieces: connection.query<KnownRow, { part: string; limit: number }>(
      `select ${columns} from inbox where part = $part order by seq desc limit $limit`,
    ),
    // All that waits is never much.
    waitingFrom: connection.query<KnownRow, { channel: string; account: string; chat: string }>(
      `select ${columns} from inbox indexed by inbox_waiting
       where fate = 'queued' and turn is null and session > ''
         and json_extract(body, '$.address.channel') = $channel
         and json_extract(body, '$.address.account') = $account
         and json_extract(body, '$.address.chat') = $chat`,
    ),
    rewrite: connection.query<unknown, { seq: number; written: string; heard: Json<InboundMessage> }>(
      `update inbox set body = json_set(body, '$.text', $written), heard = $heard
       where seq = $seq and fate = 'queued' and turn is null`,
    ),
    reword: connection.query<unknown, { seq: number; written: string }>(
      `update inbox set heard = coalesce(heard, body), body = json_set(body, '$.text', $written)
       where seq = $seq and fate is not null`,
    ),
  };
}
