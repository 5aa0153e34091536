import type { Address } from "../core/message.ts";
import type { DeliveryKey, InboxId, TurnId } from "../core/store.ts";

/** The forms of delivery keys. Each names one visible effect for ever, so a known one is never posted twice. */

export const replyKey = (turn: TurnId, part: number): DeliveryKey => `${turn}/${part}`;
/** A piece that went out while the answer was being written; `run` is another one each time the turn is tried. */
export const blockKey = (turn: TurnId, run: string, block: number): DeliveryKey =>
  `${turn}/block/${run}/${block}`;
export const withdrawalKey = (turn: TurnId, page: number): DeliveryKey => `${turn}/withdrawal/${page}`;
export const noticeKey = (inbox: InboxId): DeliveryKey => `${inbox}/notice`;
/** The first answer of a command is what its message got instead of a turn; the others are messages of their own. */
export const commandKey = (inbox: InboxId, part: number): DeliveryKey =>
  part === 0 ? noticeKey(inbox) : `${inbox}/said/${part}`;

/** Of what is said about who may talk: to whoever was let in, and to an owner about a stranger and about a group. */
export const approvedKey = (channel: string, account: string, sender: string, atMs: number): DeliveryKey =>
  `access/${channel}/${account}/approved/${sender}/${atMs}`;
export const askedKey = (channel: string, account: string, code: string): DeliveryKey =>
  `access/${channel}/${account}/asked/${code}`;
export const unlistedKey = (channel: string, account: string, group: string): DeliveryKey =>
  `access/${channel}/${account}/unlisted/${group}`;

/** What whoever sent files in a chat is told about them. */
export const filesKey = (turn: TurnId, chat: string): DeliveryKey => `${turn}/files/${chat}`;
/** That nobody can listen to voice messages: once a day in a chat. */
export const voiceKey = (chat: string, day: string): DeliveryKey => `voice/${chat}/${day}`;

export const questionKey = (turn: TurnId, question: string): DeliveryKey => `${turn}/question/${question}`;
/** What stands in the place of a question once it is over. */
export const closedKey = (question: DeliveryKey): DeliveryKey => `${question}/closed`;

const BLOCK = /^[^/]+\/block\//;
const QUESTION = /\/question\/[a-z0-9]+(\/closed)?(\/\d+)?$/;

/** True for a question and for what takes its place: those who watch see them as events of their own. */
export const isQuestionKey = (key: DeliveryKey) => QUESTION.test(key);

/** True for a piece of an answer: whoever watches is told of each, as its message is one of its own. */
export const isBlockKey = (key: DeliveryKey) => BLOCK.test(key);

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

/** All chats of one account. */
export const accountPaceKey = ({ channel, account }: Pick<Address, "channel" | "account">) =>
  `${channel}/${account}`;
