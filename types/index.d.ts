/** What a plugin may import from "pi-gateway". Made by scripts/write-plugin-types.ts. */

/** The channel of the gateway's own page: a channel like the others, whose platform is our own socket. */
export interface BrowserChannel {
  readonly name: ChannelName;
  /**
   * Takes what somebody typed. Resolves after the durable write; the same `idempotencyKey` gives
   * the same answer and no second message. Rejects with `RequestError` on bad input, and with code
   * `BUSY` when the gateway can take no more.
   */
  accept(request: BrowserMessage): Promise<{
    readonly messageId: string;
    readonly sessionKey: SessionKey;
  }>;
}

export type ChannelName = string;

export interface BrowserMessage {
  readonly text: string;
  readonly sender: Sender;
  readonly sessionKey: SessionKey;
  readonly idempotencyKey?: string;
  readonly attachments: readonly BrowserAttachment[];
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

/**
 * Names a conversation: `agent:{agentId}:{channel}[:{account}]:{scope}:{id}[:{thread}]`, or, where private
 * chats share one, `agent:{agentId}:main` and `agent:{agentId}:dm:{person}`. What the gateway itself asks for has
 * places of its own, such as `agent:main:cron:job:daily-report`. Made and read only in this file.
 */
export type SessionKey = string & {
  readonly [sessionKey]: true;
};

declare const sessionKey: unique symbol;

export interface BrowserAttachment {
  readonly name: string;
  readonly mimeType: string;
  readonly base64: string;
}

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

export type AccountName = string;

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

/** A file with its caption, as it stands in an album. */
export type MediaItem = Omit<MediaMessage, "kind" | keyof SendWishes>;

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

interface SendWishes {
  /** The platform's id of the message this answers. */
  readonly replyTo?: string;
  /** Deliver without a sound, where the platform can. */
  readonly silent?: boolean;
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

/** `job` is no chat of a platform: the gateway itself asks for something there, see {@link Errand}. */
export type Scope = "dm" | "group" | "topic" | "channel" | "thread" | "job";

export interface Pace {
  /** Least average time between two calls that write to the chat. */
  readonly perChatMs: number;
  /** Least time between two previews of one reply; never below `perChatMs`. */
  readonly perPreviewMs: number;
  /** How many calls may follow each other at once after a quiet time. Default 2. */
  readonly burst?: number;
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
  readonly replyTo?: {
    readonly id: string;
    readonly text: string;
    readonly from?: string;
  };
  /** Who wrote it first, where it was passed on. */
  readonly forwardedFrom?: string;
  /**
   * It is a part of something that the platform delivers in pieces, such as an album or a long paste: all with the
   * same `of` in a chat are one message. Another may come within `waitMs` of this one; 0 if it is the last.
   */
  readonly part?: {
    readonly of: string;
    readonly waitMs: number;
  };
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

/** Where a chat belongs, as far as the platform tells: bindings and access by role go by it. */
export interface Within {
  /** The chat that this one is a thread or topic of. */
  readonly parent?: string;
  /** A server or workspace, and the sender's roles in it, by id. */
  readonly guild?: string;
  readonly roles?: readonly string[];
}

/**
 * What makes a message one that the gateway itself asks. It takes the path of every message: recorded once, queued in
 * its session, a turn of its own, tried again, alive after a crash. There is no sender to let in or to tell anything,
 * commands are text, and nobody sees it being answered; hooks see it like any other message. What comes of it is
 * what `to` and `delivery` say, and {@link MessageOutcome} for whoever asked.
 */
interface Errand {
  readonly by: ErrandGiver;
  /** What people know it by: a job's id, a webhook's name. With `by` and the message's id it names it for ever. */
  readonly name: string;
  /** Under which its answer is announced; `name` when absent. */
  readonly title?: string;
  /** The session it runs in: one of its own (see {@link errandSession}), or that of a chat. */
  readonly session: SessionKey;
  /** One sentence that tells the agent what this is and why now. It stands before the text in the prompt. */
  readonly about: string;
  /** Runs with an empty transcript. Otherwise the session goes on. */
  readonly isFresh?: boolean;
  /** For a session of its own: what the agent is in it. */
  readonly role?: string;
  /** In place of the session's model, for this turn. */
  readonly model?: string;
  readonly thinkingLevel?: string;
  /** In place of `agent.timeoutMs`. */
  readonly timeoutMs?: number;
  /** The session from which it was asked for, where an agent did. */
  readonly parent?: SessionKey;
  /**
   * What becomes of the answer. `direct`: said in `to` as it is. `announce`: under the errand's name, and known to
   * the session of that chat as a line of context. `silent`: kept for whoever asks for it. An answer with nothing to
   * say (see `isNothingToSay`) is never said.
   */
  readonly delivery: "announce" | "direct" | "silent";
  /** What tells this order from another one that came under the same id. */
  readonly digest?: string;
  /** Where it is said. Without it the answer is kept, like a silent one. */
  readonly to?: Address;
}

/** Who asks an agent for something that nobody wrote in a chat: the clock, the web, its heartbeat, another agent. */
type ErrandGiver = "cron" | "webhook" | "heartbeat" | "agent";

export type Receipt = "recorded" | "duplicate" | "busy";

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
  | {
      readonly kind: "removed";
      readonly message: MessageRef;
    }
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
  | {
      readonly kind: "migrated";
      readonly from: Address;
      readonly to: Address;
    }
  | {
      readonly kind: "stop";
      readonly address: Address;
      readonly by: Sender;
    };

/** A message the platform has named. `edit`, `react`, `pin`, and `remove` take one. */
export interface MessageRef {
  readonly address: Address;
  readonly id: string;
}

/**
 * The gateway's own way to fetch from an address: size and time bounded, and only from addresses that
 * `security.ssrfGuard` lets it reach, at each redirect anew. Rejects with `FetchError`.
 */
export type FetchBytes = (url: string, limits: FetchLimits) => Promise<FetchedBytes>;

export interface FetchLimits {
  /** The body may have so many bytes once it is unpacked; the rest of a bigger one is not read. */
  readonly maxBytes: number;
  /** Default: `media.downloadTimeoutMs`. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Left out where a redirect leads to another server. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What to send, with POST; GET when absent. The answer to it is never a redirect that is followed. */
  readonly post?: FormData | string | Uint8Array<ArrayBuffer>;
  /** The way out, such as `http://127.0.0.1:8080`; the environment's when absent. */
  readonly proxy?: string;
  /** The host stands in the configuration, such as that of a self-hosted server: it may be a local one. */
  readonly isConfigured?: boolean;
}

export interface FetchedBytes {
  readonly bytes: Uint8Array;
  readonly mimeType?: string;
}

/** Structured log sink. Fields first, then a constant sentence: grep finds it, machines count it. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  child(fields: Fields): Logger;
}

type Fields = Readonly<Record<string, unknown>>;

export interface ChannelState {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

/** What we say. Text is always Markdown; rendering it for the platform is the channel's job. */
export type OutboundMessage = TextMessage | MediaMessage | AlbumMessage;

export interface TextMessage extends SendWishes {
  readonly kind: "text";
  readonly markdown: string;
  /** Rows of buttons; ignored where `capabilities.buttons` is false. */
  readonly buttons?: readonly (readonly Button[])[];
}

/** One choice under a message. `id` comes back in the `button` event. */
export interface Button {
  readonly id: string;
  readonly label: string;
}

export interface AlbumMessage extends SendWishes {
  readonly kind: "album";
  readonly items: readonly MediaItem[];
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

export interface DownloadOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** How the configuration wants one chat to be treated. A channel reads it out of its section; others act on it. */
export interface ChatSettings {
  readonly access: AccessRules;
  /** How an answer appears while it is written. */
  readonly streamingMode: StreamingMode;
  /** Whether the preview tells which tools are at work, and shows what the model thinks. */
  readonly showTools: boolean;
  readonly showThinking: boolean;
  /** Which parts of an answer quote the message they answer. */
  readonly replyToMode: "off" | "first" | "all";
  /** So many messages that were not for the bot are kept as context for the next one that is; 0: none. */
  readonly historyLimit: number;
  /** The reaction that says “I have read this”, while a turn is on its way; absent for none. */
  readonly ackReaction?: string;
  /** Which reactions to messages the agent hears of. */
  readonly reactionNotifications: "off" | "own" | "all";
}

/** Who may talk to an agent in one chat. */
export interface AccessRules {
  /** Who may write privately, and what strangers are told. */
  readonly dmPolicy: "pairing" | "allowlist" | "open" | "disabled";
  /** People who may write, by the platform's id; the union of `allowlist` and `allowFrom`. */
  readonly allowFrom: readonly string[];
  /** Set where the chat is no private one. */
  readonly group?: GroupRules;
}

/** The rules of a group, or of one topic or thread in it. */
export interface GroupRules {
  /** Whether the bot listens there at all; `why` tells an owner which key decides that it does not. */
  readonly isOpen: boolean;
  readonly why?: string;
  /** Closed only because nobody has listed the group under this key: an owner is told of it, once. */
  readonly unlistedIn?: string;
  readonly requireMention: boolean;
  /** Who may write there, by id; everybody when absent. */
  readonly allowFrom?: readonly string[];
  /** The same by role in the server; whoever has one of them may write as well. */
  readonly allowRoles?: readonly string[];
}

/** A command as a platform's own menu shows it. */
export interface MenuCommand {
  readonly name: string;
  readonly summary: string;
  /** What may stand behind the name, such as `[model]`; absent where nothing may. */
  readonly parameters?: string;
  /** The summary in further languages, by their two letters, for platforms that show people their own. */
  readonly translations?: Readonly<Record<string, string>>;
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

/** Something people write after a slash. */
export interface Command {
  /** Lower case letters, digits, `_` and `-`; at most 32 of them, as platforms have it. */
  readonly name: string;
  /** What it does, in one line of `/help`. */
  readonly summary: string;
  /** What may stand behind the name, as `/help` shows it: `[model]`. */
  readonly parameters?: string;
  /** Who may use it, of those who may talk at all. Default `anyone`. */
  readonly who?: "anyone" | "owner";
  /** Runs perhaps twice around a crash, so its effect should bear that. */
  run(call: CommandCall): CommandResult | Promise<CommandResult>;
}

export interface CommandCall {
  readonly name: string;
  /** What stands behind the name, trimmed. */
  readonly args: string;
  readonly sessionKey: SessionKey;
  readonly agent: string;
  readonly role?: string;
  readonly channel: ChannelName;
  readonly sender: Sender;
  readonly isOwner: boolean;
  readonly message: InboundMessage;
  /** Answers in the chat. Durable once it resolves; several replies come in order. */
  readonly reply: (markdown: string, options?: ReplyOptions) => Promise<void>;
}

export interface ReplyOptions {
  /**
   * Rows of buttons, where the platform has them. One whose id is a command, such as `/model gpt-4o`, is that
   * command, as if whoever presses it had written it; the id begins with `/` whatever commands begin with here.
   */
  readonly buttons?: readonly (readonly Button[])[];
}

/**
 * `prompt`: the command is done and this text goes on as a message, as in `/new How are you?`. With `isPiCommand`
 * it may be one of pi's own commands, such as `/skill:weather Lima`, where `commands.allow` lets it.
 */
export type CommandResult = void | {
  readonly prompt: string;
  readonly isPiCommand?: boolean;
};

/** A command as people are shown it. */
export interface ListedCommand {
  /** Without the prefix. */
  readonly name: string;
  readonly summary: string;
  readonly parameters?: string;
  readonly from: "gateway" | "plugin" | PiCommand["kind"];
}

/** Something of pi's own that people can write behind a slash. */
interface PiCommand {
  /** As it stands behind the slash: `review`, `skill:weather`. */
  readonly name: string;
  readonly summary?: string;
  readonly kind: "skill" | "template" | "extension";
}

/** Where admission takes what may be a command. */
export interface CommandDesk {
  /**
   * Runs the command in `message`, or says that it is not for its sender; undefined if it is none. Rejects only
   * when the store cannot write: the admission is then made again.
   */
  take(id: InboxId, message: InboundMessage, route: Route): Promise<CommandFate | undefined>;
}

type InboxId = string;

interface Route {
  readonly session: SessionKey;
  readonly agent: string;
  readonly role?: string;
  /** What decided, one step a line, for `pi-gw route explain`. */
  readonly why?: readonly string[];
  /** Breaks ties when processes are scarce: higher goes first. */
  readonly priority: number;
}

export type CommandFate =
  /**
   * Over; `said` is what the person was told first, and `key` the delivery that carries it. Without either nothing
   * was said; with a `key` alone it was said before a crash.
   */
  | {
      readonly kind: "done";
      readonly said?: string;
      readonly key?: string;
    }
  /** Goes on to the queue in this form. */
  | {
      readonly kind: "prompt";
      readonly message: InboundMessage;
    };

/**
 * Every hook: what it is given, and what it may answer.
 *
 * - A field without `readonly` may be assigned: later hooks and the gateway see the new value.
 * - `Block` in `returns` means the hook can stop what was about to happen. The first block wins.
 * - A hook that throws or takes too long is logged, has changed nothing and is skipped, except where it is a guard
 *   (`before_tool_call`, `message_sending`): there, failing means blocking.
 */
export interface HookMap {
  gateway_start: Observe<{
    config: Config;
  }>;
  gateway_stop: Observe<Record<never, never>>;
  message_received: Gate<{
    readonly sessionKey: SessionKey;
    message: InboundMessage;
    readonly channel: ChannelName;
    agent?: string;
  }>;
  message_sending: Gate<
    {
      readonly sessionKey: SessionKey;
      message: OutboundMessage;
      readonly channel: ChannelName;
    },
    /** `content` takes the place of the text, or of the caption of a file. */
    {
      readonly content?: string;
      readonly cancel?: boolean;
    }
  >;
  message_sent: Observe<{
    sessionKey: SessionKey;
    message: OutboundMessage;
    channel: ChannelName;
  }>;
  /** Not one of the guide's: somebody spoke. The first handler that returns a text is the last that is asked. */
  transcribe_audio: Transform<
    {
      readonly sessionKey: SessionKey;
      readonly message: InboundMessage;
      /** The recording, for as long as the handler runs. */
      readonly path: string;
      readonly mimeType: string;
      readonly fileName: string;
      /** What `audio.transcription.language` says. */
      readonly language?: string;
      /** What was said. */
      text?: string;
    },
    {
      readonly text?: string;
    }
  >;
  session_start: Observe<{
    sessionKey: SessionKey;
  }>;
  session_end: Observe<{
    sessionKey: SessionKey;
  }>;
  before_agent_start: Gate<
    {
      readonly sessionKey: SessionKey;
      /** What pi is asked. */
      message: string;
      readonly config: Config;
      /** Stands before `message` in the prompt. What several hooks return is put one after the other. */
      prependContext?: string;
      /** Added to pi's own system prompt, for this run. */
      systemPrompt?: string;
    },
    {
      readonly prependContext?: string;
      readonly systemPrompt?: string;
    }
  >;
  agent_end: Observe<{
    sessionKey: SessionKey;
    messages: readonly AgentMessage[];
    usage: Usage;
  }>;
  before_tool_call: Gate<
    {
      readonly sessionKey: SessionKey;
      readonly tool: string;
      params: Record<string, unknown>;
    },
    /**
     * `params` are merged over the ones of the call. `requireApproval`: unless somebody blocks it, an owner is asked
     * once, after all hooks, for as long as it takes; no answer is a no. What they are asked about stays as it is.
     */
    {
      readonly params?: Readonly<Record<string, unknown>>;
      readonly requireApproval?: Approval;
    }
  >;
  after_tool_call: Transform<
    {
      readonly sessionKey: SessionKey;
      readonly tool: string;
      readonly params: Readonly<Record<string, unknown>>;
      result: ToolOutput;
    },
    {
      readonly result?: ToolOutputChange;
    }
  >;
  tool_result_persist: Transform<
    {
      readonly sessionKey: SessionKey;
      readonly tool: string;
      result: ToolOutput;
    },
    {
      readonly result?: ToolOutputChange;
      readonly message?: ToolOutputChange;
    }
  >;
  before_compaction: Gate<
    {
      readonly sessionKey: SessionKey;
    },
    {
      readonly cancel?: boolean;
    }
  >;
  after_compaction: Observe<{
    sessionKey: SessionKey;
  }>;
}

interface Observe<Context> {
  readonly kind: "observe";
  readonly context: Readonly<Context>;
  readonly returns: void;
}

/** The configuration in force, complete. */
export interface Config {
  readonly $schema: string | undefined;
  readonly agent: {
    budget: {
      perAgent: Record<string, { dailyUsd?: number | undefined; monthlyUsd?: number | undefined }>;
      perChannel: Record<string, { dailyUsd?: number | undefined; monthlyUsd?: number | undefined }>;
      perSender: Record<string, { dailyUsd?: number | undefined; monthlyUsd?: number | undefined }>;
      dailyUsd?: number | undefined;
      monthlyUsd?: number | undefined;
    };
    piCliPath: string;
    runtime: { agentDir?: string | undefined; packageDir?: string | undefined };
    skillsBase: string[];
    skillsGateway: string[];
    extensions: string[];
    promptTemplates: string[];
    pool: {
      min: number;
      max: number | "auto";
      idleTimeoutMs: number;
      graceMs: number;
      maxMemoryMb: number;
      maxTurns: number;
      maxAgeMs: number;
    };
    timeoutMs: number;
    questionTimeoutMs: number;
    model?: string | undefined;
    modelFailover?:
      | {
          fallbacks: string[];
          maxRetries: number;
          cooldownMs: number;
          silenceMs: number;
          leavesPinned: boolean;
          primary?: string | undefined;
        }
      | undefined;
    thinkingLevel?: "off" | "max" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
    appendSystemPrompt?: string | undefined;
    workspace?: string | undefined;
    heartbeat?:
      | {
          enabled: boolean;
          every: string;
          prompt: string;
          session: "own" | "chat";
          dailyTokens: number;
          activeHours?: { start: string; end: string; timezone?: string | undefined } | undefined;
          to?: string | undefined;
          model?: string | undefined;
          dailyUsd?: number | undefined;
        }
      | undefined;
    promptCache?: "long" | "short" | undefined;
  };
  readonly agents: {
    delegation: {
      enabled: boolean;
      maxDepth: number;
      perSession: number;
      maxWaiting: number;
      timeoutSeconds: number;
      allow: Record<string, string[]>;
    };
    messaging: { allow: string[] };
    list: {
      id: string;
      default: boolean;
      skills: string[];
      extensions: string[];
      promptTemplates: string[];
      name?: string | undefined;
      workspace?: string | undefined;
      model?: string | undefined;
      thinkingLevel?: "off" | "max" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
      role?: string | undefined;
      appendSystemPrompt?: string | undefined;
      heartbeat?:
        | {
            enabled: boolean;
            every: string;
            prompt: string;
            session: "own" | "chat";
            dailyTokens: number;
            activeHours?: { start: string; end: string; timezone?: string | undefined } | undefined;
            to?: string | undefined;
            model?: string | undefined;
            dailyUsd?: number | undefined;
          }
        | undefined;
    }[];
    bindings: {
      agent: string;
      match: {
        account: string | undefined;
        guild: string | undefined;
        roles: string[];
        channel?: string | undefined;
        peer?: { kind: "dm" | "group" | "topic" | "channel" | "thread"; id: string } | undefined;
        parentPeer?: { kind: "dm" | "group" | "topic" | "channel" | "thread"; id: string } | undefined;
      };
      role?: string | undefined;
    }[];
    default?: string | undefined;
  };
  readonly audio: {
    transcription?:
      | {
          enabled: boolean;
          baseUrl: string;
          model: string;
          timeoutMs: number;
          apiKey?: string | undefined;
          language?: string | undefined;
        }
      | undefined;
  };
  readonly channels: { readonly [x: string]: unknown };
  readonly commands: {
    prefix: string;
    disabled: string[];
    ownerOnly: string[];
    allow?: "all" | string[] | "none" | undefined;
  };
  readonly cron: {
    enabled: boolean;
    jitterMs: number;
    jobs: {
      kind: "agent" | "message";
      delivery: "announce" | "direct" | "silent";
      resumeContext: boolean;
      catchUp: boolean;
      enabled: boolean;
      schedule:
        | { kind: "cron"; expr: string; timezone?: string | undefined }
        | { kind: "every"; expr: string }
        | { kind: "at"; expr: string; timezone?: string | undefined };
      task: string;
      id: string;
      to?: string | undefined;
      agentId?: string | undefined;
      role?: string | undefined;
      model?: string | undefined;
      timeoutMs?: number | undefined;
      jitterMs?: number | undefined;
    }[];
  };
  readonly delivery: { onDoubt: "drop" | "resend"; maxAttempts: number };
  readonly gateway: {
    port: number;
    bind: "auto" | "loopback" | "lan";
    auth: {
      mode: "off" | "token" | "password";
      allowUnauthenticated: boolean;
      token?: string | undefined;
      password?: string | undefined;
    };
    allowedOrigins: string[];
    allowedHosts: string[];
    stateDir: string;
    graceMs: number;
    restartBy: "owners" | "anyone";
    language: "en" | "zh";
    logLevel: "error" | "debug" | "info" | "warn";
    logFiles: { enabled: boolean; maxMb: number; keep: number };
    publicUrl?: string | undefined;
  };
  readonly hooks: {
    allowedSessions: string[];
    allowedTargets: string[];
    rateLimit: { perMinute: number; burst: number };
    mappings: Record<
      string,
      {
        enabled: boolean;
        action: "agent" | "wake";
        when: Record<string, string | number | boolean | (string | number | boolean)[]>;
        deliver: boolean;
        token?: string | undefined;
        signature?: { scheme: "github" | "stripe"; secret: string; toleranceSeconds: number } | undefined;
        task?: string | undefined;
        message?: string | undefined;
        session?: string | undefined;
        model?: string | undefined;
        thinkingLevel?: "off" | "max" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
        timeoutSeconds?: number | undefined;
        agent?: string | undefined;
        to?: string | undefined;
      }
    >;
    enabled: boolean;
    path: string;
    allowedAgents?: string[] | undefined;
    agent?: string | undefined;
    to?: string | undefined;
    token?: string | undefined;
  };
  readonly media: {
    cache: { maxAgeDays: number; maxMb: number };
    maxDownloadMb: number;
    downloadTimeoutMs: number;
    inboxDays: number;
    folders: string[];
    maxFileMb: number;
  };
  readonly owners: string[];
  readonly plugins: {
    entries: ({ path: string; enabled: boolean } | { path: string; enabled: boolean; options?: unknown })[];
    hookTimeoutMs: number;
  };
  readonly queue: {
    mode: "steer" | "followup" | "collect" | "interrupt";
    byChannel: Record<
      string,
      {
        mode?: "steer" | "followup" | "collect" | "interrupt" | undefined;
        debounceMs?: number | undefined;
        cap?: number | undefined;
        drop?: "summarize" | "old" | "new" | undefined;
      }
    >;
    debounceMs: number;
    maxPerSession: number;
    drop: "summarize" | "old" | "new";
    globalMaxPending: number;
    mergeLimit: number;
    maxAttempts: number;
    stuckMs: number;
  };
  readonly roles: {
    mergeMode: "replace" | "append";
    capabilities: Record<string, { skills: string[]; extensions: string[]; promptTemplates: string[] }>;
  };
  readonly security: {
    ssrfGuard: {
      enabled: boolean;
      blockPrivateIPs: boolean;
      blockLocalhost: boolean;
      allowedHosts: string[];
    };
  };
  readonly session: {
    dmScope: "main" | "per-peer" | "per-channel-peer" | "per-account-channel-peer";
    identityLinks: Record<string, string[]>;
    reset: { mode: "off" | "daily" | "idle"; atHour: number; idleMinutes?: number | undefined };
    resetByType: {
      direct?:
        { mode: "off" | "daily" | "idle"; atHour: number; idleMinutes?: number | undefined } | undefined;
      group?:
        { mode: "off" | "daily" | "idle"; atHour: number; idleMinutes?: number | undefined } | undefined;
      thread?:
        { mode: "off" | "daily" | "idle"; atHour: number; idleMinutes?: number | undefined } | undefined;
    };
    resetByChannel: Record<
      string,
      { mode: "off" | "daily" | "idle"; atHour: number; idleMinutes?: number | undefined }
    >;
  };
  readonly store: { finishedDays: number; historyDays?: number | undefined };
}

interface Gate<Context, Answer = unknown> {
  readonly kind: "gate";
  readonly context: Context;
  readonly returns: Block | (Answer & Verdict) | void;
}

/** Stops what was about to happen; the text says why. */
export interface Block {
  readonly block: string;
  /** Set where nobody decided so: a hook that fails closed did not answer. */
  readonly failed?: boolean;
}

/** The same as {@link Block}, as OpenClaw's plugins say it. `false` is no opinion. */
export interface Verdict {
  readonly block?: boolean;
  readonly blockReason?: string;
}

interface Transform<Context, Answer> {
  readonly kind: "transform";
  readonly context: Context;
  readonly returns: Answer | void;
}

export interface AgentMessage {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
  readonly toolCalls?: readonly {
    readonly tool: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
  readonly stopReason?: string;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

/** Something that may happen only if an owner says yes. */
export interface Approval {
  readonly title: string;
  readonly description?: string;
  /** Refused after this long; `agent.questionTimeoutMs` when omitted. */
  readonly timeoutMs?: number;
}

/** What a tool gave back, as pi has it: images and details survive hooks. */
export interface ToolOutput {
  readonly content: readonly ToolContent[];
  readonly details?: unknown;
  readonly isError: boolean;
}

export type ToolContent =
  | {
      readonly type: "text";
      readonly text: string;
    }
  | {
      readonly type: "image";
      readonly data: string;
      readonly mimeType: string;
    };

/** What is left out stays as it was. */
export interface ToolOutputChange {
  readonly content?: string | readonly ToolContent[];
  readonly details?: unknown;
  readonly isError?: boolean;
}

export type HookName = keyof HookMap;

export type HookContext<N extends HookName> = HookMap[N]["context"];

export type HookHandler<N extends HookName> = (
  context: HookContext<N>,
) => HookMap[N]["returns"] | Promise<HookMap[N]["returns"]>;

/** What the gateway calls. */
export interface HookRunner {
  /** Resolves with the block, if one was returned; `context` holds the changes. Never rejects. */
  run<N extends HookName>(name: N, context: HookContext<N>): Promise<Block | undefined>;
  /** True if anybody listens: a hook nobody registered costs nothing. */
  has(name: HookName): boolean;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Something the model may call. `execute` is only called with arguments that fit `parameters`. What it returns
 * becomes the result: a text, `{ content }` in pi's form, `{ text, isError }`, or anything else as its JSON.
 * What it throws is an error that the model can read.
 */
export interface Tool<Params extends object = Record<string, unknown>> {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonSchema;
  execute(params: Params, context: ToolContext): unknown;
}

/** Who calls a tool, and where. */
export interface ToolContext {
  readonly sessionKey: SessionKey;
  /** pi's id of the call: what the tool sends is keyed by it. */
  readonly callId: string;
  readonly turn: TurnId;
  readonly agent: string;
  /** The chat that the turn answers; of scope `job` where that is none. */
  readonly chat: Address;
  /** The conversation whose history shows what is said in `chat`, where it is another than `sessionKey`. */
  readonly chatSession?: SessionKey;
  /** Aborted when the turn ends, or the person stops it. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

type TurnId = string;

/** What a tool gave back, in one form. */
export interface ToolReply {
  readonly content: readonly ToolContent[];
  readonly details?: unknown;
  readonly isError?: boolean;
}

/** Something pi, or a plugin, wants to know from a person. */
export type Question = {
  readonly title: string;
  readonly message?: string;
  /** Cancelled after this long; without it `agent.questionTimeoutMs` counts from when it is shown. */
  readonly timeoutMs?: number;
} & (
  | {
      readonly kind: "select";
      readonly options: readonly string[];
    }
  | {
      readonly kind: "confirm";
    }
  | ({
      readonly kind: "input";
    } & Text)
  | ({
      readonly kind: "editor";
    } & Text)
);

interface Text {
  readonly placeholder?: string;
  /** What is there already: the answer if it is kept. */
  readonly prefill?: string;
}

/** What was answered: an option, `true` or `false`, or a text. */
export type QuestionAnswer = string | boolean;

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";

/**
 * Answers a request: through `reply`, or with a `Response` of its own. What it throws is a 500 with a
 * reference; throw a `RequestError` to say more.
 */
export type HttpHandler = (request: HttpRequest, reply: HttpReply) => HttpAnswer | Promise<HttpAnswer>;

export interface HttpRequest {
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  readonly path: string;
  /** The `:names` of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The last value of each name behind the `?`. */
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name; also with `get`, `has` and the rest of a web `Headers`. */
  readonly headers: Headers & Readonly<Record<string, string | undefined>>;
  /** The body as its type says: parsed JSON, the fields of a form, a text; undefined without one. */
  readonly body: unknown;
  /** The caller's network address. */
  readonly remote: string;
  bytes(): Uint8Array;
  text(): string;
  /** The body as JSON, whatever its type says. Throws `RequestError` "BAD_REQUEST" if it is none. */
  json(): unknown;
}

/** What the caller gets. `json`, `send` and `end` finish it; what comes after that is ignored. */
export interface HttpReply {
  status(code: number): HttpReply;
  set(name: string, value: string): HttpReply;
  /** The same, for several. */
  set(headers: Readonly<Record<string, string>>): HttpReply;
  json(value: unknown): HttpReply;
  /** A text or bytes as they are; anything else as JSON. */
  send(body?: unknown): HttpReply;
  end(body?: string | Uint8Array): HttpReply;
}

export type HttpAnswer = Response | HttpReply | void;

export interface HttpRouteOptions {
  /** `none`: anybody may call, and the handler knows its callers by itself. Default: the gateway's own credential. */
  readonly auth?: "gateway" | "none";
  /** Default 1 MiB, at most 32. */
  readonly maxBodyBytes?: number;
  /**
   * Further host names under which this one route may be called, such as the one that a platform was told. `*` is any:
   * for a handler that asks every caller for a secret.
   */
  readonly hosts?: readonly string[];
  /** How long the handler may take. Default 30 s, at most 600 s. */
  readonly timeoutMs?: number;
}

/** A way in over HTTP that a plugin has added. */
export interface PluginRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly handler: HttpHandler;
  readonly options: HttpRouteOptions;
}

/** The only error a channel throws. Each channel has one function that makes it: `errors.ts`. */
export declare class ChannelError extends GatewayError {
  readonly code: ChannelErrorCode;
  /** The rate limit is one of the whole account: nothing of it may go meanwhile, whatever the chat. */
  readonly isAccountWide: boolean;
  constructor(code: ChannelErrorCode, message: string, facts?: ChannelErrorFacts);
}

declare abstract class GatewayError extends Error {
  abstract readonly code: string;
  readonly retry: Retry;
  readonly outcome: Outcome;
  /** What to tell the person in the chat, if anything. Never holds secrets or stack traces. */
  readonly userMessage: string | undefined;
  constructor(message: string, facts?: ErrorFacts);
}

/**
 * Two questions decide what happens after a failure, so every error answers them:
 * may we try again, and did it perhaps happen after all?
 */
type Retry =
  | "never"
  | "now"
  | {
      readonly afterMs: number;
    };

type Outcome = "did-not-happen" | "unknown";

interface ErrorFacts {
  readonly retry?: Retry;
  readonly outcome?: Outcome;
  readonly userMessage?: string;
  readonly cause?: unknown;
}

type ChannelErrorCode =
  | "rate-limited"
  | "format-refused"
  | "too-long"
  | "not-found"
  | "forbidden"
  | "unauthorized"
  | "unreachable"
  | "timed-out";

interface ChannelErrorFacts extends ErrorFacts {
  readonly isAccountWide?: boolean;
}

/** A file could not be fetched. */
export declare class FetchError extends GatewayError {
  readonly code: FetchErrorCode;
  constructor(code: FetchErrorCode, message: string, facts?: ErrorFacts);
}

type FetchErrorCode =
  /** The address is none that the gateway may fetch from; the message names the key that decides. */
  | "refused-address"
  | "too-large"
  | "not-found"
  /** The server answered with another failure. */
  | "failed"
  | "unreachable"
  | "timed-out";

/** A name that is registered already. */
export declare class NameTakenError extends GatewayError {
  readonly code = "name-taken";
}

/** What a client of our HTTP and WebSocket doors is told. The message is for a person. */
export declare class RequestError extends GatewayError {
  readonly code: RequestErrorCode;
  constructor(code: RequestErrorCode, message: string, facts?: ErrorFacts);
}

type RequestErrorCode =
  | "BAD_REQUEST"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "UNKNOWN_METHOD"
  | "METHOD_NOT_ALLOWED"
  | "CONFLICT"
  | "TIMED_OUT"
  | "TOO_LARGE"
  | "UNSUPPORTED_MEDIA"
  | "RATE_LIMITED"
  | "BUSY"
  | "UNAVAILABLE"
  | "INTERNAL";

/** Formats a key. The account is left out when it is `default`, as in `agent:main:telegram:dm:42`. */
export declare function formatSessionKey(name: SessionName | SharedName): SessionKey;

interface SessionName {
  readonly agent: string;
  readonly address: Address;
}

/** A conversation that is in no one place: all private chats of an agent (`main`), or those of one person. */
type SharedName =
  | {
      readonly agent: string;
      readonly shared: "main";
    }
  | {
      readonly agent: string;
      readonly shared: "person";
      readonly person: string;
    };

/** Reads a key that names a place back; `undefined` for a shared one, and for a string that is none. */
export declare function parseSessionKey(text: string): SessionName | undefined;

/** What a plugin's file exports by default. */
export type Plugin = (api: GatewayPluginApi) => void | Promise<void>;

/**
 * What a plugin can add. Each call returns a handle that takes the addition back, and all of them are taken back
 * when the plugin is unloaded, so a plugin needs no `unload`. A name already taken throws and says who has it.
 */
export interface GatewayPluginApi {
  /** The plugin's id. */
  readonly name: string;
  readonly config: Config;
  /** This plugin's own section of the configuration, as its schema made it. */
  readonly options: unknown;
  readonly log: Logger;
  /** Small values of this plugin's own that outlive a restart. */
  readonly state: PluginState;
  /** A chat platform. One that cannot start or send yet is listed as incomplete and otherwise left alone. */
  registerChannel(channel: ChannelDraft): Disposable;
  /** Something the model may call. */
  registerTool<Params extends object = Record<string, unknown>>(tool: Tool<Params>): Disposable;
  /** A hook, or one handler for several. */
  registerHook<const Names extends readonly HookName[]>(
    names: Names,
    handler: HookHandler<Names[number]>,
    options?: HookOptions,
  ): Disposable;
  /** Short for a single hook. */
  on<Name extends HookName>(name: Name, handler: HookHandler<Name>, options?: HookOptions): Disposable;
  /**
   * Asks an owner in a chat while the turn in `sessionKey` runs, and resolves with the answer; undefined if there is
   * none: the turn is over, time is up, or no owner can be reached. Does not count for the time limit of a hook.
   * To have a tool call approved, `before_tool_call` returns `{ requireApproval: { title } }` instead.
   */
  askOwner(
    sessionKey: SessionKey,
    question: Question,
    signal?: AbortSignal,
  ): Promise<QuestionAnswer | undefined>;
  /** A way in over HTTP, behind the gateway's own credential unless `options.auth` is `none`. */
  registerHttpRoute(
    method: HttpMethod,
    path: `/${string}`,
    handler: HttpHandler,
    options?: HttpRouteOptions,
  ): Disposable;
  /** A method of the WebSocket, for clients with the gateway's own credential. */
  registerGatewayMethod(name: string, handler: GatewayMethod): Disposable;
  /** Something people write after a slash: `/name`. */
  registerCommand(name: string, handler: CommandHandler, options?: CommandOptions): Disposable;
  /** Something that runs as long as the gateway, or until it is taken back. */
  registerService(service: PluginService): Disposable;
  /** A command of the program itself: `pi-gw name`. */
  registerCli(name: string, handler: CliHandler, options?: CliOptions): Disposable;
}

/** Small values by name. `set` resolves once the value is on the disk. */
export interface PluginState {
  get(key: string): Promise<string | undefined>;
  /** At most 64 KiB. */
  set(key: string, value: string): Promise<void>;
}

/** A channel, perhaps one that is still being written. */
export type ChannelDraft = Pick<Channel, "name"> & Partial<Channel>;

export interface HookOptions {
  /** Plugins run in the order of the configuration; among the handlers of one, the higher goes first. Default 0. */
  readonly priority?: number;
  /** How long this handler may take, at most 600 s. Default: `plugins.hookTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** What it returns, or throws as a `RequestError`, is the answer. */
export type GatewayMethod = (params: Readonly<Record<string, unknown>>) => unknown;

/** Runs a command; what it returns as `prompt` goes on to the agent. */
export type CommandHandler = (context: CommandCall) => CommandResult | Promise<CommandResult>;

/** How `/help` and the platforms' menus show a command, and who may use it. */
export type CommandOptions = Partial<Pick<Command, "summary" | "parameters" | "who">>;

/** Started with the gateway, or at once where that runs already; stopped with it, or when it is taken back. */
export interface PluginService {
  readonly name: string;
  /** Resolves once it works. `signal` aborts when it has to stop. */
  start(signal: AbortSignal): void | Promise<void>;
  stop?(): void | Promise<void>;
}

/** Runs a command of the program; what it returns is the exit code, 0 if nothing. */
export type CliHandler = (context: CliCall) => number | void | Promise<number | void>;

export interface CliCall {
  /** What stands behind the name. */
  readonly args: readonly string[];
  readonly print: (line: string) => void;
}

export interface CliOptions {
  /** What it does, in one line of `pi-gw --help`. */
  readonly summary?: string;
}

/** A registered command of the program. */
export interface CliCommand extends CliOptions {
  readonly name: string;
  readonly run: CliHandler;
}

export {};
