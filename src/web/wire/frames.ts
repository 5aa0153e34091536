/** The frames of `/ws` as the page reads them. Whatever is not of this form is left alone. */

export interface ResponseFrame {
  readonly type: "res";
  readonly id?: string;
  readonly ok: boolean;
  readonly payload?: unknown;
  readonly error?: WireError;
}

export interface EventFrame {
  readonly type: "event";
  readonly event: string;
  readonly payload: unknown;
  /** Counts per session; with the epoch it says what was missed. */
  readonly seq?: number;
}

export interface WireError {
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** Names the log line that has the rest. */
  readonly ref?: string;
}

/** What `connect` answers, as far as the page uses it. */
export interface Welcome {
  readonly epoch?: string;
  readonly demo?: boolean;
  readonly version?: string;
  readonly model?: string;
  /** Who answers in a conversation that names nobody. */
  readonly agent?: string;
  readonly limits: Limits;
}

/** What may be written behind a slash, or whatever stands for one here. */
export interface CommandList {
  readonly prefix: string;
  readonly commands: readonly KnownCommand[];
}

export interface KnownCommand {
  readonly name: string;
  readonly summary: string;
  readonly parameters?: string;
}

/** What may be attached to one message. */
export interface Limits {
  readonly attachmentCount: number;
  readonly attachmentBytes: number;
}

export interface ChatEvent {
  readonly sessionKey: string;
  readonly turnId?: string;
  /** The id of this text's row in the history. */
  readonly messageId?: string;
  readonly messageIds: readonly string[];
  /** `changed`: a message that is there reads differently now, or is gone. */
  readonly state: "status" | "delta" | "final" | "aborted" | "error" | "changed";
  readonly status?: TurnStatus;
  readonly place?: number;
  readonly delta?: string;
  readonly replace?: boolean;
  readonly text?: string;
  readonly media?: readonly SentFile[];
  readonly reactions?: readonly string[];
  readonly removed?: boolean;
  readonly error?: WireError;
}

/** A file that the agent has sent. */
export interface SentFile {
  readonly kind: "photo" | "audio" | "video" | "document" | "sticker";
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes?: number;
}

/** `joined`: a message that came while the turn runs belongs to it; `messageIds` are all of them. */
export type TurnStatus = "queued" | "started" | "joined" | "retrying" | "compacting";

export interface ToolEvent {
  readonly sessionKey: string;
  readonly turnId: string;
  readonly id: string;
  readonly tool: string;
  readonly phase: "start" | "update" | "end";
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: ToolResult;
}

export interface ToolResult {
  readonly content: readonly ToolContent[];
  readonly isError: boolean;
}

export type ToolContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly data: string; readonly mimeType: string };

/** Something a person is asked, and what became of it. */
export interface QuestionEvent {
  readonly sessionKey: string;
  readonly id: string;
  /** The id of its row in the history. */
  readonly messageId: string;
  readonly kind: "select" | "confirm" | "input" | "editor";
  readonly state: "open" | "answered" | "closed";
  readonly title: string;
  readonly message: string;
  readonly options: readonly string[];
  /** All that there are, listed or not. */
  readonly optionCount: number;
  readonly placeholder: string;
  readonly prefill: string;
  /** What was chosen, or why nothing was. */
  readonly answer: string;
}

/** What a person answers: the number of a choice, yes or no, a text; null leaves it. */
export type GivenAnswer = number | boolean | string | null;

/** A word from an extension that nobody has to act on. */
export interface NoticeEvent {
  readonly sessionKey: string;
  readonly turnId: string;
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}

export interface HistoryPage {
  readonly messages: readonly HistoryMessage[];
  /** Asks for the page of older rows; absent when there are none. */
  readonly cursor?: string;
  readonly running?: RunningTurn;
}

export interface HistoryMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly atMs: number;
  readonly state?: MessageState;
  /** Of a person's message: the turn that took it. */
  readonly turn?: string;
  readonly attachments?: readonly AttachmentName[];
  readonly media?: readonly SentFile[];
  /** Emojis that agents put on it. */
  readonly reactions?: readonly string[];
}

export type MessageState = "waiting" | "running" | "done" | "failed" | "cancelled";

export interface AttachmentName {
  readonly name: string;
  readonly mimeType: string;
}

export interface RunningTurn {
  readonly turnId: string;
  readonly messageIds: readonly string[];
  readonly text: string;
  /** Tools at work right now. */
  readonly tools: readonly Pick<ToolEvent, "id" | "tool" | "params">[];
}

export interface SessionSummary {
  readonly key: string;
  readonly lastActiveAtMs: number;
  readonly running: boolean;
}
