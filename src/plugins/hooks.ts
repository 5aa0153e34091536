import type { Block, HookContext, HookHandler, HookName, HookRunner } from "../core/hooks.ts";
import type { Logger } from "../lib/logger.ts";
import type { HookOptions } from "./types.ts";

type Policy = "open" | "closed" | "observe";

/**
 * What a hook that fails or takes too long means. `closed`: what it guards does not happen, because a
 * broken guard must not open the gate. `open`: it is skipped, because a broken plugin must not cost a
 * message. `observe`: nobody waits for it at all.
 */
const HOOK_POLICY: Readonly<Record<HookName, Policy>> = {
  gateway_start: "open",
  gateway_stop: "open",
  message_received: "open",
  message_sending: "closed",
  message_sent: "observe",
  session_start: "observe",
  session_end: "observe",
  before_agent_start: "open",
  agent_end: "observe",
  before_tool_call: "closed",
  after_tool_call: "open",
  tool_result_persist: "open",
  before_compaction: "open",
  after_compaction: "observe",
};

interface Registration {
  readonly owner: string;
  readonly handler: HookHandler<HookName>;
  readonly priority: number;
  readonly rank: number;
  readonly timeoutMs: number | undefined;
}

/** The longest that a hook may ask for: an approval waits for a person. */
const MOST_TIMEOUT_MS = 600_000;

/** Where a plugin's hooks stand: its place in the configuration. */
export interface HookPlace extends HookOptions {
  readonly rank?: number;
}

/** Runs the registered hooks one after the other: higher priority first, then by the plugin's rank. */
export class HookRegistry implements HookRunner {
  readonly #registered = new Map<HookName, Registration[]>();
  readonly #timeoutMs: () => number;
  readonly #log: Logger;

  constructor(timeoutMs: () => number, log: Logger) {
    this.#timeoutMs = timeoutMs;
    this.#log = log;
  }

  add<const Names extends readonly HookName[]>(
    names: Names,
    handler: HookHandler<Names[number]>,
    owner: string,
    { priority = 0, timeoutMs, rank = 0 }: HookPlace = {},
  ): Disposable {
    const registration: Registration = { owner, handler, priority, rank, timeoutMs };
    for (const name of names) {
      const all = [...this.#of(name), registration];
      this.#registered.set(
        name,
        all.toSorted((a, b) => b.priority - a.priority || a.rank - b.rank),
      );
    }
    return {
      [Symbol.dispose]: () => {
        for (const name of names) {
          this.#registered.set(
            name,
            this.#of(name).filter((other) => other !== registration),
          );
        }
      },
    };
  }

  has(name: HookName): boolean {
    return this.#of(name).length > 0;
  }

  async run<N extends HookName>(name: N, context: HookContext<N>): Promise<Block | undefined> {
    const registered = this.#of(name);
    if (registered.length === 0) return undefined;
    if (HOOK_POLICY[name] !== "observe") return this.#runInOrder(name, registered, context);
    for (const one of registered) void this.#runOne(name, one, context);
    return undefined;
  }

  async #runInOrder(
    name: HookName,
    registered: readonly Registration[],
    context: HookContext<HookName>,
  ): Promise<Block | undefined> {
    for (const one of registered) {
      const block = await this.#runOne(name, one, context);
      if (block) return block;
    }
    return undefined;
  }

  /** Never rejects: a hook that fails is logged under its plugin's name, and blocks where the policy says so. */
  async #runOne(
    name: HookName,
    { owner, handler, timeoutMs = this.#timeoutMs() }: Registration,
    context: HookContext<HookName>,
  ): Promise<Block | undefined> {
    try {
      return (await withTimeout(handler, context, Math.min(timeoutMs, MOST_TIMEOUT_MS))) ?? undefined;
    } catch (error) {
      this.#log.error({ error, hook: name, plugin: owner }, "a hook failed");
      if (HOOK_POLICY[name] !== "closed") return undefined;
      return { block: `The check ${name} of the plugin ${owner} failed.`, failed: true };
    }
  }

  #of(name: HookName): readonly Registration[] {
    return this.#registered.get(name) ?? [];
  }
}

async function withTimeout(
  handler: HookHandler<HookName>,
  context: HookContext<HookName>,
  timeoutMs: number,
): Promise<Block | void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([handler(context), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
