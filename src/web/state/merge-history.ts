import type { HistoryMessage, HistoryPage, RunningTurn } from "../wire/frames.ts";
import {
  type Conversation,
  isAnswerOf,
  markMessages,
  placeOfAnswer,
  type Row,
  type Step,
  type Turn,
  withoutTurn,
} from "./conversation.ts";

/**
 * The conversation after the newest page of its history was read. The history is right about
 * what it knows; what we saw happen since stays, and nothing stands there twice.
 */
export function mergeNewest(conversation: Conversation, page: HistoryPage, nowMs: number): Conversation {
  const read = page.messages.map((message) => rowOf(message, conversation));
  const joint = conversation.rows.findIndex((row) => !row.isLive && row.id === read[0]?.id);
  const older = joint > 0 ? conversation.rows.slice(0, joint).filter((row) => !row.isLive) : [];
  const live = conversation.rows.filter((row) => row.isLive && !isIn(row, read));
  const rows = live.reduce(putLive, answersAtQuestions([...older, ...read]));
  const cursor = joint > 0 ? conversation.cursor : page.cursor;
  const { cursor: _cursor, ...rest } = conversation;
  const merged: Conversation = {
    ...rest,
    rows,
    loading: "done",
    ...(cursor === undefined ? {} : { cursor }),
  };
  return withRunning(merged, page, nowMs);
}

/** The conversation with a page of older rows before what is there. */
export function mergeOlder(conversation: Conversation, page: HistoryPage): Conversation {
  const known = new Set(conversation.rows.map((row) => row.id));
  const older = page.messages
    .filter((message) => !known.has(message.id))
    .map((message) => rowOf(message, conversation));
  const { cursor: _cursor, ...rest } = conversation;
  return {
    ...rest,
    rows: answersAtQuestions([...older, ...conversation.rows]),
    loading: "done",
    ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
  };
}

/**
 * The history is in the order in which things happened. Each answer goes up to its question here, as it stood
 * while it was written, with what tools sent for it: a message that came in between was not what it answers.
 */
function answersAtQuestions(rows: readonly Row[]): readonly Row[] {
  const lastOf = new Map(rows.flatMap((row) => (row.turn === undefined ? [] : [[row.turn, row] as const])));
  const answersTo = new Map<Row, Row[]>();
  const rest: Row[] = [];
  for (const row of rows) {
    const turn = row.id.slice(0, Math.max(0, row.id.indexOf("/")));
    const question = row.role === "assistant" ? lastOf.get(turn) : undefined;
    if (question) answersTo.set(question, [...(answersTo.get(question) ?? []), row]);
    else rest.push(row);
  }
  return rest.flatMap((row) => [row, ...(answersTo.get(row) ?? [])]);
}

/** The same row keeps what only this page knows of it. */
function rowOf(message: HistoryMessage, { rows }: Conversation): Row {
  const known = rows.find((row) => row.role === message.role && sameRow(row, message));
  if (!known) return message;
  if (!known.isLive && readsAs(known, message)) return known;
  const { turnId, messageIds, error, sendKey, place } = known;
  return {
    ...message,
    ...(turnId === undefined ? {} : { turnId }),
    ...(messageIds ? { messageIds } : {}),
    ...(error ? { error } : {}),
    ...(sendKey === undefined ? {} : { sendKey }),
    ...(place === undefined || message.state !== "waiting" ? {} : { place }),
  };
}

/** Whether a row that is there already says all that the history does. */
function readsAs(known: Row, message: HistoryMessage): boolean {
  return (
    known.text === message.text &&
    known.state === message.state &&
    known.turn === message.turn &&
    JSON.stringify(known.reactions) === JSON.stringify(message.reactions)
  );
}

function isIn(row: Row, read: readonly Row[]): boolean {
  return read.some((other) => other.role === row.role && sameRow(row, other));
}

function sameRow(row: Row, other: { readonly id: string; readonly text: string }): boolean {
  if (row.id === other.id) return true;
  if (!row.isLive || row.role === "user") return false;
  if (row.turnId !== undefined) return isAnswerOf(row.turnId, other.id);
  return row.id.startsWith("notice/") && row.text.trim() === other.text.trim();
}

function putLive(rows: readonly Row[], row: Row): readonly Row[] {
  if (row.role === "user") return [...rows, row];
  const ids = row.messageIds ?? [];
  const at = placeOfAnswer(rows, ids);
  return markMessages(rows, ids, row.state ?? "done").toSpliced(at, 0, row);
}

function withRunning(merged: Conversation, page: HistoryPage, nowMs: number): Conversation {
  const turn = turnAfter(merged, page, nowMs);
  if (!turn) return withoutTurn(merged);
  const steps = withOpenTools(merged.steps, page.running);
  return { ...merged, turn, steps, rows: markMessages(merged.rows, turn.messageIds, "running") };
}

/** After a reload, what is at work right now is all that is known of a turn's tools. */
function withOpenTools(
  steps: Conversation["steps"],
  running: RunningTurn | undefined,
): Conversation["steps"] {
  if (!running || running.tools.length === 0 || steps.has(running.turnId)) return steps;
  const open = running.tools.map((tool): Step => ({ kind: "tool", isDone: false, ...tool }));
  return new Map(steps).set(running.turnId, open);
}

function turnAfter({ turn, rows, ended }: Conversation, page: HistoryPage, nowMs: number): Turn | undefined {
  const { running } = page;
  if (running && !ended.has(running.turnId)) {
    // Events may already be ahead of what the history read.
    if (turn?.turnId === running.turnId && !turn.isStale) {
      return { ...turn, messageIds: [...new Set([...turn.messageIds, ...running.messageIds])] };
    }
    const { turnId, messageIds, text } = running;
    return { turnId, messageIds, text, status: "started", sinceMs: nowMs };
  }
  if (!turn || turn.isStale) return undefined;
  const isOver = rows.some((row) => {
    if (row.role === "assistant") return isAnswerOf(turn.turnId, row.id);
    return turn.messageIds.includes(row.id) && row.state !== "running" && row.state !== "waiting";
  });
  return isOver ? undefined : turn;
}
