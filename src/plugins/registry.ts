import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { Address } from "../core/message.ts";
import type { Logger } from "../lib/logger.ts";
import type { HookRegistry } from "./hooks.ts";
import type { GatewayPluginApi } from "./types.ts";

/** What is registered, and by whom. A taken name throws and names its owner. */
export class PluginRegistry {
  readonly #channels = new Map<string, { readonly channel: Channel; readonly owner: string }>();
  readonly #hooks: HookRegistry;

  constructor(hooks: HookRegistry) {
    this.#hooks = hooks;
  }

  get channels(): readonly Channel[] {
    return [...this.#channels.values()].map((entry) => entry.channel);
  }

  /** The channel that can reach `to`. */
  channelFor({ channel, account }: Pick<Address, "channel" | "account">): Channel | undefined {
    return this.#channels.get(`${channel}/${account}`)?.channel;
  }

  /** The door through which the plugin `name` registers what it adds. */
  apiFor(name: string, config: Config, options: unknown, log: Logger): GatewayPluginApi {
    return {
      name,
      config,
      options,
      log: log.child({ plugin: name }),
      registerChannel: (channel) => this.#addChannel(channel, name),
      registerHook: (names, handler) => this.#hooks.add(names, handler, name),
    };
  }

  #addChannel(channel: Channel, owner: string): Disposable {
    const key = `${channel.name}/${channel.account ?? "default"}`;
    const taken = this.#channels.get(key);
    if (taken) throw new Error(`the channel ${key} is already registered by ${taken.owner}`);
    this.#channels.set(key, { channel, owner });
    return { [Symbol.dispose]: () => void this.#channels.delete(key) };
  }
}
