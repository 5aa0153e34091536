import type { ChatEvent, MessageState, ToolEvent } from "../wire/frames.ts";
import {
  type Conversation,
  isAnswerOf,
  markMessages,
  placeOfAnswer,
  type Row,
  type Step,
  type ToolStep,
  type Turn,
  withoutTurn,
} from "./conversation.ts";

/** The conversation after a `chat` event. */
export function applyChat(conversation: Conversation, event: ChatEvent, nowMs: number): Conversation {
  if (event.state === "status") return applyStatus(conversation, event, nowMs);
  if (event.state === "delta") return applyDelta(conversation, event, nowMs);
  if (event.state === "changed") return applyChange(conversation, event);
  return applyEnd(conversation, event, nowMs);
}

function applyStatus(conversation: Conversation, event: ChatEvent, nowMs: number): Conversation {
  const { status } = event;
  if (status === "queued") {
    return {
      ...conversation,
      rows: markMessages(conversation.rows, event.messageIds, "waiting", event.place),
    };
  }
  if (!status) return conversation;
  const turn = turnOf(conversation, event, nowMs);
  if (!turn) return conversation;
  const rows = markMessages(conversation.rows, turn.messageIds, "running");
  if (status === "joined") return { ...conversation, rows, turn };
  return { ...conversation, rows, turn: { ...turn, status, text: status === "retrying" ? "" : turn.text } };
}

function applyDelta(conversation: Conversation, event: ChatEvent, nowMs: number): Conversation {
  const turn = turnOf(conversation, event, nowMs);
  if (!turn) return conversation;
  const isNews = turn !== conversation.turn;
  const said = event.delta ?? "";
  // What was said before a tool has become a step; a snapshot brings it once more.
  const isKnownNote = event.replace === true && lastNote(conversation, turn.turnId) === said;
  const text = isKnownNote ? "" : event.replace === true ? said : turn.text + said;
  return {
    ...conversation,
    rows: isNews ? markMessages(conversation.rows, turn.messageIds, "running") : conversation.rows,
    turn: { ...turn, text, status: "started" },
  };
}

function lastNote(conversation: Conversation, turnId: string): string | undefined {
  const note = conversation.steps.get(turnId)?.findLast((step) => step.kind === "note");
  return note?.kind === "note" ? note.text : undefined;
}

/** The running turn that an event speaks of; undefined if that one has ended. */
function turnOf(conversation: Conversation, event: ChatEvent, nowMs: number): Turn | undefined {
  const { turnId } = event;
  if (turnId === undefined || conversation.ended.has(turnId)) return undefined;
  const { turn } = conversation;
  if (turn?.turnId !== turnId) {
    return { turnId, messageIds: event.messageIds, text: "", status: "started", sinceMs: nowMs };
  }
  if (turn.isStale) return turnOf({ ...conversation, turn: freshOf(turn) }, event, nowMs);
  const isKnown = event.messageIds.every((id) => turn.messageIds.includes(id));
  return isKnown ? turn : { ...turn, messageIds: [...new Set([...turn.messageIds, ...event.messageIds])] };
}

function freshOf({ isStale: _isStale, ...turn }: Turn): Turn {
  return turn;
}

/** Something that stands there was edited, taken back, or got an emoji. */
function applyChange(conversation: Conversation, event: ChatEvent): Conversation {
  const { messageId, text, reactions, removed } = event;
  const at = conversation.rows.findIndex((row) => row.id === messageId);
  const row = conversation.rows[at];
  if (!row) return conversation;
  if (removed) return { ...conversation, rows: conversation.rows.toSpliced(at, 1) };
  const changed = {
    ...row,
    ...(text === undefined ? {} : { text }),
    ...(reactions === undefined ? {} : { reactions }),
  };
  return { ...conversation, rows: conversation.rows.with(at, changed) };
}

const STATE_OF_END = { final: "done", aborted: "cancelled", error: "failed" } as const;

function applyEnd(conversation: Conversation, event: ChatEvent, nowMs: number): Conversation {
  if (event.state === "status" || event.state === "delta" || event.state === "changed") return conversation;
  const state = STATE_OF_END[event.state];
  const { turn } = conversation;
  const isOurs = turn !== undefined && turn.turnId === event.turnId;
  const messageIds = event.messageIds.length > 0 || !isOurs ? event.messageIds : turn.messageIds;
  const rows = markMessages(conversation.rows, messageIds, state);
  const partial = isOurs ? turn.text : "";
  const row = answerRow(event, state, messageIds, event.text || partial, nowMs);
  const ended =
    event.turnId === undefined ? conversation.ended : new Set([...conversation.ended, event.turnId]);
  const rest = isOurs ? withoutTurn(conversation) : conversation;
  return { ...rest, ended, rows: row ? putAnswer(rows, row) : rows };
}

function answerRow(
  event: ChatEvent,
  state: MessageState,
  messageIds: readonly string[],
  text: string,
  atMs: number,
): Row | undefined {
  const { turnId, messageId, error, media } = event;
  const says =
    text !== "" ||
    media !== undefined ||
    error !== undefined ||
    (turnId !== undefined && state === "cancelled");
  if (!says) return undefined;
  const made = turnId === undefined ? `notice/${messageIds.join("+") || atMs}/${text}` : `${turnId}/live`;
  return {
    id: messageId ?? made,
    role: "assistant",
    text,
    atMs,
    state,
    messageIds,
    isLive: true,
    ...(turnId === undefined ? {} : { turnId }),
    ...(error ? { error } : {}),
    ...(media ? { media } : {}),
  };
}

function putAnswer(rows: readonly Row[], row: Row): readonly Row[] {
  const at = rows.findIndex((other) => other.role === "assistant" && isSameAnswer(other, row));
  const known = rows[at];
  if (!known) return rows.toSpliced(placeOfAnswer(rows, row.messageIds ?? []), 0, row);
  if (known.isLive) return rows.with(at, row);
  // The history was quicker than the event: it stays right about what it says.
  const { id, text, atMs } = known;
  const { isLive: _isLive, ...facts } = row;
  return rows.with(at, { ...facts, id, text, atMs });
}

function isSameAnswer(other: Row, row: Row): boolean {
  return other.id === row.id || (row.turnId !== undefined && isAnswerOf(row.turnId, other.id));
}

/** The conversation after a `tool` event. */
export function applyTool(conversation: Conversation, event: ToolEvent): Conversation {
  const steps = conversation.steps.get(event.turnId) ?? [];
  const at = steps.findIndex((step) => step.kind === "tool" && step.id === event.id);
  const known = steps[at];
  const step: ToolStep = {
    ...(known?.kind === "tool" ? known : { kind: "tool", id: event.id, tool: event.tool }),
    isDone: event.phase === "end",
    ...(event.params ? { params: event.params } : {}),
    ...(event.result ? { result: event.result } : {}),
  };
  if (known) return withSteps(conversation, event.turnId, steps.with(at, step));
  const { turn } = conversation;
  const said = turn?.turnId === event.turnId ? turn.text.trim() : "";
  if (!turn || said === "") return withSteps(conversation, event.turnId, [...steps, step]);
  const note: Step = { kind: "note", id: `before ${event.id}`, text: turn.text };
  const noted = withSteps(conversation, event.turnId, [...steps, note, step]);
  return { ...noted, turn: { ...turn, text: "" } };
}

function withSteps(conversation: Conversation, turnId: string, steps: readonly Step[]): Conversation {
  return { ...conversation, steps: new Map(conversation.steps).set(turnId, steps) };
}
