import type { InboundMessage } from "../core/message.ts";
import type { DeliveryKey, InboxEntry } from "../core/store.ts";
import { noticeKey } from "../delivery/keys.ts";
import { joinPieces } from "./join-pieces.ts";

/** The sentence that a message gets instead of a turn: one for all pieces of a message. */
export function noticeKeyOf({ id, message: { address, part } }: InboxEntry): DeliveryKey {
  if (!part) return noticeKey(id);
  const { channel, account, chat, thread } = address;
  return noticeKey(`pieces/${JSON.stringify([channel, account, chat, thread ?? null, part.of])}`);
}

/** The platform's id of the message that an answer quotes. */
export const quotedIn = ({ id, pressedOn }: InboundMessage): string => pressedOn ?? id;

/** The same for the answer to several messages: it is the latest of them, and of one in pieces the first. */
export function answeredIn(messages: readonly InboundMessage[]): string | undefined {
  const latest = joinPieces(messages).at(-1);
  return latest && quotedIn(latest);
}
