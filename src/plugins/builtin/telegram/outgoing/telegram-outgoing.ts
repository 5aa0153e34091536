import type { Api } from "grammy";
import type {
  Address,
  ChannelCapabilities,
  ChannelHost,
  EditOptions,
  MessageRef,
  OutboundMessage,
  Pace,
  SendOptions,
} from "../../../types.ts";
import { Calls, type OnMoved } from "./calls.ts";
import { TelegramError } from "./errors.ts";
import type { Formatter } from "./formatter.ts";
import { buttonIdOf } from "./keyboard.ts";
import { Memory } from "./memory.ts";
import { isPrivate } from "./place.ts";
import { Text, type TextStyle } from "./text.ts";

export interface OutgoingOptions {
  readonly api: Api;
  readonly style: TextStyle;
  readonly formatter: Formatter;
  /** The Bot API server is one of our own: files may be bigger there. */
  readonly isOwnServer: boolean;
  /** Told once for each group that turns out to have become a supergroup. */
  readonly onMoved: OnMoved;
}

const TEXT_LIMIT = 4096;
const PRIVATE_PACE: Pace = { perChatMs: 1000, perPreviewMs: 1100, burst: 2 };
const GROUP_PACE: Pace = { perChatMs: 3000, perPreviewMs: 3100, burst: 2 };

/** Everything that goes out to Telegram for one bot. Rejects with `ChannelError` only. */
export class TelegramOutgoing {
  readonly capabilities: ChannelCapabilities;
  readonly #calls: Calls;
  readonly #memory = new Memory();
  readonly #text: Text;

  constructor({ api, style, formatter, onMoved }: OutgoingOptions) {
    this.#calls = new Calls(api, onMoved);
    this.#text = new Text({ calls: this.#calls, style, formatter, memory: this.#memory });
    this.capabilities = capabilitiesOf(formatter);
  }

  /** What is worth keeping is kept in the gateway's store from now on. */
  attach({ state, log }: Pick<ChannelHost, "state" | "log">): void {
    this.#memory.attach(state, log);
  }

  async send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    if (message.kind === "text") return this.#text.send(to, message, options);
    throw new TelegramError("fault", "forbidden", "Files cannot be sent yet.");
  }

  async edit(ref: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    return this.#text.edit(ref, markdown, options);
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

function capabilitiesOf(formatter: Formatter): ChannelCapabilities {
  return {
    text: { limit: TEXT_LIMIT, length: (markdown) => formatter.lengthOf(markdown) },
    pace: (to) => (isPrivate(to) ? PRIVATE_PACE : GROUP_PACE),
    nonceWindowMs: 0,
    typingLastsMs: 5000,
    buttons: true,
  };
}
