import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import { errandOf } from "../core/errand.ts";
import type { Address } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type { SessionKey } from "../core/session-key.ts";
import { configuredRouter, routeTo } from "../core/session-router.ts";
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

/** What decides where questions go. */
export interface PlaceRules {
  readonly owners: Pick<Owners, "isOwner" | "chats">;
  readonly config: Config;
  readonly channelOf: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
}

/** The chat that the turn answers; for what the gateway itself asks, that of an owner, since nobody else waits. */
export function placeOfTurn(asking: AskingTurn, rules: PlaceRules): QuestionPlace | undefined {
  const { turn } = asking;
  if (errandOf(turn)) return placeForOwner(asking, rules);
  return { to: addressOf(turn), shownIn: turn.session, isForOwner: false, isAnySession: false };
}

/** Where an owner is: in the turn's own chat, else in the first of the owners' chats that can be reached. */
export function placeForOwner(
  { turn, messages }: AskingTurn,
  { owners, config, channelOf }: PlaceRules,
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
