import type { Address, InboundMessage } from "../../core/message.ts";

/** Names a message for ever. An absent thread or agent is a value of its own. */
export function nameOf({ address, agent, id }: Pick<InboundMessage, "address" | "agent" | "id">): string {
  const { channel, account, scope, chat, thread } = address;
  return JSON.stringify([channel, account, scope, chat, thread ?? null, agent ?? null, id]);
}

/** One chat, its threads apart. The scope does not count: it says what a chat is, not which. */
export function placeOf({ channel, account, chat, thread }: Address): string {
  return JSON.stringify([channel, account, chat, ...(thread === undefined ? [] : [thread])]);
}

/** Names the message that this one is a piece of. */
export function pieceOf({ address, agent, part }: InboundMessage): string | null {
  return part ? JSON.stringify([placeOf(address), agent ?? null, part.of]) : null;
}
