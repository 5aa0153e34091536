import type {
  AttachmentName,
  ChatEvent,
  CommandList,
  EventFrame,
  HistoryMessage,
  HistoryPage,
  KnownCommand,
  Limits,
  MessageState,
  ResponseFrame,
  RunningTurn,
  SentFile,
  SessionSummary,
  ToolContent,
  ToolEvent,
  ToolResult,
  TurnStatus,
  Welcome,
  WireError,
} from "./frames.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The frame in a socket message, or undefined for one that this page does not know. */
export function readFrame(data: unknown): ResponseFrame | EventFrame | undefined {
  if (typeof data !== "string") return undefined;
  const frame = fieldsOf(parseJson(data));
  if (frame["type"] === "event" && typeof frame["event"] === "string") {
    const seq = numberOf(frame["seq"]);
    return {
      type: "event",
      event: frame["event"],
      payload: frame["payload"],
      ...(seq === undefined ? {} : { seq }),
    };
  }
  if (frame["type"] !== "res") return undefined;
  const ok = frame["ok"] === true;
  const id = textOf(frame["id"]);
  return {
    type: "res",
    ok,
    ...(id === undefined ? {} : { id }),
    payload: frame["payload"],
    ...(ok ? {} : { error: readError(frame["error"]) }),
  };
}

/** The error in `value`; something readable even where there is none. */
export function readError(value: unknown): WireError {
  const error = fieldsOf(value);
  const ref = stringOf(error["ref"]);
  const retryAfterMs = numberOf(error["retryAfterMs"]);
  return {
    code: stringOf(error["code"]) ?? "INTERNAL",
    message: stringOf(error["message"]) ?? "",
    retryable: error["retryable"] === true,
    ...(ref ? { ref } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

export function readWelcome(payload: unknown): Welcome {
  const fields = fieldsOf(payload);
  const epoch = textOf(fields["epoch"]);
  const version = stringOf(fields["version"]);
  const agent = stringOf(fields["agent"]);
  const model = stringOf(fields["model"]) ?? stringOf(fieldsOf(fields["model"])["id"]);
  return {
    limits: readLimits(fieldsOf(fields["limits"])),
    demo: fields["demo"] === true,
    ...(epoch === undefined ? {} : { epoch }),
    ...(version ? { version } : {}),
    ...(model ? { model } : {}),
    ...(agent ? { agent } : {}),
  };
}

export function readCommands(payload: unknown): CommandList {
  const fields = fieldsOf(payload);
  const listed = Array.isArray(fields["commands"]) ? fields["commands"] : [];
  return { prefix: stringOf(fields["prefix"]) ?? "/", commands: listed.flatMap(readCommand) };
}

function readCommand(listed: unknown): KnownCommand[] {
  const { name, summary = "", parameters } = pickStrings(fieldsOf(listed), ["name", "summary", "parameters"]);
  return name ? [{ name, summary, ...(parameters === undefined ? {} : { parameters }) }] : [];
}

/** Before the gateway has said anything. */
export const DEFAULT_LIMITS: Limits = { attachmentCount: 10, attachmentBytes: 20 * 1024 * 1024 };

function readLimits(limits: Fields): Limits {
  return {
    attachmentCount: numberOf(limits["maxAttachments"]) ?? DEFAULT_LIMITS.attachmentCount,
    attachmentBytes: numberOf(limits["maxAttachmentBytes"]) ?? DEFAULT_LIMITS.attachmentBytes,
  };
}

const CHAT_STATES = ["status", "delta", "final", "aborted", "error", "changed"] as const;
const STATUSES: readonly TurnStatus[] = ["queued", "started", "joined", "retrying", "compacting"];

export function readChatEvent(payload: unknown): ChatEvent | undefined {
  const fields = fieldsOf(payload);
  const sessionKey = stringOf(fields["sessionKey"]);
  const state = CHAT_STATES.find((known) => known === fields["state"]);
  if (!sessionKey || !state) return undefined;
  const status = STATUSES.find((known) => known === fields["status"]);
  const place = numberOf(fields["place"]);
  return {
    sessionKey,
    state,
    messageIds: stringsOf(fields["messageIds"]),
    replace: fields["replace"] === true,
    ...pickStrings(fields, ["turnId", "messageId", "delta", "text"]),
    ...(status ? { status } : {}),
    ...(place === undefined ? {} : { place }),
    ...(fields["error"] ? { error: readError(fields["error"]) } : {}),
    ...(fields["removed"] === true ? { removed: true } : {}),
    ...readExtras(fields),
  };
}

/** What a message may have besides its text. */
function readExtras(fields: Fields): Pick<HistoryMessage, "media" | "reactions"> {
  const media = listOf(fields["media"]).flatMap(readSentFile);
  const reactions = stringsOf(fields["reactions"]);
  return { ...(media.length > 0 ? { media } : {}), ...(reactions.length > 0 ? { reactions } : {}) };
}

const FILE_KINDS = ["photo", "audio", "video", "document", "sticker"] as const;

function readSentFile(value: unknown): SentFile[] {
  const fields = fieldsOf(value);
  const { name, mimeType = "" } = pickStrings(fields, ["name", "mimeType"]);
  if (name === undefined) return [];
  const kind = FILE_KINDS.find((known) => known === fields["kind"]) ?? "document";
  const sizeBytes = numberOf(fields["sizeBytes"]);
  return [{ kind, name, mimeType, ...(sizeBytes === undefined ? {} : { sizeBytes }) }];
}

export function readToolEvent(payload: unknown): ToolEvent | undefined {
  const fields = fieldsOf(payload);
  const { sessionKey, turnId, id, tool } = pickStrings(fields, ["sessionKey", "turnId", "id", "tool"]);
  const phase = (["start", "update", "end"] as const).find((known) => known === fields["phase"]);
  if (!sessionKey || !turnId || !id || !phase) return undefined;
  const isError = fields["isError"] === true;
  return {
    sessionKey,
    turnId,
    id,
    phase,
    tool: tool ?? "",
    ...(isFields(fields["params"]) ? { params: fields["params"] } : {}),
    ...(fields["result"] === undefined ? {} : { result: readResult(fields["result"], isError) }),
  };
}

function readResult(value: unknown, isError: boolean): ToolResult {
  if (typeof value === "string") return { content: [{ type: "text", text: value }], isError };
  const fields = fieldsOf(value);
  const content = listOf(fields["content"]).flatMap((item): ToolContent[] => {
    const { text, data, mimeType } = pickStrings(fieldsOf(item), ["text", "data", "mimeType"]);
    if (text !== undefined) return [{ type: "text", text }];
    return data && mimeType ? [{ type: "image", data, mimeType }] : [];
  });
  return { content, isError: isError || fields["isError"] === true };
}

const MESSAGE_STATES: readonly MessageState[] = ["waiting", "running", "done", "failed", "cancelled"];

export function readHistory(payload: unknown): HistoryPage {
  const fields = fieldsOf(payload);
  const cursor = textOf(fields["cursor"]);
  const running = readRunning(fieldsOf(fields["running"]));
  return {
    messages: listOf(fields["messages"]).flatMap(readMessage),
    ...(cursor === undefined ? {} : { cursor }),
    ...(running ? { running } : {}),
  };
}

function readMessage(value: unknown): HistoryMessage[] {
  const fields = fieldsOf(value);
  const { id, role, text = "", turn } = pickStrings(fields, ["id", "role", "text", "turn"]);
  if (!id || (role !== "user" && role !== "assistant")) return [];
  const state = MESSAGE_STATES.find((known) => known === fields["state"]);
  const attachments = listOf(fields["attachments"]).map((item): AttachmentName => {
    const { name, mimeType } = pickStrings(fieldsOf(item), ["name", "mimeType"]);
    return { name: name ?? "", mimeType: mimeType ?? "" };
  });
  return [
    {
      id,
      role,
      text: role === "assistant" && state === "cancelled" ? withoutMark(text) : text,
      atMs: numberOf(fields["atMs"]) ?? 0,
      ...(state ? { state } : {}),
      ...(turn === undefined ? {} : { turn }),
      ...(attachments.length > 0 ? { attachments } : {}),
      ...readExtras(fields),
    },
  ];
}

/** A chat without a page is told under the text that it was stopped; the page says so by itself. */
function withoutMark(text: string): string {
  return text.replace(/(?:^|\n\n)\*?(?:Stopped\.|已停止。)\*?$/, "");
}

function readRunning(fields: Fields): RunningTurn | undefined {
  const turnId = stringOf(fields["turnId"]);
  if (!turnId) return undefined;
  const tools = listOf(fields["tools"]).flatMap((item) => {
    const { params, ...names } = fieldsOf(item);
    const { id, tool } = pickStrings(names, ["id", "tool"]);
    return id ? [{ id, tool: tool ?? "", ...(isFields(params) ? { params } : {}) }] : [];
  });
  return { turnId, messageIds: stringsOf(fields["messageIds"]), text: stringOf(fields["text"]) ?? "", tools };
}

export function readSessions(payload: unknown): readonly SessionSummary[] {
  return listOf(fieldsOf(payload)["sessions"]).flatMap((item) => {
    const fields = fieldsOf(item);
    const key = stringOf(fields["key"]);
    if (!key) return [];
    const running = fields["running"] === true || (numberOf(fields["running"]) ?? 0) > 0;
    return [{ key, running, lastActiveAtMs: numberOf(fields["lastActiveAtMs"]) ?? 0 }];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours to mend: a frame that is no JSON is one this page does not know.
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
export const stringOf = (value: unknown) => (typeof value === "string" ? value : undefined);
export const numberOf = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
/** Names may come as numbers. */
const textOf = (value: unknown) => (typeof value === "number" ? String(value) : stringOf(value));
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const stringsOf = (value: unknown) => listOf(value).filter((item) => typeof item === "string");

function pickStrings<Name extends string>(fields: Fields, names: readonly Name[]): { [N in Name]?: string } {
  const picked: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}
