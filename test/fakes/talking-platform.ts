import type {
  ChannelCapabilities,
  ChannelStream,
  SendOptions,
  StreamOptions,
} from "../../src/core/channel.ts";
import type { ChatSettings } from "../../src/core/chat-settings.ts";
import type { Address, MessageRef, OutboundMessage } from "../../src/core/message.ts";
import { EditingPlatform } from "./platforms.ts";

export const DRAFT_LIVES_MS = 30_000;

const CAPABILITIES: ChannelCapabilities = {
  text: { limit: 4096 },
  pace: () => ({ perChatMs: 1000, perPreviewMs: 1000 }),
  nonceWindowMs: 0,
  typingLastsMs: 5000,
};

/** A platform with all that a chat can show of a turn: drafts, typing, reactions, quotes. Settings are the test's. */
export class TalkingPlatform extends EditingPlatform {
  readonly reactions = new Map<string, string>();
  /** What each message quotes. */
  readonly quotes = new Map<string, string>();
  readonly typedAtMs: number[] = [];
  /** Every state of the draft, and when it was shown. */
  readonly drafts: { readonly text: string; readonly atMs: number }[] = [];
  /** Nothing works that is only a courtesy. */
  isUnkind = false;
  readonly #settings: Partial<ChatSettings>;
  readonly #clock: () => number;

  constructor(
    now: () => number,
    settings: Partial<ChatSettings> = {},
    capabilities: Partial<ChannelCapabilities> = {},
  ) {
    super("fake", { ...CAPABILITIES, ...capabilities }, now);
    this.#settings = settings;
    this.#clock = now;
  }

  /** What people see being written right now; a draft fades unless it is shown again. */
  get draft(): string | undefined {
    const last = this.drafts.at(-1);
    return last && this.#clock() - last.atMs < DRAFT_LIVES_MS ? last.text : undefined;
  }

  settings(): ChatSettings {
    return {
      access: { dmPolicy: "open", allowFrom: [] },
      streamingMode: "partial",
      showTools: true,
      showThinking: false,
      replyToMode: "off",
      historyLimit: 0,
      reactionNotifications: "off",
      ...this.#settings,
    };
  }

  override async send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    const ref = await super.send(to, message, options);
    if (message.replyTo !== undefined) this.quotes.set(ref.id, message.replyTo);
    return ref;
  }

  async typing(): Promise<void> {
    this.typedAtMs.push(this.#clock());
    if (this.isUnkind) throw new Error("no typing here");
  }

  async react({ id }: MessageRef, emoji: string): Promise<void> {
    if (this.isUnkind) throw new Error("no reactions here");
    if (emoji === "") this.reactions.delete(id);
    else this.reactions.set(id, emoji);
  }

  async openStream(_to: Address, { mode }: StreamOptions): Promise<ChannelStream | undefined> {
    if (mode !== "draft") return undefined;
    return {
      ref: undefined,
      keepAliveMs: 20_000,
      show: async (text) => {
        this.call("draft", text);
        this.drafts.push({ text, atMs: this.#clock() });
      },
      close: async () => {
        this.drafts.length = 0;
      },
    };
  }
}
