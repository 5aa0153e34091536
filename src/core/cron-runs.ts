import { failpoint } from "../lib/failpoint.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { CronEnd, CronKey, CronLedger, CronRun, CronState, CronWork } from "./cron-job.ts";
import { type AfterRun, afterRun } from "./cron-state.ts";
import { endOfAsking, endOfSaying, errandNameOf } from "./cron-work.ts";
import { type ErrandDesk, type ErrandRequest, idOfErrand, isOver, type OverOutcome } from "./errand.ts";
import type { Address } from "./message.ts";
import type { DeliveryState, OutboxLedger } from "./outbox-ledger.ts";
import { saidAlready } from "./said-already.ts";
import { isNothingToSay } from "./silence.ts";

/** A text that the clock itself says in a chat, once under its key. */
export interface CronSaying {
  readonly to: Address;
  readonly text: string;
  readonly key: string;
  /** The job whose text it is; the chat's agent is told of it. Absent where it need not know. */
  readonly notedAs?: string;
}

export interface CronRunsDeps {
  readonly ledger: Pick<CronLedger, "end">;
  readonly errands: Pick<ErrandDesk, "take" | "find">;
  /** False if it cannot be said: there is no such chat, or a plugin withheld it. */
  readonly say: (saying: CronSaying) => Promise<boolean>;
  readonly delivery: (key: string) => Promise<DeliveryState | undefined>;
  /** See `OutboxLedger`. */
  readonly saidByTools: OutboxLedger["saidByTools"];
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the end of a run means for its job. */
export interface RunEnding {
  readonly key: CronKey;
  /** How the job stands now; undefined if it is not there any more. */
  readonly state: CronState | undefined;
  /** It goes with its first success. */
  readonly isLast: (end: CronEnd) => boolean;
}

/** Runs of jobs from the moment they are written down until they have ended. Every step may be taken again after a crash. */
export class CronRuns {
  readonly #deps: CronRunsDeps;

  constructor(deps: CronRunsDeps) {
    this.#deps = deps;
  }

  /** Has an open run do what it is for. It is done once, however often this is called. */
  async perform({ work }: CronRun): Promise<void> {
    if (work?.kind !== "ask") return;
    await this.#deps.errands.take(work.request);
    failpoint("cron.after-take");
  }

  /** How an open run has ended; undefined while it goes on. */
  async endOf(run: CronRun): Promise<CronEnd | undefined> {
    const { work } = run;
    if (!work) return run.end;
    return work.kind === "say" ? this.#said(work) : this.#answered(run, work);
  }

  /** Writes an end down, with what it means for the job. */
  async settle(
    run: CronRun,
    end: CronEnd,
    { key, state, isLast }: RunEnding,
    tell: (news: NonNullable<AfterRun["news"]>, after: CronState) => Promise<void>,
  ): Promise<CronState | "gone" | undefined> {
    const { ledger, log } = this.#deps;
    const facts = { job: run.job, at: run.atMs, attempt: run.attempt, state: end.state };
    failpoint("cron.before-end");
    if (!state) {
      await ledger.end(run, end);
      return undefined;
    }
    const after = afterRun(state, run, end);
    // Under a key of its own: a crash behind it says nothing twice.
    if (after.news) await tell(after.news, after.state);
    const goes = isLast(end);
    await ledger.end(run, end, goes ? { key } : { key, state: after.state });
    failpoint("cron.after-end");
    log.info(
      { ...facts, ...(end.error === undefined ? {} : { reason: end.error }) },
      "a scheduled job was run",
    );
    return goes ? "gone" : after.state;
  }

  async #said(work: CronWork & { readonly kind: "say" }): Promise<CronEnd> {
    const { say, clock } = this.#deps;
    const { to, text, key, isNoted } = work;
    const notedAs = isNoted ? { notedAs: key } : {};
    const isPosted = to !== undefined && (await say({ to, text, key, ...notedAs }));
    failpoint("cron.after-say");
    return endOfSaying(work, isPosted, clock.now());
  }

  async #answered(
    run: CronRun,
    { request }: CronWork & { readonly kind: "ask" },
  ): Promise<CronEnd | undefined> {
    const { errands, delivery, clock } = this.#deps;
    const name = errandNameOf(run);
    const outcome = await errands.find(name);
    // What was written down and not asked: a crash came in between.
    if (!outcome) await errands.take(request);
    if (!outcome || !isOver(outcome)) return undefined;
    const key = idOfErrand(name);
    const posted = (await delivery(key)) ? key : await this.#saidOnTheWay(request, outcome);
    return endOfAsking(request, outcome, posted, clock.now());
  }

  /** The key under which the agent has said its answer itself, in the very place. */
  async #saidOnTheWay(
    { errand: { to } }: ErrandRequest,
    { turn, answer }: OverOutcome,
  ): Promise<string | undefined> {
    if (!to || turn === undefined || answer === undefined || isNothingToSay(answer)) return undefined;
    return saidAlready(await this.#deps.saidByTools(turn), to, answer);
  }
}
