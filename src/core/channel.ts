import type { Logger } from "../lib/logger.ts";
import type { ChatSettings } from "./chat-settings.ts";
import type { FetchBytes } from "./fetch.ts";
import type {
  AccountName,
  Address,
  Attachment,
  Button,
  ChannelName,
  InboundEvent,
  InboundMessage,
  MediaItem,
  MessageRef,
  OutboundMessage,
} from "./message.ts";

/**
 * A chat platform. A channel translates, nothing more: platform update → `InboundMessage`,
 * `OutboundMessage` → platform call, platform error → `ChannelError`. It never decides who may
 * talk, what a session is, how fast to edit, where to cut a long text, or whether to retry.
 *
 * Contract:
 * - `start` resolves once messages can arrive. It may be followed by `stop`, then `start` again.
 * - `stop` ends intake: it resolves once no further `host.receive` call will be made. Safe to call twice.
 * - `send`, `edit` and the other calls to the platform work before `start` and after `stop` too.
 * - Every method rejects with `ChannelError` only.
 * - An optional method is present iff the platform can do it. The gateway never asks twice.
 */
export interface Channel {
  readonly name: ChannelName;
  /** Which bot identity this object speaks for; `"default"` if absent. One object per account. */
  readonly account?: AccountName;
  readonly capabilities: ChannelCapabilities;

  start(host: ChannelHost): Promise<void>;
  stop(): Promise<void>;

  send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef>;
  /** Puts another text in its place. Buttons that the message had are gone then, but for those in `options`. */
  edit?(message: MessageRef, markdown: string, options: EditOptions): Promise<void>;
  remove?(message: MessageRef): Promise<void>;
  /** An empty `emoji` takes ours away. */
  react?(message: MessageRef, emoji: string): Promise<void>;
  pin?(message: MessageRef): Promise<void>;
  /** Shows "typing…" for `capabilities.typingLastsMs`. The gateway repeats it. */
  typing?(to: Address): Promise<void>;
  /** A better preview than send-then-edit: a card, a draft. `undefined` where this chat has none. */
  openStream?(to: Address, options: StreamOptions): Promise<ChannelStream | undefined>;
  /** The bytes of a file in a message; rejects with `too-long` for one that is bigger than `maxBytes`. */
  download?(attachment: Attachment, options: DownloadOptions): Promise<Uint8Array>;
  /** How the configuration wants a chat to be treated. Absent: whoever the channel's own door lets in may talk. */
  settings?(to: Address): ChatSettings;
  /** The address behind a chat id that a person wrote: whether it is a DM or a group. */
  addressOf?(chat: string): Address;
  /** Offers the commands in the platform's own menu. */
  setCommands?(commands: readonly MenuCommand[]): Promise<void>;
  /** Asks the platform who we are, such as `@my_bot`. For `pi-gw doctor`; works before `start`. */
  probe?(signal: AbortSignal): Promise<string>;
  /** How the connection is right now; absent where there is none to lose. */
  status?(): ChannelStatus;
  /** What a person should know or mend, for `pi-gw doctor`. */
  findings?(): Promise<readonly Finding[]>;
}

/** What the shared delivery code must know about a platform, as data. */
export interface ChannelCapabilities {
  readonly text: {
    /** Longest text of one message, in the unit of `length`. */
    readonly limit: number;
    /** Length of the rendered text as the platform counts it. Default: UTF-16 units of the Markdown. */
    length?(markdown: string): number;
  };
  /** What a message with files can hold; absent: as many as there are, with captions of any length. */
  readonly files?: FileCapabilities;
  /** How fast one chat may be written to; groups are often slower than DMs. */
  pace(to: Address): Pace;
  /** For how long the platform drops a second `send` with the same `nonce`; 0 if it never does. */
  readonly nonceWindowMs: number;
  /** How long one `typing` call shows. */
  readonly typingLastsMs?: number;
  /** Shows the `buttons` of messages; one that is pressed comes back as a `button` event through `host.report`. */
  readonly buttons?: boolean;
  /** A message can have them while it is edited: what grows has one that stops it. */
  readonly previewButtons?: boolean;
  /**
   * True where people read the turn's own events (see `TurnEvents`) instead of a preview
   * message: the gateway then opens no preview in the chat.
   */
  readonly showsTurnEvents?: boolean;
  /** True where people choose their own ids and nobody vouches for them: such an id joins no sessions. */
  readonly hasSelfNamedPeople?: boolean;
}

export interface FileCapabilities {
  /** Whether the caption of a file fits under it; one that does not follows as a message of its own. */
  holdsCaption(item: MediaItem): boolean;
  /** The same files in the same order, cut into what can be one message each. */
  albumsOf(items: readonly MediaItem[]): readonly (readonly MediaItem[])[];
}

export interface Pace {
  /** Least average time between two calls that write to the chat. */
  readonly perChatMs: number;
  /** Least time between two previews of one reply; never below `perChatMs`. */
  readonly perPreviewMs: number;
  /** How many calls may follow each other at once after a quiet time. Default 2. */
  readonly burst?: number;
}

export interface SendOptions {
  /** Same value on every attempt at the same message. Pass it on where the platform takes one. */
  readonly nonce: string;
  /** What the gateway itself calls the message, for ever; absent for previews. Longer than a `nonce`, and no secret. */
  readonly key?: string;
  /** `plain` after the platform refused our formatting: send the text with no markup at all. */
  readonly style: "rich" | "plain";
  readonly signal: AbortSignal;
}

export interface DownloadOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface EditOptions extends Omit<SendOptions, "nonce" | "key"> {
  /** Rows below the text from now on; none when absent. Only where `capabilities.previewButtons` is true. */
  readonly buttons?: readonly (readonly Button[])[];
}

export interface StreamOptions extends SendOptions {
  readonly mode: StreamingMode;
  /** The platform's id of the message this answers. */
  readonly replyTo?: string;
  /** Rows below the text until the reply is complete. Only where `capabilities.previewButtons` is true. */
  readonly buttons?: readonly (readonly Button[])[];
}

export type StreamingMode = "off" | "partial" | "block" | "draft";

/** A command as a platform's own menu shows it. */
export interface MenuCommand {
  readonly name: string;
  readonly summary: string;
  /** What may stand behind the name, such as `[model]`; absent where nothing may. */
  readonly parameters?: string;
  /** The summary in further languages, by their two letters, for platforms that show people their own. */
  readonly translations?: Readonly<Record<string, string>>;
}

/**
 * A reply while it is being written. `show` replaces what is visible; it is never a delta, so a
 * slow platform only loses frames. The final text does not go through here: it goes through the
 * outbox, as an edit of `ref` where there is one. What `isComplete` stays as it is, without buttons.
 */
export interface ChannelStream {
  /** The message being shown, once the platform has named one that `edit` can address later. */
  readonly ref: MessageRef | undefined;
  /** The last text must be shown again after this long, or the platform takes it away. */
  readonly keepAliveMs?: number | undefined;
  show(markdown: string, isComplete?: boolean): Promise<void>;
  /** Ends the preview. What was last shown stays, if it is a message; a draft vanishes. */
  close(): Promise<void>;
}

export interface ChannelStatus {
  readonly state: "connected" | "connecting" | "stopped" | "failed";
  readonly sinceMs: number;
  readonly lastError?: string;
}

/** One line of `pi-gw doctor`: what was looked at, how it is, and what to do about it. */
export interface Finding {
  readonly level: "ok" | "note" | "warning" | "error";
  readonly subject: string;
  readonly text: string;
  readonly fix?: string;
}

/** What a channel may ask of the gateway. */
export interface ChannelHost {
  /**
   * Hands over a message. Once this resolves to `recorded` or `duplicate` the message is safe on
   * disk: acknowledge it to the platform then, and not before. On `busy`, have the platform
   * deliver it again later (do not advance the offset; answer 503).
   */
  receive(message: InboundMessage): Promise<Receipt>;
  /** Hands over something that is no new message, with the same promise as `receive`. `id` is the dedup key. */
  report(id: string, event: InboundEvent): Promise<Receipt>;
  /** Fetches a file from an address; see `FetchBytes`. */
  readonly fetch: FetchBytes;
  /** The proxy that the environment names for an address; undefined where it is reached directly. */
  readonly proxyFor?: (url: string) => string | undefined;
  readonly log: Logger;
  /** Small durable values, such as a polling offset. */
  readonly state: ChannelState;
  /** A folder for files that came with messages. Made before `start`. */
  readonly mediaDir: string;
  /** Aborted when the gateway stops. */
  readonly signal: AbortSignal;
}

export type Receipt = "recorded" | "duplicate" | "busy";

export interface ChannelState {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}
