import type { Channel } from "../core/channel.ts";
import { errandOf } from "../core/errand.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, MessageRef } from "../core/message.ts";
import { stopButtonOf } from "../core/stop-button.ts";
import type { OutboxLedger, Turn } from "../core/store.ts";
import { Activity } from "../delivery/activity.ts";
import { type AnswerView, BlockView, PreviewView, SilentView } from "../delivery/answer-view.ts";
import { BlockReply } from "../delivery/block-reply.ts";
import { deliveriesOf } from "../delivery/deliveries-of.ts";
import { blockKey } from "../delivery/keys.ts";
import { openLiveReply } from "../delivery/open-live-reply.ts";
import type { Pacer } from "../delivery/pacer.ts";
import type { Quote, ReplyStyle } from "../delivery/reply-style.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { Logger } from "../lib/logger.ts";
import { newRef } from "../lib/ref.ts";
import { checkOutgoing } from "./outgoing.ts";
import type { Speech } from "./sentences.ts";

export interface ViewDeps {
  readonly outbox: OutboxLedger;
  readonly hooks: HookRunner;
  readonly pacer: Pacer;
  readonly sentences: Speech;
  /** Whether people have the command that stops a turn. */
  readonly canStop: () => boolean;
  /** Takes secrets out of what people are shown of the agent's work. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is to be seen of a turn in its chat while it runs. */
export interface ViewRequest {
  readonly turn: Turn;
  readonly to: Address;
  readonly channel: Channel;
  readonly style: ReplyStyle;
  readonly quote: () => Quote | undefined;
  readonly onPage: (page: number, ref: MessageRef) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The way in which the answer of a turn appears in its chat, as its settings and the channel allow. */
export async function openView(request: ViewRequest, deps: ViewDeps): Promise<AnswerView> {
  const { turn, to, channel, style, quote, onPage, signal } = request;
  const { pacer, clock, log } = deps;
  // Nobody in a chat waits for what the gateway itself asks.
  if (channel.capabilities.showsTurnEvents || errandOf(turn)) return new SilentView(turn.previews);
  // A turn that began to speak goes on like that, whatever the settings say by now.
  const said = turn.prompted ? await deps.outbox.saidInBlocks(turn.id) : [];
  if (style.streamingMode === "block" || said.length > 0) {
    return new BlockView(openBlocks(said, request, deps), turn.previews);
  }
  const live = openLiveReply({
    channel,
    to,
    turn: turn.id,
    mode: style.streamingMode,
    quote,
    previews: turn.previews,
    ...(deps.canStop()
      ? { buttons: [[{ id: stopButtonOf(turn.id), label: deps.sentences(turn.messages.at(-1)).stop }]] }
      : {}),
    onPage,
    pacer,
    clock,
    signal,
    log,
  });
  const { showTools, showThinking } = style;
  const activity = new Activity({ showTools, showThinking, redact: deps.redact, clock });
  return live ? new PreviewView(live, activity) : new SilentView(turn.previews);
}

function openBlocks(
  said: readonly string[],
  { turn, to, channel, quote, signal }: ViewRequest,
  { outbox, hooks, sentences, log }: ViewDeps,
): BlockReply {
  // No two tries of a turn share it, not even where one does not count as an attempt.
  const run = `${turn.attempt}-${newRef()}`;
  let posted = 0;
  const isFirst = () => posted === 0 && said.length === 0;
  const quoteNow = () => {
    const all = quote();
    return all?.parts === "first" && !isFirst() ? undefined : all;
  };
  const post = async (words: string) => {
    const message = { kind: "text", markdown: words } as const;
    const checked = await checkOutgoing(message, turn.session, channel, hooks, sentences().withheld);
    if (!checked.allowed) return;
    const key = blockKey(turn.id, run, posted);
    const keyOf = (part: number) => (part === 0 ? key : `${key}/${part}`);
    const place = { to, channel, session: turn.session, turn: turn.id, keyOf, quote: quoteNow() };
    const [first, ...others] = deliveriesOf(checked.message, place);
    if (!first) return;
    await outbox.post([{ ...first, words }, ...others]);
    posted += 1;
    failpoint("turn.block");
  };
  return new BlockReply({ said, post, signal, log });
}
