import { MAIN_AGENT } from "../../core/agent-list.ts";
import type { MessageRef } from "../../core/message.ts";
import type { Amended, Amendment } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { nameOf } from "./inbox.ts";
import { decode, encode, type Json } from "./json.ts";
import type { DeliveryBody } from "./outbox-statements.ts";

interface Of {
  readonly session: string;
  readonly agent: string;
}

/** Most emojis on one message. */
const MOST_REACTIONS = 20;

/** Changes how messages stand in the history after they were said. */
export class Amendments {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof amendmentStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = amendmentStatements(connection);
  }

  amend(message: MessageRef, of: Of, change: Amendment): Amended | undefined {
    return this.#connection.write(() => {
      if (change.kind === "reaction") return this.#react(message, of, change.emoji);
      const own = this.#sql.said.get({ key: message.id, session: of.session });
      if (!own) return undefined;
      return change.kind === "text"
        ? this.#rewrite(message.id, own, change.text)
        : this.#remove(message.id, own);
    });
  }

  #rewrite(id: string, { seq, body }: SaidRow, text: string): Amended {
    const { message, ...rest } = decode(body);
    const changed =
      message.kind === "text"
        ? { ...message, markdown: text }
        : message.kind === "media"
          ? { ...message, caption: text }
          : message;
    this.#sql.rewrite.run({ seq, body: encode({ ...rest, message: changed }) });
    return { id, text };
  }

  /** Its key stays known, so that it is not said again; the row goes with the other finished ones. */
  #remove(id: string, { seq }: SaidRow): Amended {
    this.#sql.hide.run({ seq });
    return { id, isRemoved: true };
  }

  #react({ address, id }: MessageRef, { session, agent }: Of, emoji: string): Amended | undefined {
    // Who wrote it may have chosen this agent, the usual one, or none.
    const names = [
      nameOf({ address, agent, id }),
      nameOf({ address, agent: MAIN_AGENT, id }),
      nameOf({ address, id }),
    ];
    const heard = () => names.map((dedup) => this.#sql.heard.get({ dedup, session })).find(Boolean);
    const seq = (this.#sql.said.get({ key: id, session }) ?? heard())?.seq;
    if (seq === undefined) return undefined;
    const known = this.#sql.reactions.get({ seq });
    const before = known ? decode(known.emojis) : [];
    const reactions = [...before.filter((one) => one !== emoji), emoji].slice(-MOST_REACTIONS);
    this.#sql.react.run({ seq, emojis: encode<readonly string[]>(reactions) });
    return { id, reactions };
  }
}

interface SaidRow {
  readonly seq: number;
  readonly body: Json<DeliveryBody>;
}

function amendmentStatements(connection: Connection) {
  return {
    said: connection.query<SaidRow, { key: string; session: string }>(
      "select seq, body from outbox where key = $key and shown_in = $session and state = 'sent'",
    ),
    heard: connection.query<{ seq: number }, { dedup: string; session: string }>(
      "select seq from inbox where dedup = $dedup and session = $session",
    ),
    rewrite: connection.query<unknown, { seq: number; body: Json<DeliveryBody> }>(
      "update outbox set body = $body where seq = $seq",
    ),
    hide: connection.query<unknown, { seq: number }>("update outbox set shown_in = null where seq = $seq"),
    reactions: connection.query<{ emojis: Json<readonly string[]> }, { seq: number }>(
      "select emojis from reaction where seq = $seq",
    ),
    react: connection.query<unknown, { seq: number; emojis: Json<readonly string[]> }>(
      `insert into reaction (seq, emojis) values ($seq, $emojis)
       on conflict (seq) do update set emojis = excluded.emojis`,
    ),
  };
}
