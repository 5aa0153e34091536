import type { Address } from "../../core/message.ts";
import type { SessionKey } from "../../core/session-key.ts";
import type { ChatLedger, ChatLine, ChatMove, ChatNote, LineId } from "../../core/store.ts";
import type { ChatMover } from "./chat-mover.ts";
import type { Connection } from "./connection.ts";
import type { LedgerParts } from "./parts.ts";
import { placeOf } from "./places.ts";
import { idOf, seqOf } from "./sequence.ts";

/** So many lines of one place are kept: a chat in which nobody ever asks anything must not pile up. */
const MOST_LINES = 256;

/** The lines of chats, inside a transaction that is already open. */
export interface ChatLines {
  add(place: Address, line: NewLine): void;
  drop(place: Address, about: string): void;
  /** A session has read a place so far. */
  read(place: Address, session: string, upTo: LineId): void;
}

export interface NewLine extends ChatNote {
  readonly seq: number;
  readonly kind: ChatLine["kind"];
}

export class SqliteChats implements ChatLedger, ChatLines {
  readonly #parts: LedgerParts;
  readonly #mover: ChatMover;
  readonly #sql: ReturnType<typeof chatStatements>;

  constructor(parts: LedgerParts, mover: ChatMover) {
    this.#parts = parts;
    this.#mover = mover;
    this.#sql = chatStatements(parts.connection);
  }

  async unread(address: Address, session: SessionKey, limit: number): Promise<readonly ChatLine[]> {
    const place = placeOf(address);
    const rows = this.#parts.connection.read(() => this.#sql.unread.all({ place, session, limit }));
    return rows.toReversed().map(({ seq, ...line }) => ({ id: idOf(seq), ...line }));
  }

  async note(place: Address, line: ChatNote): Promise<void> {
    const { connection, sequence, clock } = this.#parts;
    connection.write(() => this.add(place, { ...line, kind: "note", seq: sequence.next(clock.now()) }));
  }

  async rewrite(address: Address, about: string, text: string | undefined): Promise<boolean> {
    const line = { place: placeOf(address), about };
    return this.#parts.connection.write(() => {
      const row = this.#sql.find.get(line);
      if (!row || this.#sql.readers.get({ place: line.place, seq: row.seq })) return false;
      if (text === undefined) this.#sql.remove.run(line);
      else this.#sql.rewrite.run({ seq: row.seq, text });
      return true;
    });
  }

  async move(move: ChatMove): Promise<readonly SessionKey[]> {
    const moved = this.#parts.connection.write(() => this.#mover.move(move));
    this.#parts.ring("turn");
    this.#parts.ring("delivery");
    return moved;
  }

  add(address: Address, { seq, about, kind, text }: NewLine): void {
    const place = placeOf(address);
    this.#sql.remove.run({ place, about });
    this.#sql.insert.run({ seq, place, about, kind, text });
    this.#sql.trim.run({ place, keep: MOST_LINES });
  }

  drop(address: Address, about: string): void {
    this.#sql.remove.run({ place: placeOf(address), about });
  }

  read(address: Address, session: string, upTo: LineId): void {
    this.#sql.read.run({ place: placeOf(address), session, upto: seqOf(upTo) });
  }
}

interface LineRow {
  readonly seq: number;
  readonly kind: ChatLine["kind"];
  readonly about: string;
  readonly text: string;
}

type Named = { place: string; about: string };

function chatStatements(connection: Connection) {
  return {
    unread: connection.query<LineRow, { place: string; session: string; limit: number }>(
      `select seq, kind, about, text from chat_line where place = $place and seq > coalesce(
         (select upto from chat_read where place = $place and session = $session), 0)
       order by seq desc limit $limit`,
    ),
    find: connection.query<{ seq: number }, Named>(
      "select seq from chat_line where place = $place and about = $about",
    ),
    readers: connection.query<{ upto: number }, { place: string; seq: number }>(
      "select upto from chat_read where place = $place and upto >= $seq limit 1",
    ),
    insert: connection.query<unknown, Named & { seq: number; kind: string; text: string }>(
      "insert into chat_line (seq, place, about, kind, text) values ($seq, $place, $about, $kind, $text)",
    ),
    rewrite: connection.query<unknown, { seq: number; text: string }>(
      "update chat_line set text = $text where seq = $seq",
    ),
    remove: connection.query<unknown, Named>("delete from chat_line where place = $place and about = $about"),
    trim: connection.query<unknown, { place: string; keep: number }>(
      `delete from chat_line where place = $place and seq <= (select seq from chat_line
         where place = $place order by seq desc limit 1 offset $keep)`,
    ),
    read: connection.query<unknown, { place: string; session: string; upto: number }>(
      `insert into chat_read (place, session, upto) values ($place, $session, $upto)
       on conflict (place, session) do update set upto = max(upto, excluded.upto)`,
    ),
  };
}
