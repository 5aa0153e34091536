import type { Api } from "grammy";
import { buttonIdOf } from "../../../button-ids.ts";
import { ChannelMemory } from "../../../channel-memory.ts";
import type {
  Address,
  ChannelCapabilities,
  ChannelHost,
  ChannelStream,
  EditOptions,
  MediaItem,
  MenuCommand,
  MessageRef,
  OutboundMessage,
  Pace,
  SendOptions,
  StreamOptions,
} from "../../../types.ts";
import { Uploads } from "../../../uploads.ts";
import { albumsOf } from "./albums.ts";
import { messageNumber, MessageNames } from "../message-names.ts";
import { Calls, type OnMoved } from "./calls.ts";
import { CommandMenu } from "./command-menu.ts";
import { TEXT_LIMIT } from "./content.ts";
import { Drafts } from "./draft-stream.ts";
import { isKind } from "./errors.ts";
import { fileKindOf, takesCaption } from "./file-kind.ts";
import type { Formatter } from "./formatter.ts";
import { Media } from "./media.ts";
import { isPrivate, typingThreadOf } from "./place.ts";
import { reactionFor } from "./reactions.ts";
import { Rendering } from "./rendering.ts";
import { Text } from "./text.ts";

/** How the configuration wants messages to look. */
export interface OutgoingStyle {
  readonly format: "html" | "rich";
  readonly linkPreview: boolean;
  /** Every message comes without a sound. */
  readonly silent: boolean;
}

export interface OutgoingOptions {
  readonly api: Api;
  readonly style: OutgoingStyle;
  readonly formatter: Formatter;
  /** The Bot API server is one of our own: files may be bigger there. */
  readonly isOwnServer: boolean;
  /** Told once for each group that turns out to have become a supergroup. */
  readonly onMoved: OnMoved;
  /** What messages are called; their bare numbers when absent. */
  readonly names?: MessageNames;
}

const CAPTION_LIMIT = 1024;
/** Short bursts are taken: a chat that was answered a moment ago sees the next answer begin at once. */
const PRIVATE_PACE: Pace = { perChatMs: 1000, perPreviewMs: 1100, burst: 3 };
/** Telegram takes 20 messages a minute in a group. */
const GROUP_PACE: Pace = { perChatMs: 3000, perPreviewMs: 3100, burst: 3 };

/** Everything that goes out to Telegram for one bot. Rejects with `ChannelError` only. */
export class TelegramOutgoing {
  readonly capabilities: ChannelCapabilities;
  readonly #calls: Calls;
  readonly #memory = new ChannelMemory();
  readonly #menu: CommandMenu;
  readonly #text: Text;
  readonly #media: Media;
  readonly #drafts: Drafts;

  constructor(options: OutgoingOptions) {
    const { api, style, formatter, isOwnServer, onMoved, names = new MessageNames() } = options;
    const calls = new Calls(api, onMoved, names);
    const rendering = new Rendering(formatter, style.format);
    const { linkPreview, silent: isSilent } = style;
    this.#calls = calls;
    this.#menu = new CommandMenu(calls);
    this.#text = new Text({ calls, rendering, memory: this.#memory, linkPreview, isSilent });
    this.#media = new Media({ calls, rendering, uploads: new Uploads(this.#memory), isSilent, isOwnServer });
    this.#drafts = new Drafts({ calls, rendering, text: this.#text });
    this.capabilities = capabilitiesOf(rendering, formatter);
  }

  /** What is worth keeping is kept in the gateway's store from now on. */
  attach({ state, log }: Pick<ChannelHost, "state" | "log">): void {
    this.#memory.attach(state, log);
  }

  async send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    if (message.kind === "text") return this.#text.send(to, message, options);
    return message.kind === "media"
      ? this.#media.send(to, message, options)
      : this.#media.sendAlbum(to, message, options);
  }

  async edit(ref: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    await this.#text.edit(ref, markdown, options);
  }

  /** A message that is gone already counts as removed. */
  async remove({ address, id }: MessageRef): Promise<void> {
    try {
      await this.#calls.at(address.chat, "deleteMessage", (raw, chat_id) =>
        raw.deleteMessage({ chat_id, message_id: messageNumber(id) }),
      );
    } catch (error) {
      if (!isKind(error, "message-gone")) throw error;
    }
  }

  /** Telegram knows a few reactions only: the nearest of them. An empty `emoji` takes ours away. */
  async react({ address, id }: MessageRef, emoji: string): Promise<void> {
    await this.#calls.at(address.chat, "setMessageReaction", (raw, chat_id) =>
      raw.setMessageReaction({
        chat_id,
        message_id: messageNumber(id),
        reaction: emoji.trim() === "" ? [] : [{ type: "emoji", emoji: reactionFor(emoji) }],
      }),
    );
  }

  /** Nobody's telephone rings for it. */
  async pin({ address, id }: MessageRef): Promise<void> {
    await this.#calls.at(address.chat, "pinChatMessage", (raw, chat_id) =>
      raw.pinChatMessage({ chat_id, message_id: messageNumber(id), disable_notification: true }),
    );
  }

  async typing(to: Address): Promise<void> {
    await this.#calls.at(to.chat, "sendChatAction", (raw, chat_id) =>
      raw.sendChatAction({ chat_id, ...typingThreadOf(to), action: "typing" }),
    );
  }

  async openStream(to: Address, options: StreamOptions): Promise<ChannelStream | undefined> {
    return this.#drafts.open(to, options);
  }

  /** Without `isShown` they only work, under whatever name Telegram has for them. */
  async setCommands(commands: readonly MenuCommand[], isShown = true): Promise<void> {
    if (isShown) await this.#menu.show(commands);
    else this.#menu.learn(commands);
  }

  /** The gateway's own name of a command that somebody picked from Telegram's menu. */
  commandNameOf(typed: string): string {
    return this.#menu.nameOf(typed);
  }

  /** The gateway's own id of a pressed button; undefined for one that is long forgotten. */
  buttonIdOf(callbackData: string): Promise<string | undefined> {
    return buttonIdOf(callbackData, this.#memory);
  }

  /** The chat has this id from now on. */
  noteMove(from: string, to: string): void {
    this.#calls.noteMove(from, to);
  }
}

function capabilitiesOf(rendering: Rendering, formatter: Formatter): ChannelCapabilities {
  const holdsCaption = (item: MediaItem) =>
    item.caption === undefined ||
    (takesCaption(fileKindOf(item)) && formatter.lengthOf(item.caption) <= CAPTION_LIMIT);
  return {
    text: { limit: TEXT_LIMIT, length: (markdown) => rendering.lengthOf(markdown) },
    files: { holdsCaption, albumsOf },
    pace: (to) => (isPrivate(to) ? PRIVATE_PACE : GROUP_PACE),
    nonceWindowMs: 0,
    typingLastsMs: 5000,
    buttons: true,
  };
}
