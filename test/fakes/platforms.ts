import type {
  Channel,
  ChannelCapabilities,
  ChannelHost,
  ChannelStream,
  EditOptions,
  SendOptions,
} from "../../src/core/channel.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type { Address, MessageRef, OutboundMessage } from "../../src/core/message.ts";

/** A platform that remembers what people see. Subclasses differ only in what they can do. */
export class PlainPlatform implements Channel {
  readonly name: string;
  readonly capabilities: ChannelCapabilities;
  readonly visible = new Map<string, string>();
  readonly calls: { readonly kind: string; readonly text: string; readonly atMs: number }[] = [];
  /** The next calls fail with these, one each. */
  readonly failures: ChannelError[] = [];
  host: ChannelHost | undefined;
  readonly #now: () => number;
  readonly #nonces = new Map<string, { readonly id: string; readonly atMs: number }>();
  #next = 1;

  constructor(name: string, capabilities: ChannelCapabilities, now: () => number = () => 0) {
    this.name = name;
    this.capabilities = capabilities;
    this.#now = now;
  }

  async start(host: ChannelHost): Promise<void> {
    this.host = host;
  }

  async stop(): Promise<void> {
    this.host = undefined;
  }

  async send(to: Address, message: OutboundMessage, { nonce }: SendOptions): Promise<MessageRef> {
    const text = message.kind === "text" ? message.markdown : `[${message.kind}]`;
    this.call("send", text);
    const known = this.#nonces.get(nonce);
    if (known && this.#now() - known.atMs < this.capabilities.nonceWindowMs)
      return { address: to, id: known.id };
    const id = `m${this.#next++}`;
    this.#nonces.set(nonce, { id, atMs: this.#now() });
    this.visible.set(id, text);
    return { address: to, id };
  }

  /** What somebody who opens the chat reads, top to bottom. */
  transcript(): string[] {
    return [...this.visible.values()];
  }

  protected call(kind: string, text: string): void {
    this.calls.push({ kind, text, atMs: this.#now() });
    const failure = this.failures.shift();
    if (failure) throw failure;
    const { limit } = this.capabilities.text;
    if (text.length > limit) throw new ChannelError("too-long", `${text.length} > ${limit}`);
  }
}

/** Can edit and remove, like most. */
export class EditingPlatform extends PlainPlatform {
  async edit(ref: MessageRef, markdown: string, _options?: EditOptions): Promise<void> {
    this.call("edit", markdown);
    if (!this.visible.has(ref.id)) throw new ChannelError("not-found", "message to edit not found");
    this.visible.set(ref.id, markdown);
  }

  async remove(ref: MessageRef): Promise<void> {
    this.visible.delete(ref.id);
  }
}

/** Has a native stream that is a real message, edited later: a streaming card. */
export class CardPlatform extends EditingPlatform {
  async openStream(to: Address, options: SendOptions): Promise<ChannelStream> {
    const show = async (stream: { ref: MessageRef | undefined }, markdown: string) => {
      if (!stream.ref) stream.ref = await this.send(to, { kind: "text", markdown }, options);
      else {
        this.call("card", markdown);
        this.visible.set(stream.ref.id, markdown);
      }
    };
    const stream: { ref: MessageRef | undefined } & ChannelStream = {
      ref: undefined,
      show: (markdown) => show(stream, markdown),
      close: async () => {},
    };
    return stream;
  }
}

/** Has a preview that is no message and vanishes: a draft. */
export class DraftPlatform extends PlainPlatform {
  draft: string | undefined;

  async openStream(): Promise<ChannelStream> {
    return {
      ref: undefined,
      show: async (markdown) => {
        this.call("draft", markdown);
        this.draft = markdown;
      },
      close: async () => {
        this.draft = undefined;
      },
    };
  }
}
