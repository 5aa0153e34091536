import type { Address } from "./message.ts";
import type { SessionKey } from "./session-key.ts";

/**
 * What was said and happened in a place (a chat, or a thread of one) without being said to the agent: context for
 * its next prompt there. A place keeps its newest few hundred lines, whoever has read them.
 */
export interface ChatLedger {
  /** The newest lines of a place that `session` has not read, at most `limit`, oldest first. */
  unread(place: Address, session: SessionKey, limit: number): Promise<readonly ChatLine[]>;
  /** Adds a line, which takes the place of an earlier one about the same thing. */
  note(place: Address, line: ChatNote): Promise<void>;
  /**
   * Changes a line where it stands, or takes it away if there is no text. False if there is none, or if somebody has
   * read it by now: then nothing has changed.
   */
  rewrite(place: Address, about: string, text: string | undefined): Promise<boolean>;
  /** Carries a chat on under another address, with all that is open in it; see {@link ChatMove}. Once: then nothing is left. */
  move(move: ChatMove): Promise<readonly SessionKey[]>;
}

/** Names a line; a session that has read it has read all before it. */
export type LineId = string;

export interface ChatLine {
  readonly id: LineId;
  /** Words of somebody, or a word of ours about what happened. */
  readonly kind: "said" | "note";
  /** The platform's id of the message, or what a note is about. */
  readonly about: string;
  readonly text: string;
}

/** A word of ours. What it is about is unique in its place, and no id of a message. */
export type ChatNote = Pick<ChatLine, "about" | "text">;

/** A chat that has got another address. */
export interface ChatMove {
  readonly from: Address;
  readonly to: Address;
  /**
   * The sessions that may be in the chat, with the key that each has from now on. The record goes on under the new
   * key, with pi's transcript, and so do its unfinished turn and what waits in it, unless the new one has turns of
   * its own. The old one keeps its history; what is said there again begins a new transcript, `nextFile`.
   */
  readonly sessions: readonly {
    readonly from: SessionKey;
    readonly to: SessionKey;
    readonly nextFile: string;
  }[];
  /** The merge key of a message that waits, for the new address. */
  readonly mergeKey: (old: string) => string;
}
