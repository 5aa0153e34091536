import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { Address } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type { SessionKey } from "../core/session-key.ts";
import { configuredRouter, routeTo } from "../core/session-router.ts";
import type { Turn } from "../core/store.ts";
import type { AskingTurn } from "./open-question.ts";
import { addressOf } from "./turn.ts";

/** Where a question is asked, and who may answer there. */
export interface QuestionPlace {
  readonly to: Address;
  /** The session in whose history it stands. */
  readonly shownIn: SessionKey;
  /** Only an owner may answer. */
  readonly isForOwner: boolean;
  /** A message in that chat answers it whatever session it would go to. */
  readonly isAnySession: boolean;
}

/** The chat that the turn answers. */
export function placeOfTurn(turn: Turn): QuestionPlace {
  return { to: addressOf(turn), shownIn: turn.session, isForOwner: false, isAnySession: false };
}

/** Where an owner is: in the turn's own chat, else in the first of the owners' chats that can be reached. */
export function placeForOwner(
  { turn, messages }: AskingTurn,
  owners: Pick<Owners, "isOwner" | "chats">,
  config: Config,
  channelOf: (to: Pick<Address, "channel" | "account">) => Channel | undefined,
): QuestionPlace | undefined {
  const theirs = messages.findLast((message) => owners.isOwner(message));
  if (theirs) {
    return { to: theirs.address, shownIn: turn.session, isForOwner: true, isAnySession: false };
  }
  const [to] = owners.chats(channelOf);
  const channel = to && channelOf(to);
  if (!to || !channel) return undefined;
  const router = configuredRouter(() => config);
  return { to, shownIn: routeTo(to, channel, router).session, isForOwner: true, isAnySession: true };
}

/** Whether both are in the same chat, in whatever thread of it. */
export function sameChat(one: Address, other: Address): boolean {
  return one.channel === other.channel && one.account === other.account && one.chat === other.chat;
}
