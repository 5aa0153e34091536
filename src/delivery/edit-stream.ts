import type { Channel, ChannelStream, SendOptions } from "../core/channel.ts";
import type { Address, Button, MessageRef } from "../core/message.ts";

type EditingChannel = Channel & Required<Pick<Channel, "edit">>;

export function canEdit(channel: Channel): channel is EditingChannel {
  return channel.edit !== undefined;
}

export interface EditStreamOptions extends SendOptions {
  readonly replyTo?: string;
  readonly buttons?: readonly (readonly Button[])[];
}

/** The preview of any channel that can send and edit: one message, sent first and edited after. */
export class EditStream implements ChannelStream {
  ref: MessageRef | undefined;
  readonly #channel: EditingChannel;
  readonly #to: Address;
  readonly #options: SendOptions;
  readonly #replyTo: { readonly replyTo?: string };
  readonly #buttons: Pick<EditStreamOptions, "buttons">;

  constructor(channel: EditingChannel, to: Address, options: EditStreamOptions, adopt?: MessageRef) {
    const { replyTo, buttons, ...send } = options;
    this.#channel = channel;
    this.#to = to;
    this.#options = send;
    this.#replyTo = replyTo === undefined ? {} : { replyTo };
    this.#buttons = buttons === undefined ? {} : { buttons };
    this.ref = adopt;
  }

  async show(markdown: string, isComplete = false): Promise<void> {
    const buttons = isComplete ? {} : this.#buttons;
    if (this.ref) {
      await this.#channel.edit(this.ref, markdown, { ...this.#options, ...buttons });
      return;
    }
    const message = { kind: "text", markdown, ...this.#replyTo, ...buttons } as const;
    this.ref = await this.#channel.send(this.#to, message, this.#options);
  }

  async close(): Promise<void> {}
}
