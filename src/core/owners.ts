import type { AccessLedger, AllowEntry } from "./access.ts";
import type { Channel } from "./channel.ts";
import type { Config } from "./config-schema.ts";
import type { Address, InboundMessage } from "./message.ts";
import type { Service } from "../lib/service.ts";
import { addressOf, parseTarget, type Target } from "./target.ts";

type Written = Pick<InboundMessage, "address" | "sender">;
type ChannelOf = (to: Pick<Address, "channel" | "account">) => Channel | undefined;

/**
 * Who owns the gateway: the people in `owners` of the configuration; where it names none, the first one who was
 * ever let in. Whoever has the gateway's own credential is an owner as well.
 */
export class Owners implements Service {
  readonly name = "owners";
  readonly #config: () => Pick<Config, "owners">;
  readonly #access: Pick<AccessLedger, "firstAllowed">;
  #first: AllowEntry | undefined;

  constructor(config: () => Pick<Config, "owners">, access: Pick<AccessLedger, "firstAllowed">) {
    this.#config = config;
    this.#access = access;
  }

  start(): Promise<void> {
    return this.load();
  }

  async stop(): Promise<void> {}

  /** Looks up who was let in first: whenever somebody was let in or taken off. */
  async load(): Promise<void> {
    this.#first = await this.#access.firstAllowed();
  }

  /**
   * Whether the sender of `message` may do everything. Where the channel's own door asks for a credential, that
   * decides; elsewhere who they are does.
   */
  isOwner(message: Written): boolean {
    const { isOwner } = message.sender;
    if (isOwner !== undefined) return isOwner;
    return this.isNamed(message) || isSame(this.#standIn, message);
  }

  /**
   * Whether `owners` names the sender. An owner who is named without an account is the same person on every
   * account of the channel.
   */
  isNamed({ address, sender }: Written): boolean {
    return this.#config().owners.some((owner) => {
      const { channel, account, chat, topic, thread } = parseTarget(owner);
      const isPerson = topic === undefined && thread === undefined;
      const isThere = channel === address.channel && (account === "default" || account === address.account);
      return isPerson && isThere && chat === sender.id;
    });
  }

  /** Whether somebody who was let in is an owner by that alone. */
  isStandIn({ isFirst }: Pick<AllowEntry, "isFirst">): boolean {
    return isFirst && this.#config().owners.length === 0;
  }

  /** The owners' own chats, those that can be reached, in the order of the configuration. */
  chats(channelOf: ChannelOf): readonly Address[] {
    const first = this.#standIn;
    if (first) return channelOf(first) ? [first.address] : [];
    return this.#config().owners.flatMap((owner) => {
      const target = parseTarget(owner);
      const channel = channelOf(target);
      return channel ? [privateChat(target, channel)] : [];
    });
  }

  /** The one who is an owner because nobody is named. */
  get #standIn(): AllowEntry | undefined {
    return this.#config().owners.length === 0 ? this.#first : undefined;
  }
}

function isSame(entry: AllowEntry | undefined, { address, sender }: Written): boolean {
  // Nobody vouches for a name that people choose themselves.
  if (!entry || sender.isSelfNamed) return false;
  const { channel, account, senderId } = entry;
  return channel === address.channel && account === address.account && senderId === sender.id;
}

/** A person's id alone says nothing about the kind of chat. */
function privateChat(target: Target, channel: Channel): Address {
  return addressOf({ scope: "dm", ...target }, channel);
}
