import { buttonIdOf } from "../../../button-ids.ts";
import { ChannelMemory } from "../../../channel-memory.ts";
import type {
  Address,
  ChannelCapabilities,
  ChannelHost,
  EditOptions,
  MenuCommand,
  MessageRef,
  OutboundMessage,
  Pace,
  SendOptions,
} from "../../../types.ts";
import { type Formatter, formatterFor, MESSAGE_LIMIT } from "../format/format.ts";
import { albumsOf } from "./albums.ts";
import type { Rest } from "./api.ts";
import { Calls } from "./calls.ts";
import { CommandMenu } from "./command-menu.ts";
import { isKind } from "./errors.ts";
import { Marks } from "./marks.ts";
import { Media } from "./media.ts";
import { messagePath } from "./place.ts";
import { Text } from "./text.ts";
import { openThread, type ThreadWish } from "./threads.ts";
import type { OutgoingStyle } from "./wishes.ts";

export interface OutgoingOptions {
  readonly rest: Rest;
  readonly style: OutgoingStyle;
  /** How big a file may be where it goes, in bytes; 10 MiB where that is not known. */
  readonly mostBytesAt?: (to: Address) => number | undefined;
}

/** Discord takes five messages, and five edits, in five seconds of a channel; short bursts go at once. */
const PACE: Pace = { perChatMs: 500, perPreviewMs: 1200, burst: 4 };
/** “A few minutes”, says Discord, in which a second message with the same nonce is the first. */
const NONCE_WINDOW_MS = 120_000;
const TYPING_LASTS_MS = 10_000;

/** Everything that goes out to Discord for one bot. Rejects with `ChannelError` only. */
export class DiscordOutgoing {
  readonly capabilities: ChannelCapabilities;
  readonly #rest: Rest;
  readonly #calls: Calls;
  readonly #memory = new ChannelMemory();
  readonly #menu: CommandMenu;
  readonly #text: Text;
  readonly #media: Media;
  readonly #marks: Marks;

  constructor({ rest, style, mostBytesAt }: OutgoingOptions) {
    this.#rest = rest;
    const calls = new Calls(rest, this.#memory);
    const formatter = formatterFor({ hasPreviews: style.linkPreview });
    this.#calls = calls;
    this.#menu = new CommandMenu(calls, this.#memory);
    this.#text = new Text({ calls, formatter, memory: this.#memory, style });
    this.#media = new Media({ calls, formatter, style, mostBytesAt });
    this.#marks = new Marks(calls);
    this.capabilities = capabilitiesOf(formatter);
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
      await this.#calls.at<void>(address, (channel) => ({
        method: "DELETE",
        path: messagePath(channel, id),
      }));
    } catch (error) {
      if (!isKind(error, "message-gone")) throw error;
    }
  }

  /** Any emoji, and those of the server; what Discord does not know becomes the nearest. An empty `emoji` takes ours away. */
  async react(ref: MessageRef, emoji: string): Promise<void> {
    await this.#marks.react(ref, emoji);
  }

  async pin(ref: MessageRef): Promise<void> {
    await this.#marks.pin(ref);
  }

  /** A courtesy: where many are answered at once, the answers go first. */
  async typing(to: Address): Promise<void> {
    if (!this.#rest.hasPlenty) return;
    await this.#calls.at<void>(to, (channel) => ({ method: "POST", path: `/channels/${channel}/typing` }));
  }

  /** Without `isShown` they only work, under whatever name Discord has for them. */
  async setCommands(commands: readonly MenuCommand[], isShown = true): Promise<void> {
    if (isShown) await this.#menu.show(commands);
    else this.#menu.learn(commands);
  }

  /** The gateway's own name of a command that somebody picked. */
  commandNameOf(picked: string): string {
    return this.#menu.nameOf(picked);
  }

  /** The gateway's own id of a pressed button, or of what was chosen from a list; undefined for one that is long forgotten. */
  buttonIdOf(data: string): Promise<string | undefined> {
    return buttonIdOf(data, this.#memory);
  }

  /** The direct chat with a person has this id: nobody needs to ask Discord for it. */
  noteDirect(person: string, channel: string): Promise<void> {
    return this.#calls.noteDirect(person, channel);
  }

  /** Opens a thread from a message and resolves with its id, be it a new one or one that is there already. */
  openThread(wish: ThreadWish, signal?: AbortSignal): Promise<string> {
    return openThread(this.#calls, wish, signal);
  }
}

function capabilitiesOf({ lengthOf }: Formatter): ChannelCapabilities {
  return {
    text: { limit: MESSAGE_LIMIT, length: lengthOf },
    files: {
      holdsCaption: ({ caption }) => caption === undefined || lengthOf(caption) <= MESSAGE_LIMIT,
      albumsOf: (items) => albumsOf(items, { mostText: MESSAGE_LIMIT, length: lengthOf }),
    },
    pace: () => PACE,
    nonceWindowMs: NONCE_WINDOW_MS,
    typingLastsMs: TYPING_LASTS_MS,
    buttons: true,
    previewButtons: true,
  };
}
