import { untilAborted } from "./until-aborted.ts";

interface Sharing<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/** Work that is done once for all who ask for it under the same key at the same time. */
export class SharedWork<T> {
  readonly #running = new Map<string, Sharing<T>>();

  /**
   * What `work` resolves with, of whoever asked first. Rejects with the reason of `signal` once that aborts; the
   * work's own signal aborts when nobody waits for it any more.
   */
  async run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const sharing = this.#running.get(key) ?? this.#begin(key, work);
    sharing.waiting += 1;
    try {
      return await untilAborted(sharing.result, signal, () => signal.reason as Error);
    } finally {
      sharing.waiting -= 1;
      if (sharing.waiting === 0) {
        this.#forget(key, sharing);
        sharing.stop.abort();
      }
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Sharing<T> {
    const stop = new AbortController();
    const sharing: Sharing<T> = { result: work(stop.signal), stop, waiting: 0 };
    this.#running.set(key, sharing);
    return sharing;
  }

  #forget(key: string, sharing: Sharing<T>): void {
    if (this.#running.get(key) === sharing) this.#running.delete(key);
  }
}
