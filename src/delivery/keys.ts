import type { Address } from "../core/message.ts";
import type { DeliveryKey, InboxId, TurnId } from "../core/store.ts";

/** The forms of delivery keys. Each names one visible effect for ever, so a known one is never posted twice. */

export const replyKey = (turn: TurnId, part: number): DeliveryKey => `${turn}/${part}`;
export const withdrawalKey = (turn: TurnId, page: number): DeliveryKey => `${turn}/withdrawal/${page}`;
export const noticeKey = (inbox: InboxId): DeliveryKey => `${inbox}/notice`;
/** The first answer of a command is what its message got instead of a turn; the others are messages of their own. */
export const commandKey = (inbox: InboxId, part: number): DeliveryKey =>
  part === 0 ? noticeKey(inbox) : `${inbox}/said/${part}`;

export const questionKey = (turn: TurnId, question: string): DeliveryKey => `${turn}/question/${question}`;
/** What stands in the place of a question once it is over. */
export const closedKey = (question: DeliveryKey): DeliveryKey => `${question}/closed`;

const QUESTION = /\/question\/[a-z0-9]+(\/closed)?(\/\d+)?$/;

/** True for a question and for what takes its place: those who watch see them as events of their own. */
export const isQuestionKey = (key: DeliveryKey) => QUESTION.test(key);

/** True for the one sentence that a message got instead of a turn. */
export const isNoticeKey = (key: DeliveryKey) => key.endsWith("/notice");

/** The same for every attempt at an effect, and short enough for Discord (25 characters). */
export function nonceOf(key: string): string {
  return Bun.hash.wyhash(key).toString(36);
}

/** What platforms count rate limits by: one chat of one account, its threads included. */
export function paceKey({ channel, account, chat }: Address): string {
  return `${channel}/${account}/${chat}`;
}
