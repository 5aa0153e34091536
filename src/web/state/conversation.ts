import type {
  AttachmentName,
  MessageState,
  QuestionEvent,
  SentFile,
  ToolResult,
  WireError,
} from "../wire/frames.ts";

/** One message of a conversation, from the history or as it just happened. */
export interface Row {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly atMs: number;
  readonly state?: MessageState;
  /** Of a waiting message: 1 is the next. */
  readonly place?: number;
  readonly attachments?: readonly AttachmentName[];
  /** What the agent sent along. */
  readonly media?: readonly SentFile[];
  /** Emojis that agents put on it. */
  readonly reactions?: readonly string[];
  /** Of a person's message: the turn that took it, as the history knows. */
  readonly turn?: string;
  /** The turn this answers for, where we saw it happen. */
  readonly turnId?: string;
  /** The messages this answers, where we saw it happen. */
  readonly messageIds?: readonly string[];
  readonly error?: WireError;
  /** Made from an event or an acknowledgement: the next history that knows it takes its place. */
  readonly isLive?: true;
  /** The key it was sent under from this page, so that it stays the same thing on the screen. */
  readonly sendKey?: string;
}

/** A turn while it runs. */
export interface Turn {
  readonly turnId: string;
  readonly messageIds: readonly string[];
  readonly text: string;
  readonly status: "started" | "retrying" | "compacting";
  readonly sinceMs: number;
  /** Seen before the gateway restarted: only what comes now says whether it goes on. */
  readonly isStale?: true;
}

/** What happened inside a turn besides its answer: a tool at work, or something said on the way. */
export type Step = ToolStep | NoteStep | NoticeStep;

export interface ToolStep {
  readonly kind: "tool";
  readonly id: string;
  readonly tool: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: ToolResult;
  readonly isDone: boolean;
}

export interface NoteStep {
  readonly kind: "note";
  readonly id: string;
  readonly text: string;
}

/** A word from an extension, which is no part of the answer. */
export interface NoticeStep {
  readonly kind: "notice";
  readonly id: string;
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}

/** All that the page knows of one conversation. Never changed in place. */
export interface Conversation {
  readonly rows: readonly Row[];
  readonly turn?: Turn;
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** Turns that we saw end: a history read before that must not bring them back. */
  readonly ended: ReadonlySet<string>;
  /** What people are being asked here, oldest first. */
  readonly questions: readonly QuestionEvent[];
  /** Questions that we saw end: what was read before that must not bring them back. */
  readonly closed: ReadonlySet<string>;
  /** Asks for older rows; absent when there are none. */
  readonly cursor?: string;
  readonly loading: "not-yet" | "first" | "older" | "done" | "failed";
}

export const emptyConversation: Conversation = {
  rows: [],
  steps: new Map(),
  ended: new Set(),
  questions: [],
  closed: new Set(),
  loading: "not-yet",
};

/** A copy without the running turn. */
export function withoutTurn(conversation: Conversation): Conversation {
  const { turn: _turn, ...rest } = conversation;
  return rest;
}

/** Whether every one of these messages is on the screen already. */
export function knowsMessages(conversation: Conversation, ids: readonly string[]): boolean {
  return ids.every((id) => conversation.rows.some((row) => row.role === "user" && row.id === id));
}

/** Adds a message that the gateway has acknowledged; nothing if it is there already. */
export function addSent(conversation: Conversation, sent: Row): Conversation {
  const known = conversation.rows.findIndex((row) => row.id === sent.id && row.role === "user");
  if (known >= 0)
    return { ...conversation, rows: conversation.rows.with(known, keepKey(conversation, known, sent)) };
  // Its turn may have begun, or even ended, before the acknowledgement got here.
  const answerAt = conversation.rows.findIndex((row) => row.messageIds?.includes(sent.id));
  const answer = conversation.rows[answerAt];
  if (answer) {
    const row = { ...sent, state: answer.state ?? "done" };
    return { ...conversation, rows: conversation.rows.toSpliced(answerAt, 0, row) };
  }
  const isRunning = conversation.turn?.messageIds.includes(sent.id) === true;
  const row: Row = isRunning ? { ...sent, state: "running" } : sent;
  return { ...conversation, rows: [...conversation.rows, row] };
}

function keepKey(conversation: Conversation, at: number, sent: Row): Row {
  const row = conversation.rows[at] ?? sent;
  return sent.sendKey === undefined ? row : { ...row, sendKey: sent.sendKey };
}

/** Puts a state on the messages with these ids. */
export function markMessages(
  rows: readonly Row[],
  ids: readonly string[],
  state: MessageState,
  place?: number,
): readonly Row[] {
  if (ids.length === 0) return rows;
  return rows.map((row) => {
    if (row.role !== "user" || !ids.includes(row.id)) return row;
    const { place: _place, ...rest } = row;
    return { ...rest, state, ...(place === undefined ? {} : { place }) };
  });
}

/** Where an answer to these messages belongs: behind the last of them and what was said since, before what waits. */
export function placeOfAnswer(rows: readonly Row[], messageIds: readonly string[]): number {
  const last = rows.findLastIndex((row) => row.role === "user" && messageIds.includes(row.id));
  if (last < 0) return rows.length;
  let at = last + 1;
  while (rows[at]?.role === "assistant") at++;
  return at;
}

/** Rows of a turn's answer are named `{turn}/{part}`; what its tools sent and asked is another matter. */
export function isAnswerOf(turnId: string, rowId: string): boolean {
  const isOther = ["tool", "question"].some((part) => rowId.startsWith(`${turnId}/${part}/`));
  return rowId.startsWith(`${turnId}/`) && !isOther;
}
