interface Kept {
  readonly value: unknown;
  readonly untilMs: number;
}

/** Where the SDK keeps its token: for one app, in memory, and so that a token that Feishu does not know can go. */
export class TokenCache {
  readonly #kept = new Map<unknown, Kept>();

  async get(key: unknown): Promise<unknown> {
    const kept = this.#kept.get(key);
    return kept !== undefined && kept.untilMs > Date.now() ? kept.value : undefined;
  }

  async set(key: unknown, value: unknown, untilMs?: number): Promise<boolean> {
    this.#kept.set(key, { value, untilMs: untilMs ?? Number.POSITIVE_INFINITY });
    return true;
  }

  /** Whoever has got another one in the meantime keeps it. */
  forget(token: string): void {
    for (const [key, { value }] of this.#kept) if (value === token) this.#kept.delete(key);
  }
}
