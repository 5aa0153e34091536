import type { Channel } from "../core/channel.ts";
import type { HookHandler, HookName } from "../core/hooks.ts";
import { GatewayError } from "../core/errors.ts";
import type { Tool } from "../core/tool.ts";
import type { Logger } from "../lib/logger.ts";
import { checkChannelName, checkCommandName, checkHookNames, checkToolName, checkWord } from "./names.ts";
import { routeName } from "./route-path.ts";
import type { OpenPlugin, PluginIdentity, PluginRegistry } from "./registry.ts";
import { outsideLimit } from "./time-limit.ts";
import type { ChannelDraft, GatewayPluginApi, HookOptions, PluginState } from "./types.ts";

/** Something a plugin did that cannot be taken: it is said to the plugin, in a sentence. */
class PluginUseError extends GatewayError {
  readonly code = "plugin-use";
}

/** One load of one plugin: what it has registered, and the end of it. */
export class PluginScope implements OpenPlugin {
  readonly api: GatewayPluginApi;
  readonly #plugin: PluginIdentity;
  readonly #rank: number;
  readonly #registry: PluginRegistry;
  readonly #log: Logger;
  #held: Disposable[] = [];
  #isOver = false;

  constructor(plugin: PluginIdentity, rank: number, registry: PluginRegistry) {
    this.#plugin = plugin;
    this.#rank = rank;
    this.#registry = registry;
    this.#log = plugin.log.child({ plugin: plugin.name });
    this.api = this.#makeApi();
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    const held = this.#held.toReversed();
    this.#held = [];
    for (const one of held) one[Symbol.dispose]();
    await this.#registry.settled();
  }

  #makeApi(): GatewayPluginApi {
    const { name, config, options } = this.#plugin;
    const { routes, methods, commands, services, cli } = this.#registry;
    return {
      name,
      config,
      options,
      log: this.#log,
      state: this.#state(),
      registerChannel: (channel) => this.#hold(() => this.#addChannel(channel)),
      registerTool: (tool) => this.#hold(() => this.#addTool(tool as Tool)),
      registerHook: (names, handler, place) => this.#hold(() => this.#addHook(names, handler, place)),
      on: (hook, handler, place) => this.#hold(() => this.#addHook([hook], handler, place)),
      askOwner: async (session, question, signal = NEVER) => {
        const { questions } = this.#registry;
        if (!questions || this.#isOver) return undefined;
        return outsideLimit(() => questions.askOwner(session, question, signal));
      },
      registerHttpRoute: (method, path, handler, given = {}) => {
        const route = { method, path, handler, options: given };
        return this.#hold(() => routes.add(routeName(method, path), route, name));
      },
      registerGatewayMethod: (method, handler) =>
        this.#hold(() => methods.add(checkWord(method, "method"), handler, name)),
      registerCommand: (command, run, { summary = `Added by ${name}.`, ...rest } = {}) => {
        const made = { ...rest, name: checkCommandName(command), summary, run };
        return this.#hold(() => commands.add(command, made, name));
      },
      registerService: (service) => this.#hold(() => services.add(service.name, service, name)),
      registerCli: (command, run, given = {}) =>
        this.#hold(() => cli.add(checkWord(command, "command"), { ...given, name: command, run }, name)),
    };
  }

  /** Keeps what was added until it is taken back, by the plugin or with it. */
  #hold(add: () => Disposable): Disposable {
    if (this.#isOver) {
      throw new PluginUseError(
        `The plugin ${this.#plugin.name} was unloaded: what it adds now belongs to nobody and is refused.`,
      );
    }
    const added = add();
    this.#held.push(added);
    return {
      [Symbol.dispose]: () => {
        this.#held = this.#held.filter((other) => other !== added);
        added[Symbol.dispose]();
      },
    };
  }

  #addChannel(draft: ChannelDraft): Disposable {
    const { name: owner } = this.#plugin;
    const key = `${checkChannelName(draft.name)}/${draft.account ?? "default"}`;
    const missing = REQUIRED.filter((part) => draft[part] === undefined);
    if (missing.length === 0) return this.#registry.channelList.add(key, draft as Channel, owner);
    this.#log.warn({ channel: key, missing }, "a channel is incomplete and is not used");
    return this.#registry.incompleteChannels.add(key, missing, owner);
  }

  #addTool(tool: Tool): Disposable {
    checkToolName(tool.name);
    // Models want the schema of an object, and `{}` is what a sketch has.
    const parameters = { type: "object", properties: {}, ...tool.parameters };
    const whole: Tool = {
      name: tool.name,
      description: tool.description,
      parameters,
      execute: (params, context) => tool.execute(params, context),
    };
    return this.#registry.tools.add(tool.name, whole, this.#plugin.name);
  }

  #addHook<const Names extends readonly HookName[]>(
    names: Names,
    handler: HookHandler<Names[number]>,
    place: HookOptions = {},
  ): Disposable {
    checkHookNames(names);
    return this.#registry.hooks.add(names, handler, this.#plugin.name, { ...place, rank: this.#rank });
  }

  #state(): PluginState {
    const namespace = `plugin/${this.#plugin.name}`;
    const ledger = () => {
      const { state } = this.#registry;
      if (state && !this.#isOver) return state;
      throw new PluginUseError(`The plugin ${this.#plugin.name} has no state here.`);
    };
    return {
      get: async (key) => ledger().get(namespace, key),
      set: async (key, value) => {
        if (value.length > MOST_STATE_LENGTH) {
          throw new PluginUseError(`The value of ${key} is too large for a plugin's state.`);
        }
        await ledger().set(namespace, key, value);
      },
    };
  }
}

const NEVER = new AbortController().signal;
const REQUIRED = ["start", "stop", "send", "capabilities"] as const;
const MOST_STATE_LENGTH = 65_536;
