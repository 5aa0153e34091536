import type { Channel } from "../core/channel.ts";
import type { Address } from "../core/message.ts";
import { formatSessionKey, type SessionKey } from "../core/session-key.ts";
import { configuredRouter, routeTo } from "../core/session-router.ts";
import { addressOf, isSameChat, parseTarget } from "../core/target.ts";
import type { ToolContext } from "../core/tool.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

/** A chat that a tool may act in. */
export interface ToolChat {
  readonly address: Address;
  /** The conversation whose history shows what is done there. */
  readonly session: SessionKey;
  readonly channel: Channel;
}

type ChatParts = Pick<ToolParts, "config" | "channel" | "sessions" | "owners">;

/** What a target is, for the descriptions that the model reads. */
export const TARGET_PARAMETER = {
  type: "string",
  minLength: 1,
  description:
    'Another chat than this one: "owner", or a target such as telegram:123456789. Only chats that you already have a conversation in. Leave it out to act in this chat.',
};

/**
 * The chat that `to` names, or that of the turn. A tool reaches the chat of its turn, the owners, and chats in
 * which its agent has a session already; everything else is refused.
 */
export async function chatOf(
  to: string | undefined,
  context: ToolContext,
  parts: ChatParts,
): Promise<ToolChat> {
  if (to === undefined) {
    const { chat, sessionKey, chatSession = sessionKey } = context;
    if (chat.scope === "job") throw new ToolError("Nobody wrote this in a chat: name the chat you mean.");
    return { address: chat, session: chatSession, channel: channelOf(chat, parts) };
  }
  const { address, channel } = to === "owner" ? ownersChat(context, parts) : targetOf(to, parts);
  return { address, session: await sessionIn(address, context, parts), channel };
}

/** The conversation of `address` that the agent may act in. Throws where it may not. */
export async function sessionIn(
  address: Address,
  context: ToolContext,
  parts: ChatParts,
): Promise<SessionKey> {
  if (isSameChat(address, context.chat)) return context.chatSession ?? context.sessionKey;
  const own = formatSessionKey({ agent: context.agent, address });
  if (await parts.sessions.get(own)) return own;
  const known = await parts.sessions.inChat(context.agent, address);
  if (known) return known.key;
  if (parts.owners.chats(parts.channel).some((one) => isSameChat(one, address))) {
    return routeTo(address, channelOf(address, parts), configuredRouter(parts.config), context.agent).session;
  }
  throw new ToolError(
    "You may not act in that chat: only in this one, the owner's, and those that you already have a conversation in.",
  );
}

/** The channel of an address. Throws where it is not there any more. */
export function channelOf(
  { channel: name, account }: Pick<Address, "channel" | "account">,
  { channel }: Pick<ToolParts, "channel">,
): Channel {
  const found = channel({ channel: name, account });
  if (found) return found;
  const place = account === "default" ? "" : ` with the account ${account}`;
  throw new ToolError(`There is no channel ${name}${place}.`);
}

function targetOf(to: string, parts: ChatParts): { address: Address; channel: Channel } {
  const target = parseTarget(to);
  const channel = channelOf(target, parts);
  return { address: addressOf(target, channel), channel };
}

function ownersChat({ chat }: ToolContext, parts: ChatParts): { address: Address; channel: Channel } {
  const all = parts.owners.chats(parts.channel);
  // On the same platform they most likely are right now.
  const address = all.find((one) => one.channel === chat.channel) ?? all[0];
  if (!address)
    throw new ToolError(
      'No owner can be reached: "owners" in the configuration names none, and nobody was paired.',
    );
  return { address, channel: channelOf(address, parts) };
}
