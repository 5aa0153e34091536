/** What the platform tells of, as far as it is read here: names and shapes are Feishu's. */

/** The ids of one person or bot; `open_id` is the one that this app knows them by. */
export interface WireIds {
  readonly open_id?: string;
  readonly union_id?: string;
  readonly user_id?: string | null;
}

/** Somebody named in a message: `key` stands for them in its text. */
export interface WireMention {
  readonly key: string;
  /** Events have all ids; messages that are fetched have one. */
  readonly id?: WireIds | string;
  readonly name?: string;
}

export interface WireMessage {
  readonly message_id: string;
  readonly root_id?: string;
  readonly parent_id?: string;
  readonly thread_id?: string;
  /** Milliseconds, as digits. */
  readonly create_time: string;
  readonly update_time?: string;
  readonly chat_id: string;
  readonly chat_type: string;
  readonly message_type: string;
  /** JSON; its shape depends on the type. */
  readonly content: string;
  readonly mentions?: readonly WireMention[];
}

/** `im.message.receive_v1`. */
export interface ReceivedEvent {
  readonly sender: { readonly sender_id?: WireIds; readonly sender_type?: string };
  readonly message: WireMessage;
}

/** `im.message.recalled_v1`. */
export interface RecalledEvent {
  readonly message_id: string;
  readonly chat_id?: string;
}

/** `im.message.reaction.created_v1` and `.deleted_v1`. */
export interface ReactionEvent {
  readonly message_id: string;
  readonly reaction_type?: { readonly emoji_type?: string };
  readonly operator_type?: string;
  readonly user_id?: WireIds;
}

/** Who came to a chat or left it, and the chat that somebody opened. */
export interface ChatEvent {
  readonly chat_id: string;
  readonly operator_id?: WireIds;
  readonly users?: readonly { readonly name?: string; readonly user_id?: WireIds }[];
}

/** `card.action.trigger`, in its present shape and in the older one, which has everything at the top. */
export interface PressEvent {
  readonly operator?: WireIds & { readonly name?: string };
  readonly open_id?: string;
  /** Another one for each press: it lets an answer to it be shown later. */
  readonly token?: string;
  readonly action?: { readonly value?: unknown; readonly tag?: string };
  readonly context?: { readonly open_message_id?: string; readonly open_chat_id?: string };
  readonly open_message_id?: string;
  readonly open_chat_id?: string;
}

/** A message as `GET /im/v1/messages/:id` has it. */
export interface FetchedMessage {
  readonly message_id?: string;
  readonly root_id?: string;
  readonly parent_id?: string;
  readonly thread_id?: string;
  readonly upper_message_id?: string;
  readonly msg_type?: string;
  readonly create_time?: string;
  readonly deleted?: boolean;
  readonly chat_id?: string;
  /** A person by `open_id`, a bot by `app_id`. */
  readonly sender?: { readonly id?: string; readonly id_type?: string; readonly sender_type?: string };
  readonly body?: { readonly content?: string };
  readonly mentions?: readonly WireMention[];
}

/** One event, out of its envelope. */
export interface Told {
  /** The same each time the platform tells of it; but a message may come under several: it has its own id. */
  readonly id: string;
  readonly type: string;
  /** The app that it is for, where it says so. */
  readonly app?: string;
  readonly event: unknown;
}

/** Takes an event out of its envelope; undefined for what is none. */
export function openEnvelope(body: unknown): Told | undefined {
  const envelope = asRecord(body);
  if (!envelope) return undefined;
  const header = asRecord(envelope["header"]);
  if (header) {
    const { event_id: id, event_type: type, app_id: app } = header;
    if (typeof id !== "string" || typeof type !== "string") return undefined;
    return {
      id,
      type,
      ...(typeof app === "string" ? { app } : {}),
      event: envelope["event"],
    };
  }
  // A pressed button in the older shape has no envelope; its token is another one for each press.
  const { action, token } = envelope;
  if (asRecord(action) === undefined || typeof token !== "string") return undefined;
  return { id: token, type: "card.action.trigger", event: envelope };
}

/** An object as one that may hold anything; undefined for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}
