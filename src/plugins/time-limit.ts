import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What `work` resolves to, if it does within `limitMs`; else rejects and says who did not answer. The work itself
 * goes on, and what becomes of it then is nobody's.
 */
export async function withinLimit<T>(limitMs: number, work: () => T | Promise<T>): Promise<T> {
  const limit = new Limit(limitMs);
  try {
    return await Promise.race([limits.run(limit, work), limit.passed]);
  } finally {
    limit.stop();
  }
}

/** Waits for `work` without the time counting: a person is asked, and may think. */
export async function outsideLimit<T>(work: () => Promise<T>): Promise<T> {
  const limit = limits.getStore();
  limit?.pause();
  try {
    return await work();
  } finally {
    limit?.resume();
  }
}

/** Code of a plugin took longer than it may. */
export class TimeLimitError extends Error {
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`);
    this.name = "TimeLimitError";
  }
}

/** One limit, which may be held up. */
class Limit {
  readonly #limitMs: number;
  readonly #late = Promise.withResolvers<never>();
  #leftMs: number;
  #sinceMs = 0;
  #holds = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
    this.#count();
  }

  /** Rejects when the time is over. */
  get passed(): Promise<never> {
    return this.#late.promise;
  }

  pause(): void {
    this.#holds += 1;
    if (this.#holds > 1) return;
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#sinceMs;
  }

  resume(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.#count();
  }

  /** For good. */
  stop(): void {
    this.#holds = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  #count(): void {
    this.#sinceMs = performance.now();
    const late = () => this.#late.reject(new TimeLimitError(this.#limitMs));
    this.#timer = setTimeout(late, Math.max(0, this.#leftMs));
  }
}

const limits = new AsyncLocalStorage<Limit>();
