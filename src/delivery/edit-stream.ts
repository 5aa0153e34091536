import type { Channel, ChannelStream, SendOptions } from "../core/channel.ts";
import type { Address, MessageRef } from "../core/message.ts";

type EditingChannel = Channel & Required<Pick<Channel, "edit">>;

export function canEdit(channel: Channel): channel is EditingChannel {
  return channel.edit !== undefined;
}

/** The preview of any channel that can send and edit: one message, sent first and edited after. */
export class EditStream implements ChannelStream {
  ref: MessageRef | undefined;
  readonly #channel: EditingChannel;
  readonly #to: Address;
  readonly #options: SendOptions;

  constructor(channel: EditingChannel, to: Address, options: SendOptions, adopt?: MessageRef) {
    this.#channel = channel;
    this.#to = to;
    this.#options = options;
    this.ref = adopt;
  }

  async show(markdown: string): Promise<void> {
    if (this.ref) await this.#channel.edit(this.ref, markdown, this.#options);
    else this.ref = await this.#channel.send(this.#to, { kind: "text", markdown }, this.#options);
  }

  async close(): Promise<void> {}
}
