import type { Config } from "./config-schema.ts";
import type { InboundMessage } from "./message.ts";
import { parseTarget } from "./target.ts";

/**
 * Whether the sender of `message` may do everything. Where the channel's own door asks for a credential, that
 * decides; elsewhere the list `owners` does. An owner who is named without an account is the same person on
 * every account of the channel.
 */
export function isOwner(
  { owners }: Pick<Config, "owners">,
  { address, sender }: Pick<InboundMessage, "address" | "sender">,
): boolean {
  if (sender.isOwner !== undefined) return sender.isOwner;
  return owners.some((owner) => {
    const { channel, account, chat, topic, thread } = parseTarget(owner);
    const isPerson = topic === undefined && thread === undefined;
    const isThere = channel === address.channel && (account === "default" || account === address.account);
    return isPerson && isThere && chat === sender.id;
  });
}
