import { AsyncLocalStorage } from "node:async_hooks";
import { GatewayError } from "../core/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import { type PluginProcess, processFor } from "./plugin-process.ts";

/** The plugin that should have answered was unloaded meanwhile. */
class PluginGoneError extends GatewayError {
  readonly code = "plugin-gone";
}

type Way = <R>(work: () => R) => R;

/** Taken while no plugin runs: whatever runs in it belongs to the gateway. */
const asGateway: Way = AsyncLocalStorage.snapshot();

/** Back to where the gateway called the plugin: a time limit of that call is still known there. */
const wayBack = new AsyncLocalStorage<Way>();

/**
 * The modules of one load of one plugin, and everything their code opens: timers, servers, sockets, watchers,
 * child processes. All of it ends with `retire`, and what the code throws where nobody catches it goes to
 * `onStray` instead of ending the gateway.
 */
export class PluginGraph {
  readonly #name: string;
  readonly #graph: Bun.ModuleGraph;
  readonly #process: PluginProcess;
  readonly #over = new AbortController();
  readonly #clock: Clock;
  #running = 0;
  #quiet = Promise.withResolvers<void>();

  constructor(name: string, clock: Clock, onStray: (error: unknown) => void) {
    this.#name = name;
    this.#clock = clock;
    this.#process = processFor(name);
    this.#graph = new Bun.ModuleGraph({ onError: onStray, globals: { process: this.#process.process } });
  }

  /** Whether a call has not come back yet. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Loads `file` and what it imports as they are on the disk now. */
  import(file: string): Promise<Readonly<Record<string, unknown>>> {
    return this.#untilOver(this.#graph.import(file));
  }

  /** Calls the plugin's code: what it opens is the plugin's. A promise rejects if the plugin goes away first. */
  enter<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    if (this.#over.signal.aborted) throw this.#gone();
    const back: Way = Bun.ModuleGraph.current === undefined ? AsyncLocalStorage.snapshot() : asGateway;
    const result = wayBack.run(back, () => this.#graph.run(fn, ...args));
    // A promise of the plugin's never settles once its modules are gone; ours does.
    return result instanceof Promise ? (this.#untilOver(result) as R) : result;
  }

  /** Calls that run may finish within `graceMs`, or until `hard` aborts; then all is closed. */
  async retire(graceMs: number, hard?: AbortSignal): Promise<void> {
    if (this.#running > 0 && graceMs > 0) {
      await Promise.race([this.#quiet.promise, this.#clock.sleep(graceMs, hard)]);
    }
    this.#process[Symbol.dispose]();
    this.#graph.dispose();
    this.#over.abort();
  }

  async #untilOver<T>(work: Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await untilAborted(work, this.#over.signal, () => this.#gone());
    } finally {
      this.#running -= 1;
      if (this.#running === 0) {
        this.#quiet.resolve();
        this.#quiet = Promise.withResolvers();
      }
    }
  }

  #gone(): Error {
    return new PluginGoneError(`The plugin ${this.#name} was unloaded before it answered.`);
  }
}

/** Runs `fn` as the gateway's own work, wherever it is called: it outlives the plugin that asked for it. */
export function leavePlugin<R>(work: () => R): R {
  return (wayBack.getStore() ?? asGateway)(work);
}

/** `value` with each of its functions run as the gateway's own work, also those of its log and its state. */
export function forPlugin<T extends object>(value: T): T {
  return new Proxy(value, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member === "function") {
        return (...args: unknown[]) => {
          const result: unknown = leavePlugin(() => Reflect.apply(member, target, args));
          return key === "child" && isObject(result) ? forPlugin(result) : result;
        };
      }
      return (key === "log" || key === "state") && isObject(member) ? forPlugin(member) : member;
    },
  });
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
