import type { Channel, MenuCommand } from "../core/channel.ts";
import type { ListedCommand } from "../core/command.ts";
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { Wake } from "../lib/wake.ts";
import { summariesOf } from "./words.ts";

export interface CommandMenusDeps {
  readonly channels: () => readonly Channel[];
  /** What anybody who may talk is offered. */
  readonly offered: () => Promise<readonly ListedCommand[]>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Platforms take no other names. */
const NAME = /^[a-z0-9_-]{1,32}$/;
/** A plugin registers one after the other. */
const SETTLE_MS = 200;
/** What pi has changes without anybody telling. */
const LOOK_MS = 600_000;
const FIRST_RETRY_MS = 5_000;

/** Keeps the platforms' own command menus as the commands are: told when they have changed, and again if that failed. */
export class CommandMenus implements Service {
  readonly name = "command menus";
  readonly #deps: CommandMenusDeps;
  readonly #wake: Wake;
  readonly #shown = new WeakMap<Channel, string>();
  readonly #failures = new WeakMap<Channel, number>();
  #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: CommandMenusDeps) {
    this.#deps = deps;
    this.#wake = new Wake(deps.clock);
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#loop = this.#follow(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** Commands, channels or the configuration may have changed. */
  wake(): void {
    this.#wake.ring();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const againMs = await this.#showAll();
      await this.#wake.wait(againMs, signal);
      await this.#deps.clock.sleep(SETTLE_MS, signal);
    }
  }

  /** Returns when to look again. Never rejects. */
  async #showAll(): Promise<number> {
    const channels = this.#deps.channels().filter((channel) => channel.setCommands !== undefined);
    if (channels.length === 0) return LOOK_MS;
    try {
      const offered = await this.#deps.offered();
      const menu = offered.filter(({ name }) => NAME.test(name)).map(menuCommandOf);
      return Math.min(LOOK_MS, ...(await Promise.all(channels.map((channel) => this.#show(channel, menu)))));
    } catch (error) {
      this.#deps.log.warn({ error }, "the commands for the platforms' menus could not be listed");
      return FIRST_RETRY_MS;
    }
  }

  /** Never rejects: a menu is a convenience, and is tried again. */
  async #show(channel: Channel, menu: readonly MenuCommand[]) {
    const wanted = JSON.stringify(menu);
    if (this.#shown.get(channel) === wanted) return LOOK_MS;
    try {
      await channel.setCommands?.(menu);
      this.#shown.set(channel, wanted);
      this.#failures.delete(channel);
      return LOOK_MS;
    } catch (error) {
      const failures = (this.#failures.get(channel) ?? 0) + 1;
      this.#failures.set(channel, failures);
      const facts = { error, channel: channel.name, account: channel.account };
      const level = failures === 1 ? "warn" : "debug";
      this.#deps.log[level](facts, "the command menu of a channel could not be set, it is tried again");
      return backoffMs(failures, FIRST_RETRY_MS, LOOK_MS);
    }
  }
}

function menuCommandOf({ name, summary, from, parameters = "" }: ListedCommand): MenuCommand {
  const translations = from === "gateway" ? summariesOf(name) : undefined;
  return {
    name,
    summary,
    // pi does not say what its commands take: anything, perhaps.
    ...(parameters === "" && (from === "gateway" || from === "plugin")
      ? {}
      : { parameters: parameters || "[text]" }),
    ...(translations ? { translations } : {}),
  };
}
