import { CallFailure } from "../../../call-failure.ts";
import type { DiscordRefusal } from "./discord-refusal.ts";

export interface CallLimits {
  /** How long it may wait until it goes out. */
  readonly waitLimitMs: number;
  /** How long it may take from then on. */
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What is known of a call while it runs: whether anything of it has left us, and whether it has to end. */
export class RunningCall implements Disposable {
  /** The channel or server that it is about, as buckets are counted. */
  readonly place: string;
  /** What Discord answered, where that is a refusal. */
  refusal: DiscordRefusal | undefined;
  readonly #limits: CallLimits;
  readonly #over = new AbortController();
  readonly #stop = () => this.#over.abort();
  #timer: ReturnType<typeof setTimeout>;
  #isSent = false;
  #isLate = false;

  constructor(place: string, limits: CallLimits) {
    this.place = place;
    this.#limits = limits;
    limits.signal?.addEventListener("abort", this.#stop, { once: true });
    this.#timer = this.#endAfter(limits.waitLimitMs);
  }

  /** Aborts when the call has to end. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** It was ended because whoever made it wanted it so. */
  get isOurs(): boolean {
    return this.#over.signal.aborted && !this.#isLate;
  }

  /** It was ended because its time was up. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** From now on something may have happened on the other side. */
  goesOut(): void {
    this.#isSent = true;
    clearTimeout(this.#timer);
    this.#timer = this.#endAfter(this.#limits.limitMs);
  }

  /** What it means that the call was ended. */
  failure(): CallFailure {
    if (!this.#isSent) {
      return new CallFailure(
        "not-sent",
        this.#isLate ? "too many calls wait before it" : "the call was ended",
      );
    }
    return this.#isLate
      ? new CallFailure("timed-out", "no answer in time")
      : new CallFailure("stopped", "the call was ended");
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener("abort", this.#stop);
  }

  #endAfter(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#isLate = true;
      this.#over.abort();
    }, ms);
  }
}
