import type { HookName } from "../core/hooks.ts";
import { NameTakenError } from "../core/errors.ts";
import { forPlugin, leavePlugin, type PluginGraph } from "./plugin-graph.ts";
import type { PluginRegistry } from "./registry.ts";
import type { GatewayPluginApi } from "./types.ts";

type Addition = (api: GatewayPluginApi) => Disposable;

/** Something the plugin has asked for: carried out as soon as there is where to. */
interface Wish {
  /** In words: `tool weather`. */
  readonly what: string;
  readonly add: Addition;
  added: Disposable | undefined;
}

type Adding =
  | "registerChannel"
  | "registerTool"
  | "registerHook"
  | "on"
  | "registerHttpRoute"
  | "registerGatewayMethod"
  | "registerCommand"
  | "registerService"
  | "registerCli";

type Lists = Pick<
  PluginRegistry,
  "channelList" | "tools" | "routes" | "methods" | "commands" | "services" | "cli"
>;

/**
 * The API as one load of a plugin sees it. What it registers runs in the plugin's own graph; what it calls runs
 * as the gateway's work. While the door is closed nothing is in force: a new version is loaded beside the old
 * one, and takes its place in one step, or not at all.
 */
export class PluginDoor {
  readonly api: GatewayPluginApi;
  readonly #graph: PluginGraph;
  readonly #lists: Lists;
  readonly #id: string;
  readonly #wishes = new Set<Wish>();
  #to: GatewayPluginApi | undefined;
  #before: Promise<void> | undefined;

  /** `real` is what the plugin sees of everything that registers nothing. */
  constructor(real: GatewayPluginApi, graph: PluginGraph, lists: Lists) {
    this.#id = real.name;
    this.#graph = graph;
    this.#lists = lists;
    this.api = { ...forPlugin(real), ...this.#additions() };
  }

  /** What is registered, or will be, in words. */
  get registered(): readonly string[] {
    return Array.from(this.#wishes, ({ what }) => what);
  }

  /**
   * Registers at `real` all that was asked for, and from now on at once. Throws what a registration throws.
   * What has to start, such as a channel, does so once `before` is over.
   */
  open(real: GatewayPluginApi, before?: Promise<void>): void {
    this.#before = before;
    for (const wish of this.#wishes) wish.added = wish.add(real);
    this.#to = real;
  }

  #additions(): Pick<GatewayPluginApi, Adding> {
    const lists = this.#lists;
    return {
      registerChannel: (channel) => {
        const key = `${channel.name}/${channel.account ?? "default"}`;
        // `start` is handed the gateway's side of the channel.
        const inGraph = this.#objectInGraph(channel, (args) => args.map(handOver));
        return this.#add(`channel ${key}`, (api) => api.registerChannel(inGraph), lists.channelList, key);
      },
      registerTool: (tool) => {
        const inGraph = this.#objectInGraph(tool, ([params, context]) => [params, handOver(context)]);
        const { name } = tool;
        return this.#add(`tool ${name}`, (api) => api.registerTool(inGraph), lists.tools, name);
      },
      registerHook: (names, handler, options) => {
        const inGraph = this.#inGraph(handler);
        return this.#add(hooksOf(names), (api) => api.registerHook(names, inGraph, options));
      },
      on: (name, handler, options) => {
        const inGraph = this.#inGraph(handler);
        return this.#add(hooksOf([name]), (api) => api.on(name, inGraph, options));
      },
      registerHttpRoute: (method, path, handler, options) => {
        const inGraph = this.#inGraph(handler);
        const key = `${method} ${path}`;
        const add: Addition = (api) => api.registerHttpRoute(method, path, inGraph, options);
        return this.#add(`route ${key}`, add, lists.routes, key);
      },
      registerGatewayMethod: (name, handler) => {
        const inGraph = this.#inGraph(handler);
        const add: Addition = (api) => api.registerGatewayMethod(name, inGraph);
        return this.#add(`method ${name}`, add, lists.methods, name);
      },
      registerCommand: (name, handler, options) => {
        const inGraph: typeof handler = (call) => this.#graph.enter(handler, forPlugin(call));
        const add: Addition = (api) => api.registerCommand(name, inGraph, options);
        return this.#add(`command /${name}`, add, lists.commands, name);
      },
      registerService: (service) => {
        const inGraph = this.#objectInGraph(service);
        const { name } = service;
        return this.#add(`service ${name}`, (api) => api.registerService(inGraph), lists.services, name);
      },
      registerCli: (name, handler, options) => {
        const inGraph = this.#inGraph(handler);
        const add: Addition = (api) => api.registerCli(name, inGraph, options);
        return this.#add(`pi-gw ${name}`, add, lists.cli, name);
      },
    };
  }

  #add(
    what: string,
    add: Addition,
    list?: { ownerOf(name: string): string | undefined },
    key = "",
  ): Disposable {
    const wish: Wish = { what, add, added: undefined };
    const owner = list?.ownerOf(key);
    if (this.#to === undefined && owner !== undefined && owner !== this.#id) {
      throw new NameTakenError(`the ${what} is already registered by ${owner}`);
    }
    const to = this.#to;
    if (to !== undefined) wish.added = leavePlugin(() => add(to));
    this.#wishes.add(wish);
    return {
      [Symbol.dispose]: () => {
        if (!this.#wishes.delete(wish)) return;
        leavePlugin(() => wish.added?.[Symbol.dispose]());
      },
    };
  }

  /** Two versions never run at once: they would want the same port, or the same bot. */
  async #afterOld(start: (...args: unknown[]) => unknown, args: unknown[]): Promise<unknown> {
    await this.#before;
    return start(...args);
  }

  #inGraph<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
    return (...args) => this.#graph.enter(fn, ...args);
  }

  /** `target` with each of its methods run in the plugin's graph, on `target` itself. */
  #objectInGraph<T extends object>(
    target: T,
    given: (args: readonly unknown[]) => unknown[] = (args) => [...args],
  ): T {
    // Not a proxy of `target`: a frozen one would have to show its own methods.
    return new Proxy<T>(Object.create(target), {
      get: (_seen, key) => {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== "function") return member;
        const call = (...args: unknown[]) =>
          this.#graph.enter((): unknown => Reflect.apply(member, target, given(args)));
        return key === "start" ? (...args: unknown[]) => this.#afterOld(call, args) : call;
      },
    });
  }
}

/** What is handed to a plugin may have functions of ours: those are the gateway's work. */
function handOver(argument: unknown): unknown {
  if (!isObject(argument)) return argument;
  const isOurs = "log" in argument || Object.values(argument).some((part) => typeof part === "function");
  return isOurs ? forPlugin(argument) : argument;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const hooksOf = (names: readonly HookName[]) =>
  `${names.length === 1 ? "hook" : "hooks"} ${names.join(", ")}`;
