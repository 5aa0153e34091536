import type { AgentEvent, Slot } from "../core/agent.ts";
import type { Channel } from "../core/channel.ts";
import { errandOf } from "../core/errand.ts";
import { GatewayError } from "../core/errors.ts";
import type { InboundMessage, MessageRef } from "../core/message.ts";
import type {
  Delivery,
  OutboxLedger,
  PlacedNote,
  SteeredMessage,
  Turn,
  TurnLedger,
  WorkerId,
} from "../core/store.ts";
import type { TurnEvents, TurnFailure } from "../core/turn-events.ts";
import { deliveriesOf, withdrawals } from "../delivery/deliveries-of.ts";
import { replyKey, withdrawalKey } from "../delivery/keys.ts";
import { quoteOf, replyStyleOf } from "../delivery/reply-style.ts";
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { Logger } from "../lib/logger.ts";
import { newRef } from "../lib/ref.ts";
import { LEASE_MS, keepLease } from "./lease.ts";
import { answeredIn } from "./notice.ts";
import type { Speech } from "./sentences.ts";
import type { Steering } from "./steering.ts";
import { addressOf, LeaseLost, type TurnOutcome, type TurnProgress } from "./turn.ts";
import { OverBudget, turnFailure } from "./turn-failure.ts";
import type { TurnSigns } from "./turn-signs.ts";
import { TurnSpending } from "./turn-spending.ts";
import { TurnWatch, type TurnLimits } from "./turn-watch.ts";
import type { Typing } from "./typing.ts";

/** Why a turn was stopped from outside. */
export type StopReason =
  | "asked"
  | "interrupted"
  | "killed"
  | "timeout"
  | "stuck"
  | "shutdown"
  /** Its chat has got another address, and it goes on there. */
  | "moved"
  | "lease-lost";

/** Whoever moves a turn makes it due again; if they die before, it goes on after this long. */
const MOVE_MS = 60_000;

export interface RunningTurnDeps {
  readonly turns: TurnLedger;
  readonly outbox: OutboxLedger;
  readonly worker: WorkerId;
  readonly events: TurnEvents;
  readonly channel: (turn: Turn) => Channel;
  readonly signs: TurnSigns;
  readonly limits: (turn: Turn) => TurnLimits & { readonly maxAttempts: number };
  readonly sentences: Speech;
  readonly clock: Clock;
  readonly log: Logger;
  /** What becomes of messages that come while the turn runs; `interrupt` stops it for one of them. */
  readonly steering: (turn: Turn, interrupt: () => void, log: Logger) => Steering;
  /** The work itself: `runTurn`. */
  readonly work: (
    turn: Turn,
    slot: Slot,
    progress: TurnProgress,
    signal: AbortSignal,
  ) => Promise<TurnOutcome>;
}

/** How a turn ends in the ledger, and what those who watch are told. */
interface Ending {
  readonly state: "done" | "failed" | "cancelled";
  readonly shown: "final" | "aborted" | "error";
  readonly text: string;
  readonly replies: readonly Delivery[];
  readonly notes?: readonly PlacedNote[];
  readonly failure?: TurnFailure;
}

/** One claimed turn while it runs: its lease, its limits, and how it ends, whatever happens. */
export class RunningTurn {
  readonly #turn: Turn;
  readonly #deps: RunningTurnDeps;
  readonly #watch: TurnWatch;
  readonly #typing: Typing | undefined;
  readonly #steering: Steering;
  readonly #spending = new TurnSpending();
  readonly #stop = new AbortController();
  readonly #over = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  /** What is visible of an answer that is not finished, page by page. */
  readonly #previews: MessageRef[];
  readonly #log: Logger;

  constructor(turn: Turn, deps: RunningTurnDeps) {
    this.#turn = turn;
    this.#deps = deps;
    this.#previews = [...turn.previews];
    this.#watch = new TurnWatch(deps.clock, deps.limits(turn));
    this.#log = deps.log.child({ turn: turn.id, session: turn.session, attempt: turn.attempt });
    this.#typing = deps.signs.typing(turn);
    this.#steering = deps.steering(turn, () => this.stop("interrupted"), this.#log);
  }

  get turn(): Turn {
    return this.#turn;
  }

  /** What it answers by now: messages may have joined. */
  get messages(): readonly InboundMessage[] {
    return [...this.#turn.messages, ...this.#steering.joined];
  }

  /** A message waits in the session: it may join the turn, or stop it. */
  considerWaiting(): void {
    this.#steering.consider();
  }

  /** A question to a person is open, or no longer: meanwhile the turn is not stuck. */
  noteQuestion(open: boolean): void {
    this.#see({ type: "question", open });
  }

  /** Aborts when the turn is stopped from outside, with the `StopReason`; not when it ends by itself. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves once nothing of this turn goes on. Never rejects. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Stops pi. The first reason counts. */
  stop(reason: StopReason): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(reason);
  }

  /** Runs to an end in the ledger, or gives the turn back. Never rejects. */
  async run(slot: Slot): Promise<void> {
    const lease = this.#keepLease();
    const typing = this.#typing?.run(this.#over.signal);
    this.#deps.signs.claimed(this.#turn);
    try {
      const ending = await this.#work(slot);
      if (ending) await this.#finish(ending);
    } catch (error) {
      this.#log.error({ error }, "the turn could not be written down, it is tried again");
    } finally {
      this.#over.abort();
      await lease;
      await typing;
      this.#ended.resolve();
    }
  }

  async #work(slot: Slot): Promise<Ending | undefined> {
    const watched = this.#stopAtLimit();
    try {
      const outcome = await this.#deps.work(this.#turn, slot, this.#progress(), this.#stop.signal);
      return await this.#endingOf(outcome);
    } catch (error) {
      return await this.#endingAfter(error);
    } finally {
      this.#over.abort();
      await watched;
    }
  }

  #progress(): TurnProgress {
    return {
      steering: this.#steering,
      see: (event) => {
        this.#see(event);
        if (event.type === "end") this.#spending.add(event.spent ?? []);
      },
      spent: (earlier) => this.#spending.add(earlier),
      notePreview: async (page, ref) => {
        this.#previews[page] = ref;
        this.#typing?.previewShown();
        failpoint("preview.before-note");
        await this.#deps.outbox.notePreview(this.#turn.id, page, ref);
        failpoint("preview.noted");
      },
    };
  }

  #see(event: AgentEvent): void {
    this.#watch.see(event);
    this.#typing?.see(event);
  }

  async #stopAtLimit(): Promise<void> {
    const passed = await this.#watch.limitPassed(this.#over.signal);
    if (passed === undefined) return;
    this.#log.warn({ limit: passed }, "the turn passed a limit and is aborted");
    this.stop(passed);
  }

  #keepLease(): Promise<void> {
    const { turns, worker, clock } = this.#deps;
    const extend = () => turns.extend(this.#turn.id, worker, LEASE_MS);
    return keepLease(extend, clock, this.#over.signal, () => this.stop("lease-lost"));
  }

  async #endingOf(outcome: TurnOutcome): Promise<Ending | undefined> {
    const { text, replies, notes = [] } = outcome;
    if (outcome.state === "final") return { state: "done", shown: "final", text, replies, notes };
    return this.#endingOfStop(this.#reason ?? "asked", text, replies);
  }

  /** pi was stopped: on purpose, at a limit, or because we have to go. */
  async #endingOfStop(
    reason: StopReason,
    text: string,
    replies: readonly Delivery[],
  ): Promise<Ending | undefined> {
    if (reason === "lease-lost") return undefined;
    if (reason === "shutdown") return this.#giveBack(0, false);
    if (reason === "moved") return this.#giveBack(MOVE_MS, false);
    const sentences = this.#deps.sentences(this.#turn.messages.at(-1));
    const { timeoutMs, stuckMs } = this.#deps.limits(this.#turn);
    if (reason === "asked" || reason === "killed" || reason === "interrupted") {
      const marked = markStopped(replies, sentences.stopped);
      const why = reason === "interrupted" ? sentences.queue.interrupted : sentences.stopped;
      const said = marked.length > 0 ? marked : this.#notice(why);
      return { state: "cancelled", shown: "aborted", text, replies: said };
    }
    const sentence =
      reason === "timeout"
        ? sentences.tookTooLong(minutes(timeoutMs))
        : sentences.noSignOfLife(minutes(stuckMs));
    return this.#failed({ code: reason.toUpperCase(), message: sentence, retryable: true, ref: newRef() });
  }

  async #endingAfter(error: unknown): Promise<Ending | undefined> {
    if (error instanceof LeaseLost) return undefined;
    if (this.#reason !== undefined) return this.#endingOfStop(this.#reason, "", this.#takeBackPreviews());
    const ref = newRef();
    const { maxAttempts } = this.#deps.limits(this.#turn);
    const mayRetry = error instanceof GatewayError && error.retry !== "never";
    // A budget that is used up is what somebody wanted.
    this.#log[error instanceof OverBudget ? "info" : "error"]({ error, ref, mayRetry }, "the turn failed");
    if (mayRetry && this.#turn.attempt < maxAttempts) {
      const afterMs = typeof error.retry === "object" ? error.retry.afterMs : 0;
      this.#deps.events.publish(this.#turn.session, {
        kind: "retrying",
        turn: this.#turn.id,
        messageIds: this.#messageIds,
        reason: error.userMessage ?? error.message,
      });
      return this.#giveBack(Math.max(afterMs, backoffMs(this.#turn.attempt, 100, 30_000) - 100), true);
    }
    const facts = { ref, retryable: mayRetry, attempts: this.#turn.attempt };
    return this.#failed(turnFailure(error, facts, this.#deps.sentences(this.#turn.messages.at(-1))));
  }

  #failed(failure: TurnFailure): Ending {
    return { state: "failed", shown: "error", text: "", replies: this.#notice(failure.message), failure };
  }

  /** A sentence of ours in place of the answer, and in its previews. Nobody waits in a chat for what the gateway asked. */
  #notice(markdown: string): Delivery[] {
    const { id, session } = this.#turn;
    if (errandOf(this.#turn)) return [];
    const previews = this.#previews;
    const keyOf = (part: number) => replyKey(id, part);
    const to = addressOf(this.#turn);
    const channel = this.#deps.channel(this.#turn);
    const quote = quoteOf(replyStyleOf(channel, to), answeredIn(this.messages));
    const said = deliveriesOf(
      { kind: "text", markdown },
      { to, channel, session, turn: id, keyOf, previews, quote },
    );
    return [...said, ...withdrawals(previews, (page) => withdrawalKey(id, page), said.length)];
  }

  #takeBackPreviews(): Delivery[] {
    return withdrawals(this.#previews, (page) => withdrawalKey(this.#turn.id, page));
  }

  async #giveBack(afterMs: number, countAttempt: boolean): Promise<undefined> {
    await this.#deps.turns.release(this.#turn.id, this.#deps.worker, { afterMs, countAttempt });
    return undefined;
  }

  async #finish({ state, shown, text, replies, notes, failure }: Ending): Promise<void> {
    failpoint("turn.before-finish");
    const { id, session } = this.#turn;
    // Whoever stops a turn stops what has joined it, too.
    const untaken = state === "cancelled" ? [] : this.#steering.untaken;
    const putBack = untaken.map((joined) => joined.id);
    const error = failure && `${failure.code} ${failure.ref}`;
    const usage = this.#spending.of(this.#turn);
    const answer = errandOf(this.#turn) && { answer: failure?.message ?? text, notes: notes ?? [] };
    const result = {
      state,
      replies,
      putBack,
      ...usage,
      ...answer,
      ...(error === undefined ? {} : { error }),
    };
    const keys = replies.map(({ key }) => key);
    this.#deps.signs.ends(this.#turn, keys);
    if (!(await this.#deps.turns.finish(id, this.#deps.worker, result))) {
      this.#deps.signs.lost(this.#turn);
      this.#log.warn({}, "the turn was not finished here, its lease was lost");
      return;
    }
    failpoint("turn.after-finish");
    const said = replies.find((reply) => reply.message.kind === "text");
    this.#deps.events.publish(session, {
      kind: "end",
      state: shown,
      turn: id,
      messageIds: this.#messageIds.filter((messageId) => !isAmong(untaken, messageId)),
      text,
      ...(said ? { key: said.key } : {}),
      ...(failure ? { error: failure } : {}),
    });
    for (const [index, { message }] of untaken.entries()) {
      const messageIds = [message.id];
      this.#deps.events.publish(session, { kind: "queued", messageIds, place: index + 1 });
    }
    this.#log.info({ state }, "turn finished");
  }

  get #messageIds(): readonly string[] {
    return this.#steering.messageIds;
  }

  get #reason(): StopReason | undefined {
    return this.#stop.signal.aborted ? (this.#stop.signal.reason as StopReason) : undefined;
  }
}

const isAmong = (joined: readonly SteeredMessage[], messageId: string) =>
  joined.some(({ message }) => message.id === messageId);
const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000));

/** What was said until the stop stays, and says that it is not all. */
function markStopped(replies: readonly Delivery[], mark: string): Delivery[] {
  const last = replies.findLastIndex((reply) => reply.message.kind === "text");
  if (last < 0) return [];
  return replies.map((reply, index) => {
    if (index !== last || reply.message.kind !== "text") return reply;
    const { isShown: _, ...rest } = reply;
    return { ...rest, message: { ...reply.message, markdown: `${reply.message.markdown}\n\n*${mark}*` } };
  });
}
