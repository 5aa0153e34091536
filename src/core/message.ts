/**
 * The words every part of the gateway speaks. All of it is plain data: a message can be
 * stored, compared, replayed after a crash, and answered days later. No closures, no handles.
 */

import type { Errand } from "./errand.ts";

export type ChannelName = string;
export type AccountName = string;
/** `job` is no chat of a platform: the gateway itself asks for something there, see {@link Errand}. */
export type Scope = "dm" | "group" | "topic" | "channel" | "thread" | "job";

/** Where a conversation takes place. */
export interface Address {
  readonly channel: ChannelName;
  /** Which of our bot identities on that channel; `"default"` when there is only one. */
  readonly account: AccountName;
  readonly scope: Scope;
  /** The platform's own chat id. Only the channel that made it may take it apart. */
  readonly chat: string;
  /** Forum topic or thread inside `chat`. Always there when `scope` is `topic`, perhaps when it is `thread`. */
  readonly thread?: string;
}

/** A message the platform has named. `edit`, `react`, `pin`, and `remove` take one. */
export interface MessageRef {
  readonly address: Address;
  readonly id: string;
}

export interface Sender {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  /** The language that the platform says they use, such as `zh-hans`; the gateway speaks it where it can. */
  readonly language?: string;
  /** The sender chose the id, and nobody vouches for it: it joins no sessions of the same name elsewhere. */
  readonly isSelfNamed?: boolean;
  /**
   * Set where the channel's own door has asked for a credential: true for the gateway's own, false for one
   * that only lets people chat. Absent where the platform says who somebody is; see `isOwner`.
   */
  readonly isOwner?: boolean;
}

/** A file in a message, named but not yet fetched: see {@link Channel.download}. */
export interface Attachment {
  readonly kind: "photo" | "audio" | "video" | "document" | "sticker";
  readonly mimeType: string;
  readonly name?: string;
  readonly sizeBytes?: number;
  /** The platform's handle for the bytes. Only the channel that made it may read it. */
  readonly source: string;
  /** The same for the same bytes, whoever sends them: what was fetched once is not fetched again. */
  readonly cacheKey?: string;
  /** Somebody spoke: the agent is handed what was said. */
  readonly isVoice?: boolean;
}

/** Where a chat belongs, as far as the platform tells: bindings and access by role go by it. */
export interface Within {
  /** The chat that this one is a thread or topic of. */
  readonly parent?: string;
  /** A server or workspace, and the sender's roles in it, by id. */
  readonly guild?: string;
  readonly roles?: readonly string[];
}

/** What somebody said to us, in the gateway's own terms. Made by a channel, changed by hooks. */
export interface InboundMessage {
  /** The platform's message id. With `address` and `agent` it names the message for ever: the dedup key. */
  readonly id: string;
  readonly address: Address;
  readonly sender: Sender;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** True in a DM, and in a group when the bot is mentioned or replied to. */
  readonly isForBot: boolean;
  /** What it answers; `text` is the part that was quoted, where somebody chose one. */
  readonly replyTo?: { readonly id: string; readonly text: string; readonly from?: string };
  /** Who wrote it first, where it was passed on. */
  readonly forwardedFrom?: string;
  /**
   * It is a part of something that the platform delivers in pieces, such as an album or a long paste: all with the
   * same `of` in a chat are one message. Another may come within `waitMs` of this one; 0 if it is the last.
   */
  readonly part?: { readonly of: string; readonly waitMs: number };
  /** Nobody wrote it: a button of the message with this id was pressed. `id` names no message of the platform then. */
  readonly pressedOn?: string;
  readonly sentAtMs: number;
  /** The agent the sender chose, where the channel lets people choose one. */
  readonly agent?: string;
  /** The role that the channel's own configuration gives to this chat. */
  readonly role?: string;
  readonly within?: Within;
  /** Set by the gateway: what happened in the chat since the agent last read in it, oldest first, a line each. */
  readonly context?: readonly string[];
  /**
   * Set by the gateway: the text may be a command of pi's own, which the sender may run. Such a message is a turn of
   * its own, neither merged with others nor steered into a run, since pi knows a command only at the beginning.
   */
  readonly isPiCommand?: boolean;
  /** Set by the gateway, which asks for this itself: nobody wrote it in a chat. A turn of its own, like a command. */
  readonly errand?: Errand;
}

/** What happened in a chat that is no new message. Recorded like messages, so that none is lost. */
export type InboundEvent =
  | {
      readonly kind: "edited";
      readonly message: MessageRef;
      readonly by: Sender;
      readonly text: string;
      readonly atMs: number;
      readonly within?: Within;
    }
  | { readonly kind: "removed"; readonly message: MessageRef }
  | {
      readonly kind: "reaction";
      readonly message: MessageRef;
      readonly by: Sender;
      readonly emoji: string;
      readonly added: boolean;
      readonly within?: Within;
    }
  | {
      readonly kind: "button";
      readonly message: MessageRef;
      readonly by: Sender;
      readonly button: string;
      readonly within?: Within;
    }
  /** `isUs`: the bot itself came or went; `by` is whoever took it in or put it out. */
  | {
      readonly kind: "joined" | "left";
      readonly address: Address;
      readonly by: Sender;
      readonly isUs: boolean;
    }
  | { readonly kind: "migrated"; readonly from: Address; readonly to: Address }
  | { readonly kind: "stop"; readonly address: Address; readonly by: Sender };

/** One choice under a message. `id` comes back in the `button` event. */
export interface Button {
  readonly id: string;
  readonly label: string;
}

/** What we say. Text is always Markdown; rendering it for the platform is the channel's job. */
export type OutboundMessage = TextMessage | MediaMessage | AlbumMessage;

export interface TextMessage extends SendWishes {
  readonly kind: "text";
  readonly markdown: string;
  /** Rows of buttons; ignored where `capabilities.buttons` is false. */
  readonly buttons?: readonly (readonly Button[])[];
}

export interface MediaMessage extends SendWishes {
  readonly kind: "media";
  readonly media: Attachment["kind"];
  readonly path: string;
  /** What people should see the file called; the last part of `path` when absent. */
  readonly name?: string;
  readonly mimeType?: string;
  readonly sizeBytes?: number;
  readonly caption?: string;
  /** It was spoken or filmed on the spot: shown as a voice message or a round video, where the platform has those. */
  readonly isNote?: boolean;
}

export interface AlbumMessage extends SendWishes {
  readonly kind: "album";
  readonly items: readonly MediaItem[];
}

/** A file with its caption, as it stands in an album. */
export type MediaItem = Omit<MediaMessage, "kind" | keyof SendWishes>;

interface SendWishes {
  /** The platform's id of the message this answers. */
  readonly replyTo?: string;
  /** Deliver without a sound, where the platform can. */
  readonly silent?: boolean;
}
