/** A bell: `ring` ends the waits of now, and a ring while nobody waits is kept for the next wait. */
export class Wake {
  #rung = false;
  #waiting: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#waiting?.();
  }

  /** Resolves at the next ring, after `ms`, or when `signal` aborts. One waiter at a time. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, ms);
        const waiting = () => done();
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", waiting);
          resolve();
        }
        signal.addEventListener("abort", waiting, { once: true });
        this.#waiting = waiting;
      });
      this.#waiting = undefined;
    }
    this.#rung = false;
  }
}
