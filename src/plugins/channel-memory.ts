import { RecentMap } from "../lib/recent-map.ts";
import type { ChannelState, Logger } from "./types.ts";

/** So many values are also held in the process, for whoever asks again, and for a store that fails. */
const MOST_HELD = 4096;

/** Small values that are worth keeping. In the process alone until the channel has started, durable from then on. */
export class ChannelMemory {
  readonly #own = new RecentMap<string>(MOST_HELD);
  #kept: { readonly state: ChannelState; readonly log: Logger } | undefined;

  /** Keeps values in the gateway's own store from now on. */
  attach(state: ChannelState, log: Logger): void {
    this.#kept = { state, log };
  }

  /** Never rejects: what cannot be read counts as forgotten. */
  async get(key: string): Promise<string | undefined> {
    const held = this.#own.get(key);
    if (held !== undefined || !this.#kept) return held;
    try {
      const kept = await this.#kept.state.get(key);
      // Somebody may have set it meanwhile.
      const own = this.#own.get(key) ?? kept;
      if (own !== undefined) this.#own.set(key, own);
      return own;
    } catch (error) {
      this.#kept.log.warn({ error, key }, "a small value of the channel could not be read");
      return undefined;
    }
  }

  /** Never rejects: what cannot be written is held by the process. What is known already costs no write. */
  async set(key: string, value: string): Promise<void> {
    if ((await this.get(key)) === value) return;
    this.#own.set(key, value);
    try {
      await this.#kept?.state.set(key, value);
    } catch (error) {
      this.#kept?.log.warn({ error, key }, "a small value of the channel could not be kept");
    }
  }
}
