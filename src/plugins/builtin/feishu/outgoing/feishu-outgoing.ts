import { type Clock, systemClock } from "../../../../lib/clock.ts";
import { buttonIdOf } from "../../../button-ids.ts";
import { ChannelMemory } from "../../../channel-memory.ts";
import type {
  Address,
  ChannelCapabilities,
  ChannelHost,
  ChannelStream,
  EditOptions,
  MessageRef,
  OutboundMessage,
  Pace,
  SendOptions,
  StreamOptions,
} from "../../../types.ts";
import { Uploads } from "../../../uploads.ts";
import { lengthOf } from "../format/card-markdown.ts";
import type { FeishuApi } from "./api.ts";
import { Calls } from "./calls.ts";
import { CardEntity } from "./card-entity.ts";
import { CardStreams } from "./card-stream.ts";
import { isKind } from "./errors.ts";
import { albumsOf, holdsCaption } from "./file-kind.ts";
import { Media } from "./media.ts";
import { messagePath, NONCE_WINDOW_MS, Posts } from "./posts.ts";
import { Reactions } from "./reactions.ts";
import { SentForms } from "./sent-forms.ts";
import { Text } from "./text.ts";

export interface OutgoingOptions {
  readonly api: FeishuApi;
  /** The computer's own when absent. */
  readonly clock?: Clock;
}

/** A request with a card may have 30 KB; what stands around the text takes the rest. */
const TEXT_BYTES = 28_000;
/** Feishu takes 5 messages in any second of a chat, and as many changes of one message; a card that grows, twice as many. */
const PACE: Pace = { perChatMs: 300, perPreviewMs: 300, burst: 2 };

/** Everything that goes out to Feishu or Lark for one app. Rejects with `ChannelError` only. */
export class FeishuOutgoing {
  readonly capabilities: ChannelCapabilities;
  readonly #memory = new ChannelMemory();
  readonly #calls: Calls;
  readonly #text: Text;
  readonly #media: Media;
  readonly #streams: CardStreams;
  readonly #reactions: Reactions;

  constructor({ api, clock = systemClock }: OutgoingOptions) {
    const memory = this.#memory;
    const calls = new Calls(api);
    const posts = new Posts(calls, memory);
    const forms = new SentForms(memory, (facts) => new CardEntity(facts, calls, clock));
    this.#calls = calls;
    this.#text = new Text({ calls, posts, forms, memory, clock });
    this.#media = new Media({ calls, posts, forms, uploads: new Uploads(memory), text: this.#text });
    this.#streams = new CardStreams({ calls, posts, forms, text: this.#text, memory, clock });
    this.#reactions = new Reactions(calls, api.appId);
    this.capabilities = {
      text: { limit: TEXT_BYTES, length: lengthOf },
      files: { holdsCaption, albumsOf },
      pace: () => PACE,
      nonceWindowMs: NONCE_WINDOW_MS,
      buttons: true,
      previewButtons: true,
    };
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
  async remove({ id }: MessageRef): Promise<void> {
    try {
      await this.#calls.make({ method: "DELETE", path: messagePath(id) });
    } catch (error) {
      if (!isKind(error, "message-gone")) throw error;
    }
  }

  /** Feishu has reactions of its own: the nearest of them. An empty `emoji` takes ours away. */
  async react({ id }: MessageRef, emoji: string): Promise<void> {
    await this.#reactions.set(id, emoji);
  }

  async pin({ id }: MessageRef): Promise<void> {
    await this.#calls.make({ method: "POST", path: "/open-apis/im/v1/pins", body: { message_id: id } });
  }

  async openStream(to: Address, options: StreamOptions): Promise<ChannelStream | undefined> {
    return this.#streams.open(to, options);
  }

  /** The gateway's own id of a pressed button, by what `buttonDataIn` finds; undefined for one that is long forgotten. */
  buttonIdOf(data: string): Promise<string | undefined> {
    return buttonIdOf(data, this.#memory);
  }
}
