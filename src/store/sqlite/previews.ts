import type { MessageRef } from "../../core/message.ts";
import type { TurnId } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";
import { seqOf } from "./sequence.ts";

/** The preview of each page, null for one that the platform never named. */
export type Pages = (MessageRef | null)[];

/** Which messages show the unfinished reply of a turn, page by page. */
export class PreviewNotes {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof previewStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = previewStatements(connection);
  }

  /** Notes one page. Of a turn that has ended nothing is noted: nobody would look at it. */
  note(turn: TurnId, page: number, ref: MessageRef): void {
    const seq = seqOf(turn);
    this.#connection.write(() => {
      const row = this.#sql.read.get({ seq });
      if (!row) return;
      const pages = decode(row.previews);
      pages[page] = ref;
      this.#sql.write.run({ seq, previews: encode(pages) });
    });
  }
}

/** The previews there are. A page that the platform never named leaves a gap, which the next page closes. */
export function previewsOf(previews: Json<Pages>): readonly MessageRef[] {
  return decode(previews).filter((ref) => ref !== null);
}

function previewStatements(connection: Connection) {
  return {
    read: connection.query<{ previews: Json<Pages> }, { seq: number }>(
      "select previews from turn where seq = $seq and due_at is not null",
    ),
    write: connection.query<unknown, { seq: number; previews: Json<Pages> }>(
      "update turn set previews = $previews where seq = $seq",
    ),
  };
}
