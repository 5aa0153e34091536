import type { Config } from "../core/config-schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { offerGatewayModule } from "./gateway-module.ts";
import { PluginDoor } from "./plugin-door.ts";
import { PluginError } from "./plugin-error.ts";
import { PluginGraph } from "./plugin-graph.ts";
import { checkOptions } from "./plugin-options.ts";
import type { PluginSource } from "./plugin-source.ts";
import type { OpenPlugin, PluginIdentity, PluginRegistry } from "./registry.ts";
import type { Plugin } from "./types.ts";

export interface LoadNeeds {
  readonly registry: PluginRegistry;
  readonly config: Config;
  /** As the configuration has them. */
  readonly options: unknown;
  /** Where the plugin stands in the configuration: `plugins[0]`. */
  readonly place: string;
  readonly rank: number;
  readonly log: Logger;
  readonly clock: Clock;
  /** How long loading may take. */
  readonly withinMs: number;
}

/** What a service or a channel of an unloaded plugin may take to stop. */
const STOP_WITHIN_MS = 10_000;

/** One version of a plugin whose code has run. Nothing that it registers is in force before `open`. */
export class LoadedPlugin {
  readonly rank: number;
  readonly #identity: PluginIdentity;
  readonly #registry: PluginRegistry;
  readonly #clock: Clock;
  readonly #graph: PluginGraph;
  readonly #door: PluginDoor;
  #scope: OpenPlugin;
  #closed: Promise<void> = Promise.resolve();
  #strays: { readonly count: number; readonly last: string } | undefined;

  /** Use {@link LoadedPlugin.load}. */
  private constructor({ id }: PluginSource, options: unknown, needs: LoadNeeds) {
    const { registry, config, rank, log, clock } = needs;
    this.rank = rank;
    this.#registry = registry;
    this.#clock = clock;
    this.#identity = { name: id, config, options, rank, log };
    this.#graph = new PluginGraph(id, clock, (error) => this.#noteStray(error));
    this.#scope = registry.open(this.#identity);
    this.#door = new PluginDoor(this.#scope.api, this.#graph, registry);
  }

  /** Runs the plugin's code as it is on the disk. Throws {@link PluginError}, and leaves nothing behind then. */
  static async load(source: PluginSource, needs: LoadNeeds): Promise<LoadedPlugin> {
    const options = checkOptions(source.configSchema, needs.options, needs.place);
    offerGatewayModule();
    const plugin = new LoadedPlugin(source, options, needs);
    try {
      await plugin.#within(needs.withinMs, plugin.#run(source.main));
      return plugin;
    } catch (error) {
      await plugin.end(0);
      throw error;
    }
  }

  get id(): string {
    return this.#identity.name;
  }

  /** Whether a call to it has not come back yet. */
  get isBusy(): boolean {
    return this.#graph.isBusy;
  }

  get registered(): readonly string[] {
    return this.#door.registered;
  }

  /** What it threw outside of any call. */
  get strays(): { readonly count: number; readonly last: string } | undefined {
    return this.#strays;
  }

  /** Resolves once what it had registered, and was taken back, has stopped. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Puts what it registered in force, in the place of `old`. Throws where that cannot be; then `old` still is. */
  replace(old?: LoadedPlugin): void {
    if (old) old.#close();
    try {
      this.#door.open(this.#scope.api, old?.closed);
    } catch (error) {
      this.#close();
      if (old) old.#reopen();
      throw error;
    }
  }

  /** Takes everything back at once; calls that run may finish within `graceMs`, or until `hard` aborts. */
  async end(graceMs: number, hard?: AbortSignal): Promise<void> {
    this.#close();
    await Promise.race([this.#closed, this.#clock.sleep(graceMs === 0 ? 0 : STOP_WITHIN_MS, hard)]);
    await this.#graph.retire(graceMs, hard);
  }

  #close(): void {
    this.#closed = this.#scope.dispose();
  }

  #reopen(): void {
    this.#scope = this.#registry.open(this.#identity);
    this.#door.open(this.#scope.api, this.#closed);
  }

  async #run(main: string): Promise<void> {
    const module = await this.#graph.import(main).catch((error: unknown) => {
      throw new PluginError(`it failed while it was loaded: ${describe(error)}`, undefined, error);
    });
    const plugin = module["default"];
    if (!isPlugin(plugin)) {
      throw new PluginError(
        `${main} exports no function by default`,
        "Write: export default function (api) { … }",
      );
    }
    try {
      await this.#graph.enter(plugin, this.#door.api);
    } catch (error) {
      throw new PluginError(`its function failed: ${describe(error)}`, undefined, error);
    }
  }

  async #within(limitMs: number, work: Promise<void>): Promise<void> {
    const done = new AbortController();
    const late = this.#clock.sleep(limitMs, done.signal).then(() => {
      if (done.signal.aborted) return;
      throw new PluginError(
        `it did not finish loading within ${limitMs / 1000} s`,
        "Its function, and what its file awaits, must come to an end; put long work into a service.",
      );
    });
    try {
      await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  #noteStray(error: unknown): void {
    this.#strays = { count: (this.#strays?.count ?? 0) + 1, last: describe(error) };
    const { log, name } = this.#identity;
    log.error({ error, plugin: name }, "a plugin failed outside of any call; the gateway goes on");
  }
}

function isPlugin(value: unknown): value is Plugin {
  return typeof value === "function";
}

/** The error, and where in the plugin's files it is. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ");
  if (!(error instanceof Error)) return String(error);
  // What Bun says of a file that is no program has its place beside the message.
  const { position } = error as { readonly position?: Position | null };
  if (position) return `${error.message} (${position.file}:${position.line}:${position.column})`;
  const place = /(?:\(|at )(\/[^()\n]+:\d+:\d+)/.exec(error.stack ?? "")?.[1];
  return `${error.name}: ${error.message}${place === undefined ? "" : ` (${place})`}`;
}

interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
