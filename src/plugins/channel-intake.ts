import type { Channel, ChannelHost, Receipt } from "../core/channel.ts";
import type { FetchBytes } from "../core/fetch.ts";
import type { InboundEvent, InboundMessage } from "../core/message.ts";
import type { StateLedger } from "../core/store.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { withinLimit } from "./time-limit.ts";

export interface ChannelDoor {
  readonly receive: (message: InboundMessage) => Promise<Receipt>;
  readonly report: (id: string, event: InboundEvent) => Promise<Receipt>;
  readonly fetch: FetchBytes;
  readonly proxyFor?: ChannelHost["proxyFor"];
  readonly state: StateLedger;
  readonly mediaDir: string;
  readonly log: Logger;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

/** The intake of all channels as one service: a channel that cannot start costs nobody but itself. */
export class ChannelIntake implements Service {
  readonly name = "channels";
  readonly #channels: () => readonly Channel[];
  readonly #door: ChannelDoor;
  readonly #failures = new Map<string, string>();
  readonly #open = new Map<Channel, AbortController>();
  #isUp = false;

  constructor(channels: () => readonly Channel[], door: ChannelDoor) {
    this.#channels = channels;
    this.#door = door;
  }

  /** Why channels did not start, by name and account. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  async start(): Promise<void> {
    this.#isUp = true;
    await Promise.all(this.#channels().map((channel) => this.#start(channel)));
  }

  async stop(): Promise<void> {
    this.#isUp = false;
    await Promise.all(this.#channels().map((channel) => this.remove(channel)));
  }

  /** Starts a channel that came later; before `start`, it is started with the others. */
  add(channel: Channel): void {
    if (this.#isUp) void this.#start(channel);
  }

  /** Ends the intake of one channel. Never rejects. */
  async remove(channel: Channel): Promise<void> {
    const name = nameOf(channel);
    this.#failures.delete(name);
    this.#open.get(channel)?.abort();
    this.#open.delete(channel);
    try {
      await withinLimit(STOP_LIMIT_MS, () => channel.stop());
    } catch (error) {
      this.#door.log.error({ error, channel: name }, "a channel did not stop cleanly");
    }
  }

  async #start(channel: Channel): Promise<void> {
    const name = nameOf(channel);
    const over = new AbortController();
    this.#open.set(channel, over);
    this.#failures.delete(name);
    try {
      await withinLimit(START_LIMIT_MS, () => channel.start(this.#hostFor(channel, over.signal)));
    } catch (error) {
      this.#failures.set(name, error instanceof Error ? error.message : String(error));
      this.#door.log.error({ error, channel: name }, "a channel did not start, the others go on");
    }
  }

  #hostFor(channel: Channel, signal: AbortSignal): ChannelHost {
    const { receive, report, fetch, proxyFor, state, mediaDir, log } = this.#door;
    const namespace = `channel/${nameOf(channel)}`;
    return {
      receive,
      report,
      fetch,
      ...(proxyFor === undefined ? {} : { proxyFor }),
      log: log.child({ channel: nameOf(channel) }),
      state: {
        get: (key) => state.get(namespace, key),
        set: (key, value) => state.set(namespace, key, value),
      },
      mediaDir,
      signal,
    };
  }
}

const nameOf = (channel: Channel) => `${channel.name}/${channel.account ?? "default"}`;
