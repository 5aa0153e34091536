import type { Channel } from "../core/channel.ts";
import type { Command } from "../core/command.ts";
import type { Config } from "../core/config-schema.ts";
import type { Address } from "../core/message.ts";
import type { StateLedger } from "../core/store.ts";
import type { QuestionDesk } from "../core/question.ts";
import type { Tool } from "../core/tool.ts";
import { type Logger, silentLogger } from "../lib/logger.ts";
import type { HookRegistry } from "./hooks.ts";
import type { PluginRoute } from "./http-route.ts";
import { PluginScope } from "./plugin-scope.ts";
import { Registrations } from "./registrations.ts";
import type { CliCommand, GatewayMethod, GatewayPluginApi, PluginService } from "./types.ts";

/** Who opens a scope in the registry: one load of one plugin. */
export interface PluginIdentity {
  readonly name: string;
  readonly config: Config;
  readonly options: unknown;
  readonly log: Logger;
  /** Its place in the order of hooks. Default: behind all others, and the same again after a reload. */
  readonly rank?: number;
}

/** A plugin while it is loaded. */
export interface OpenPlugin {
  readonly api: GatewayPluginApi;
  /** Takes back all that it has registered, last first, and waits for what that ends. Never rejects. */
  dispose(): Promise<void>;
}

export interface RegistryOptions {
  readonly log?: Logger;
  /** Where plugins keep their small values. */
  readonly state?: StateLedger;
  /** Whom plugins ask. */
  readonly questions?: Pick<QuestionDesk, "askOwner">;
}

/** What is registered, and by whom. A taken name throws and names its owner. */
export class PluginRegistry {
  readonly hooks: HookRegistry;
  /** By `name/account`. */
  readonly channelList: Registrations<Channel>;
  /** Channels that lack something, with what: they are not used. */
  readonly incompleteChannels: Registrations<readonly string[]>;
  readonly tools: Registrations<Tool>;
  /** By `METHOD /path`, with the names in it left out. */
  readonly routes: Registrations<PluginRoute>;
  readonly methods: Registrations<GatewayMethod>;
  readonly commands: Registrations<Command>;
  readonly services: Registrations<PluginService>;
  readonly cli: Registrations<CliCommand>;
  readonly state: StateLedger | undefined;
  readonly questions: RegistryOptions["questions"];
  readonly #ranks = new Map<string, number>();

  constructor(hooks: HookRegistry, { log = silentLogger, state, questions }: RegistryOptions = {}) {
    this.hooks = hooks;
    this.state = state;
    this.questions = questions;
    this.channelList = new Registrations("channel", log);
    this.incompleteChannels = new Registrations("channel", log);
    this.tools = new Registrations("tool", log);
    this.routes = new Registrations("route", log);
    this.methods = new Registrations("method", log);
    this.commands = new Registrations("command", log);
    this.services = new Registrations("service", log);
    this.cli = new Registrations("command of the program", log);
  }

  get channels(): readonly Channel[] {
    return this.channelList.values;
  }

  /** The channel that can reach `to`. */
  channelFor({ channel, account }: Pick<Address, "channel" | "account">): Channel | undefined {
    return this.channelList.get(`${channel}/${account}`);
  }

  /** The door through which one load of a plugin registers what it adds, until it is disposed of. */
  open(plugin: PluginIdentity): OpenPlugin {
    return new PluginScope(plugin, this.#rankOf(plugin), this);
  }

  /** The same for a plugin that stays until the end. */
  apiFor(name: string, config: Config, options: unknown, log: Logger): GatewayPluginApi {
    return this.open({ name, config, options, log }).api;
  }

  /** Resolves once everything that follows from what was taken back has happened. */
  async settled(): Promise<void> {
    const lists = [this.channelList, this.tools, this.routes, this.methods, this.commands, this.services];
    await Promise.all(lists.map((list) => list.settled()));
  }

  /** A plugin that is loaded again keeps its place. */
  #rankOf({ name, rank }: PluginIdentity): number {
    const known = rank ?? this.#ranks.get(name) ?? this.#ranks.size;
    this.#ranks.set(name, known);
    return known;
  }
}
