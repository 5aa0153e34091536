import type { Attachment } from "./message.ts";
import type { TurnId } from "./store.ts";

export interface HistoryPage {
  readonly limit: number;
  /** Only rows before this one: a `cursor` from an earlier page. */
  readonly before?: string;
}

export interface History {
  readonly rows: readonly HistoryRow[];
  /** Give this as `before` for the page of older rows; absent when there are none. */
  readonly cursor?: string;
}

/** `reaction` adds an emoji of ours to those that are there. */
export type Amendment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "removal" }
  | { readonly kind: "reaction"; readonly emoji: string };

export interface Amended {
  /** The row's id. */
  readonly id: string;
  readonly text?: string;
  readonly isRemoved?: boolean;
  readonly reactions?: readonly string[];
}

/** A file that we sent, as people are told of it. */
export interface SentFile {
  readonly kind: Attachment["kind"];
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes?: number;
}

/**
 * One message as people saw it: a `user` row per inbound message as typed, an `assistant` row per
 * message we decided to send. A reply never stands before a message it answers.
 */
export interface HistoryRow {
  /** The platform's message id for `user`, the delivery key for `assistant`. */
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly atMs: number;
  /** For `user`: how far the message got. For `assistant`: how the turn it ends has ended; absent for other texts. */
  readonly state?: "waiting" | "running" | "done" | "failed" | "cancelled";
  /** For `user`: the turn that took it. That turn's answers are named after it: `{turn}/…`. */
  readonly turn?: TurnId;
  readonly attachments?: readonly { readonly name: string; readonly mimeType: string }[];
  /** For `assistant`: what was sent besides the text. */
  readonly media?: readonly SentFile[];
  /** Emojis that our agents put on it, each once. */
  readonly reactions?: readonly string[];
}
