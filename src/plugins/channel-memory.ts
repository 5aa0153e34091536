import type { ChannelState, Logger } from "./types.ts";

/** Small values that are worth keeping. In the process alone until the channel has started, durable from then on. */
export class ChannelMemory {
  readonly #own = new Map<string, string>();
  #kept: { readonly state: ChannelState; readonly log: Logger } | undefined;

  /** Keeps values in the gateway's own store from now on. */
  attach(state: ChannelState, log: Logger): void {
    this.#kept = { state, log };
  }

  /** Never rejects: what cannot be read counts as forgotten. */
  async get(key: string): Promise<string | undefined> {
    const own = this.#own.get(key);
    if (own !== undefined || !this.#kept) return own;
    try {
      return await this.#kept.state.get(key);
    } catch (error) {
      this.#kept.log.warn({ error, key }, "a small value of the channel could not be read");
      return undefined;
    }
  }

  /** Never rejects: what cannot be written is remembered until the process ends. */
  async set(key: string, value: string): Promise<void> {
    if (this.#own.get(key) === value) return;
    this.#own.set(key, value);
    try {
      await this.#kept?.state.set(key, value);
    } catch (error) {
      this.#kept?.log.warn({ error, key }, "a small value of the channel could not be kept");
    }
  }
}
