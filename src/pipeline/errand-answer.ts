import type { Channel } from "../core/channel.ts";
import type { Errand } from "../core/errand.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import { routeTo, type SessionRouter } from "../core/session-router.ts";
import { saidAlready } from "../core/said-already.ts";
import { isNothingToSay, NO_REPLY } from "../core/silence.ts";
import type { Delivery, OutboxLedger, PlacedNote, TurnId } from "../core/store.ts";
import { formatTarget } from "../core/target.ts";
import { deliveriesOf } from "../delivery/deliveries-of.ts";
import { nameInMarkdown } from "../lib/shown-name.ts";
import { oneLine } from "./chat-context.ts";
import { checkOutgoing } from "./outgoing.ts";
import type { Speech } from "./sentences.ts";

/** What the agent is asked: what this is, where its answer goes, then the text. */
export function errandPrompt({ about, to, delivery }: Errand, text: string): string {
  const said = to && delivery !== "silent";
  const goes = said
    ? `Your answer is sent to ${formatTarget(to)}; if there is nothing to say, answer exactly ${NO_REPLY}.`
    : "Your answer is kept for whoever asks for it, and sent to nobody.";
  return `[gateway] ${about} ${goes}\n\n${text}`;
}

export interface ErrandAnswerDeps {
  readonly hooks: HookRunner;
  readonly router: SessionRouter;
  readonly outbox: Pick<OutboxLedger, "saidByTools">;
  readonly channelAt: (to: Address) => Channel | undefined;
  readonly sentences: Speech;
}

/** What people get to see of the answer to something that the gateway asked, ready for the step that ends its turn. */
export interface ErrandReply {
  readonly replies: readonly Delivery[];
  readonly notes: readonly PlacedNote[];
}

const NOTHING: ErrandReply = { replies: [], notes: [] };

/**
 * Nothing where nobody is to be told, there is nothing to say, or the chat cannot be reached any more: then it is kept.
 * What the agent has said there itself on the way, word for word, is not said again.
 */
export async function replyToErrand(
  turn: TurnId,
  message: Pick<InboundMessage, "id">,
  errand: Errand,
  answer: string,
  deps: ErrandAnswerDeps,
): Promise<ErrandReply> {
  const { to, delivery } = errand;
  const channel = to && deps.channelAt(to);
  if (!to || !channel || delivery === "silent" || isNothingToSay(answer)) return NOTHING;
  const { session } = routeTo(to, channel, deps.router);
  const isAnnounced = delivery === "announce";
  const { title = errand.name } = errand;
  const markdown = isAnnounced ? `${nameInMarkdown(title, errand.by)}\n\n${answer}` : answer;
  const withheld = deps.sentences().withheld;
  const checked = await checkOutgoing({ kind: "text", markdown }, session, channel, deps.hooks, withheld);
  if (!checked.allowed) return NOTHING;
  const { id } = message;
  const keyOf = (part: number) => (part === 0 ? id : `${id}/${part}`);
  // In its own session the chat's agent has read it already.
  const isNews = isAnnounced && session !== errand.session;
  const said = checked.message.kind === "text" ? checked.message.markdown : answer;
  const isThere = saidAlready(await deps.outbox.saidByTools(turn), to, answer) !== undefined;
  return {
    replies: isThere ? [] : deliveriesOf(checked.message, { to, channel, session, keyOf }),
    notes: isNews
      ? [
          {
            place: to,
            about: id,
            text: oneLine(`You said here, as ${WORDS[errand.by]} "${title}": ${said}`),
          },
        ]
      : [],
  };
}

const WORDS = {
  cron: "the scheduled task",
  webhook: "the webhook",
  heartbeat: "the heartbeat",
  agent: "an answer to",
} as const;
