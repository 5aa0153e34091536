interface Kept {
  readonly value: unknown;
  readonly untilMs: number;
}

/** Where the SDK keeps its token: for one app, in memory, and so that a token that Feishu does not know can go. */
export class TokenCache {
  readonly #kept = new Map<string, Kept>();

  async get(key: string | symbol | object): Promise<unknown> {
    const kept = this.#kept.get(String(key));
    return kept !== undefined && kept.untilMs > Date.now() ? kept.value : undefined;
  }

  async set(key: string | symbol | object, value: unknown, untilMs?: number): Promise<boolean> {
    this.#kept.set(String(key), { value, untilMs: untilMs ?? Number.POSITIVE_INFINITY });
    return true;
  }

  /** Whoever has got another one in the meantime keeps it. */
  forget(token: string): void {
    for (const [key, { value }] of this.#kept) if (value === token) this.#kept.delete(key);
  }
}
