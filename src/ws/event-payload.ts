import type { ToolContent, ToolOutput } from "../core/agent.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { TurnEvent } from "../core/turn-events.ts";
import { questionPayload } from "./question-payload.ts";

type EventOf<K extends TurnEvent["kind"]> = Extract<TurnEvent, { kind: K }>;

/** An event as clients get it: its name and what it carries. */
export interface Pushed {
  readonly event: "chat" | "tool" | "question" | "notice";
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The frame of every event but a delta, which {@link deltaPayload} makes from several. */
export function pushedOf(sessionKey: SessionKey, event: Exclude<TurnEvent, { kind: "delta" }>): Pushed {
  switch (event.kind) {
    case "tool":
      return { event: "tool", payload: { sessionKey, ...toolPayload(event) } };
    case "question":
      return { event: "question", payload: questionPayload(sessionKey, event) };
    case "notice": {
      const { turn, level, text } = event;
      return { event: "notice", payload: { sessionKey, turnId: turn, level, text } };
    }
    case "said":
      return chat({
        sessionKey,
        messageId: event.key,
        state: "final",
        text: event.text,
        ...(event.media === undefined ? {} : { media: event.media }),
      });
    case "amended": {
      const { id, text, isRemoved, reactions } = event;
      return chat({
        sessionKey,
        messageId: id,
        state: "changed",
        ...(text === undefined ? {} : { text }),
        ...(isRemoved ? { removed: true } : {}),
        ...(reactions === undefined ? {} : { reactions }),
      });
    }
    case "end":
      return chat({ sessionKey, ...endPayload(event) });
    case "queued":
      return chat({
        sessionKey,
        messageIds: event.messageIds,
        state: "status",
        status: "queued",
        place: event.place,
      });
    case "retrying": {
      const { kind, reason } = event;
      return chat({ sessionKey, ...turnFacts(event), state: "status", status: kind, reason });
    }
    default:
      return chat({ sessionKey, ...turnFacts(event), state: "status", status: event.kind });
  }
}

/** Text of a turn: `replace` says that what was shown of it is void. */
export function deltaPayload(
  sessionKey: SessionKey,
  part: Pick<EventOf<"delta">, "turn" | "messageIds" | "delta" | "replace">,
): Pushed {
  // Only the first of a text names its messages: small deltas would be mostly names.
  if (!part.replace) return chat({ sessionKey, turnId: part.turn, state: "delta", delta: part.delta });
  return chat({ sessionKey, ...turnFacts(part), state: "delta", delta: part.delta, replace: true });
}

function chat(payload: Readonly<Record<string, unknown>>): Pushed {
  return { event: "chat", payload };
}

function turnFacts(event: { readonly turn: string; readonly messageIds: readonly string[] }) {
  return { turnId: event.turn, messageIds: event.messageIds };
}

function endPayload(event: EventOf<"end">) {
  return {
    ...(event.turn === undefined ? {} : { turnId: event.turn }),
    ...(event.key === undefined ? {} : { messageId: event.key }),
    messageIds: event.messageIds,
    state: event.state,
    text: event.text,
    ...(event.error === undefined ? {} : { error: event.error }),
  };
}

function toolPayload(event: EventOf<"tool">) {
  return {
    turnId: event.turn,
    id: event.id,
    tool: event.tool,
    phase: event.phase,
    ...(event.params === undefined ? {} : { params: shortened(event.params) }),
    ...(event.result === undefined ? {} : resultFacts(event.result)),
  };
}

function resultFacts(output: ToolOutput) {
  const details = output.details === undefined ? {} : { details: shortened(output.details) };
  return {
    result: { content: output.content.map(shortenedContent), ...details },
    isError: output.isError,
  };
}

// A page shows tool activity at a glance; a whole file in it would only be held in memory by everybody.
const MAX_TEXT = 65_536;
const MAX_IMAGE = 1_048_576;

function shortenedContent(content: ToolContent): ToolContent {
  if (content.type === "image") {
    if (content.data.length <= MAX_IMAGE) return content;
    return { type: "text", text: `[${content.mimeType}, ${Math.round(content.data.length * 0.75)} bytes]` };
  }
  if (content.text.length <= MAX_TEXT) return content;
  return { type: "text", text: `${content.text.slice(0, MAX_TEXT)}…` };
}

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value) ?? "";
  return text.length <= MAX_TEXT ? value : { shortened: `${text.slice(0, MAX_TEXT)}…` };
}
