import type { Clock } from "../lib/clock.ts";

/** Places for turns: at most `max` are taken at once, and whoever waits longest is next. */
export class Places {
  readonly #max: () => number;
  readonly #clock: Clock;
  readonly #waiting: ((isGranted: boolean) => void)[] = [];
  #taken = 0;
  #lent = 0;
  #isClosed = false;

  constructor(max: () => number, clock: Clock) {
    this.#max = max;
    this.#clock = clock;
  }

  /**
   * Takes a place as soon as there is one, and tells how long that took in milliseconds. Undefined if
   * `signal` aborts or the places are closed first.
   */
  async take(signal: AbortSignal): Promise<number | undefined> {
    if (signal.aborted || this.#isClosed) return undefined;
    if (this.#taken < this.room && this.#waiting.length === 0) {
      this.#taken += 1;
      return 0;
    }
    const sinceMs = this.#clock.now();
    return (await this.#wait(signal)) ? this.#clock.now() - sinceMs : undefined;
  }

  /** So many may be taken now. */
  get room(): number {
    return this.#max() + this.#lent;
  }

  /** While `work` goes on, whoever has a place waits for somebody else: that one gets a place besides. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    this.#lent += 1;
    this.grant();
    try {
      return await work();
    } finally {
      this.#lent -= 1;
    }
  }

  giveBack(): void {
    this.#taken -= 1;
    this.grant();
  }

  /** Gives free places to those who wait: also after `max` has grown. */
  grant(): void {
    while (this.#taken < this.room && this.#waiting.length > 0) {
      this.#taken += 1;
      this.#waiting.shift()?.(true);
    }
  }

  open(): void {
    this.#isClosed = false;
  }

  /** Nobody gets a place any more; those who wait are told. */
  close(): void {
    this.#isClosed = true;
    for (const tell of this.#waiting.splice(0)) tell(false);
  }

  #wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const tell = (isGranted: boolean) => {
        signal.removeEventListener("abort", giveUp);
        resolve(isGranted);
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(tell), 1);
        tell(false);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(tell);
    });
  }
}
