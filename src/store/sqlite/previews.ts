import type { MessageRef } from "../../core/message.ts";
import type { TurnId } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode } from "./json.ts";
import { seqOf } from "./sequence.ts";

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
      const pages = decode<(MessageRef | null)[]>(row.previews);
      pages[page] = ref;
      this.#sql.write.run({ seq, previews: JSON.stringify(pages) });
    });
  }
}

/** The previews there are. A page that the platform never named leaves a gap, which the next page closes. */
export function previewsOf(previews: string): readonly MessageRef[] {
  return decode<(MessageRef | null)[]>(previews).filter((ref) => ref !== null);
}

function previewStatements(connection: Connection) {
  return {
    read: connection.query<{ previews: string }, { seq: number }>(
      "select previews from turn where seq = $seq and due_at is not null",
    ),
    write: connection.query<unknown, { seq: number; previews: string }>(
      "update turn set previews = $previews where seq = $seq",
    ),
  };
}
