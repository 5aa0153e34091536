import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Connection } from "./connection.ts";
import { Reconnect, type ReconnectWords } from "./reconnect.ts";
import { ChannelError, type ChannelHost } from "./types.ts";

/** How one account finds out who it is on its platform, and then listens there. */
export interface LineParts<Identity> {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly words: ReconnectWords;
  /** Asks the platform who we are, and how the call is called in the log. */
  readonly whoAmI: { readonly call: string; ask(signal: AbortSignal): Promise<Identity> };
  /** What people call us there, such as `@my_bot`. */
  readonly nameOf: (identity: Identity) => string;
  /** Hands over what comes, until `signal` aborts or listening is of no use any more; nothing of it goes on then. */
  readonly hear: (identity: Identity, host: ChannelHost, signal: AbortSignal) => Promise<void>;
}

const FIRST_MS = 1000;
const MOST_MS = 60_000;
/** A line that was there for so long is not one that fails again and again. */
const LONG_MS = 600_000;

/**
 * The line of one account to its platform, from `start` to `stop` of its channel: who we are, again and again until
 * the platform says so, then listening. How it stands is in its `Connection`.
 */
export class ChannelLine<Identity> {
  readonly #parts: LineParts<Identity>;
  #host: ChannelHost | undefined;
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(parts: LineParts<Identity>) {
    this.#parts = parts;
  }

  /** The gateway, from the first start on. Throws `ChannelError` before. */
  get host(): ChannelHost {
    if (this.#host) return this.#host;
    throw new ChannelError("unreachable", "The channel has not started yet.", { retry: "now" });
  }

  /** The same for whoever can do without it. */
  get hostIfStarted(): ChannelHost | undefined {
    return this.#host;
  }

  /** Resolves at once: that the platform cannot be reached shows in the status, and is tried until it can. */
  async start(host: ChannelHost): Promise<void> {
    await this.stop();
    this.#host = host;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, host.signal]);
    this.#parts.connection.becomes("connecting");
    this.#running = { stop, ended: this.#run(host, signal) };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    running?.stop.abort();
    await running?.ended;
    if (this.#running === running) this.#running = undefined;
  }

  /** Never rejects. A fault of ours, such as a full disk, takes the line away for a while only. */
  async #run(host: ChannelHost, signal: AbortSignal): Promise<void> {
    const { connection, clock } = this.#parts;
    for (let faults = 1; !signal.aborted; faults += 1) {
      const sinceMs = clock.now();
      try {
        await this.#listen(host, signal);
        break;
      } catch (error) {
        host.log.error({ error }, "the account stands still because of a fault, it is tried again");
        connection.becomes("failed", "a fault of the gateway; the log has more");
      }
      if (clock.now() - sinceMs > LONG_MS) faults = 1;
      await clock.sleep(backoffMs(faults, FIRST_MS, MOST_MS), signal);
    }
    if (signal.aborted) connection.becomes("stopped");
  }

  async #listen(host: ChannelHost, signal: AbortSignal): Promise<void> {
    const identity = await this.#introduce(host, signal);
    if (identity !== undefined) await this.#parts.hear(identity, host, signal);
  }

  /** Undefined if it cannot be found out any more. */
  async #introduce({ log }: ChannelHost, signal: AbortSignal): Promise<Identity | undefined> {
    const { connection, clock, words, whoAmI, nameOf } = this.#parts;
    const reconnect = new Reconnect({ connection, clock, log }, words);
    while (!signal.aborted) {
      try {
        const identity = await whoAmI.ask(signal);
        reconnect.succeeded();
        log.info({ bot: nameOf(identity) }, `${words.platform} knows the bot`);
        return identity;
      } catch (error) {
        if (signal.aborted || !(await reconnect.failed(error, whoAmI.call, signal))) return undefined;
      }
    }
    return undefined;
  }
}
