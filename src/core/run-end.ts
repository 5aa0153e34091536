import type { Clock } from "../lib/clock.ts";
import { Wake } from "../lib/wake.ts";
import { isRecord, type PiCapabilities, type WireRecord, type WireState } from "./rpc-protocol.ts";

/** pi continues by itself this long after a compaction, so a restart that stays out for longer never comes. */
const CONTINUE_MS = 5000;
const BUSY_POLL_MS = 5;
/** How often, and how many times in a row, pi must be found idle before a prompt counts as swallowed. */
const SWALLOWED_POLL_MS = 250;
const SWALLOWED_POLLS = 3;

/**
 * Knows when pi is done with a prompt: its own retries and compactions included. Newer versions say
 * so (`agent_settled`). Older ones only end the run and may go on by themselves, so each time a run,
 * a retry or a compaction ends, pi is asked for its state: whatever it was about to do stands before
 * the answer.
 */
export class RunEnd {
  readonly #capabilities: PiCapabilities;
  readonly #clock: Clock;
  readonly #over: AbortSignal;
  readonly #state: () => Promise<WireState>;
  readonly #news: Wake;
  #starts = 0;
  #ended = false;
  #settled = false;
  #retrying = false;
  #compacting = false;
  #willContinue = false;
  /** A compaction has succeeded since the last run: pi 0.73 then goes on with what is in its queue. */
  #hasCompacted = false;

  constructor(
    capabilities: PiCapabilities,
    clock: Clock,
    over: AbortSignal,
    state: () => Promise<WireState>,
  ) {
    this.#capabilities = capabilities;
    this.#clock = clock;
    this.#news = new Wake(clock);
    this.#over = over;
    this.#state = state;
  }

  /** False until pi has begun to work on what it was told last. */
  get hasBegun(): boolean {
    return this.#starts > 0;
  }

  /** For a run that is told to go on: from here on, another end counts. Call while pi is idle. */
  again(): void {
    this.#starts = 0;
    this.#ended = this.#settled = this.#retrying = this.#compacting = this.#willContinue = false;
    this.#hasCompacted = false;
  }

  take(record: WireRecord): void {
    switch (record.type) {
      case "agent_start":
        this.#starts += 1;
        // Another try has begun. That it failed for good, older versions do not say.
        this.#retrying = false;
        this.#ended = this.#settled = this.#willContinue = this.#hasCompacted = false;
        break;
      case "agent_end":
        this.#ended = true;
        break;
      case "agent_settled":
        this.#settled = true;
        break;
      case "auto_retry_start":
        this.#retrying = true;
        return;
      case "auto_retry_end":
        this.#retrying = false;
        break;
      case "compaction_start":
        this.#compacting = true;
        return;
      case "compaction_end":
        this.#compacting = false;
        this.#willContinue = record["willRetry"] === true;
        this.#hasCompacted = isRecord(record["result"]) && record["aborted"] !== true;
        break;
      default:
        return;
    }
    this.#news.ring();
  }

  /** Resolves when the prompt that pi has accepted is done with. */
  async wait(): Promise<void> {
    if (this.#starts === 0 && (await this.#isSwallowed())) return;
    while (!this.#over.aborted && !(await this.#isDone())) await this.#news.wait(CONTINUE_MS, this.#over);
  }

  async #isDone(): Promise<boolean> {
    if (this.#capabilities.settles) return this.#settled;
    while (this.#isQuiet() && !this.#over.aborted) {
      const { isStreaming, isCompacting, pendingMessageCount = 0 } = await this.#state();
      if (!this.#isQuiet()) return false;
      if (this.#hasCompacted && pendingMessageCount > 0) this.#willContinue = true;
      if (isStreaming || isCompacting) await this.#clock.sleep(BUSY_POLL_MS, this.#over);
      else if (this.#willContinue) await this.#restart();
      else return true;
    }
    return false;
  }

  /** After an overflow pi compacts and then runs the prompt again, or what is in its queue, a little later. */
  async #restart(): Promise<void> {
    const starts = this.#starts;
    const untilMs = this.#clock.now() + CONTINUE_MS;
    while (this.#starts === starts && !this.#over.aborted && this.#clock.now() < untilMs) {
      await this.#news.wait(untilMs - this.#clock.now(), this.#over);
    }
    this.#willContinue = this.#hasCompacted = false;
  }

  #isQuiet(): boolean {
    return this.#ended && !this.#retrying && !this.#compacting;
  }

  /** An extension may take a prompt for itself; before 0.99 nothing tells but that no run begins. */
  async #isSwallowed(): Promise<boolean> {
    for (let idle = 0; idle < SWALLOWED_POLLS;) {
      await this.#news.wait(SWALLOWED_POLL_MS, this.#over);
      if (this.#starts > 0 || this.#over.aborted) return false;
      const { isStreaming, isCompacting } = await this.#state();
      idle = isStreaming || isCompacting ? 0 : idle + 1;
    }
    return this.#starts === 0;
  }
}
