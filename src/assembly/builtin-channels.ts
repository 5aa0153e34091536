import type { Config } from "../core/config-schema.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { type BuiltinPlugin, builtinPlugins } from "../plugins/builtin/index.ts";
import type { OpenPlugin, PluginRegistry } from "../plugins/registry.ts";
import type { NamedPlugin } from "./parts.ts";

export interface BuiltinChannelsDeps {
  readonly config: () => Config;
  readonly registry: PluginRegistry;
  readonly log: Logger;
  /** Besides the built-in ones: what whoever starts the gateway gives it. Always on. */
  readonly given?: readonly NamedPlugin[];
  readonly builtin?: readonly BuiltinPlugin[];
}

/** The channels that come with the gateway, each there as its section of the configuration asks for it. */
export class BuiltinChannels implements Service {
  readonly name = "built-in channels";
  readonly #deps: BuiltinChannelsDeps;
  readonly #open = new Map<string, OpenPlugin>();
  readonly #failures = new Map<string, string>();
  /** Those that are set up when the store is open: they may look into it. */
  readonly #later: readonly BuiltinPlugin[];
  /** One change at a time. */
  #last: Promise<void>;

  /** Sets up at once what stays as it is: its names are taken then. */
  constructor(deps: BuiltinChannelsDeps) {
    this.#deps = deps;
    const { given = [], builtin = builtinPlugins } = deps;
    const always = given.map((one) => ({ ...one, isEnabled: () => true }));
    this.#later = builtin.filter(({ isFixed }) => !isFixed);
    this.#last = this.#setUpAll([...builtin.filter(({ isFixed }) => isFixed), ...always]);
  }

  /** Why channels could not be set up, by name. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  /** Resolves once all are set up. Never rejects: a channel that cannot be costs nobody but itself. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#setUpAll(this.#later));
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      for (const open of this.#open.values()) await open.dispose();
      this.#open.clear();
    });
  }

  /** Sets up anew those of `names` that come with the gateway: their sections have changed. */
  follow(names: readonly string[]): Promise<void> {
    const { builtin = builtinPlugins } = this.#deps;
    return this.#inTurn(async () => {
      for (const one of builtin.filter(({ name, isFixed }) => names.includes(name) && !isFixed)) {
        await this.#open.get(one.name)?.dispose();
        this.#open.delete(one.name);
        await this.#setUp(one);
      }
    });
  }

  async #setUpAll(all: readonly BuiltinPlugin[]): Promise<void> {
    await Promise.all(all.map((one) => this.#setUp(one)));
  }

  async #setUp(builtin: BuiltinPlugin): Promise<void> {
    const { name, plugin } = builtin;
    const config = this.#deps.config();
    const options = config.channels[name];
    this.#failures.delete(name);
    if (!builtin.isEnabled(options)) return;
    const open = this.#deps.registry.open({ name, config, options, log: this.#deps.log });
    this.#open.set(name, open);
    try {
      await plugin(open.api);
    } catch (error) {
      this.#failures.set(name, error instanceof Error ? error.message : String(error));
      this.#deps.log.error({ error, channel: name }, "a channel cannot be set up, the others go on");
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work);
    return this.#last;
  }
}
