import type { Block, HookContext, HookHandler, HookName, HookRunner } from "../core/hooks.ts";
import type { Logger } from "../lib/logger.ts";
import { checkDraft, hear, type HookDraft } from "./hook-answer.ts";
import { HOOK_RULES } from "./hook-rules.ts";
import { withinLimit } from "./time-limit.ts";
import type { HookOptions } from "./types.ts";

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
  readonly #strange = new Set<string>();

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
    if (HOOK_RULES[name].policy !== "observe") return this.#runInOrder(name, registered, context);
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

  /**
   * Never rejects: a hook that fails is logged under its plugin's name, has changed nothing, and blocks where
   * the policy says so.
   */
  async #runOne(
    name: HookName,
    { owner, handler, timeoutMs = this.#timeoutMs() }: Registration,
    context: HookContext<HookName>,
  ): Promise<Block | undefined> {
    const draft = draftOf(name, context);
    try {
      const answer: unknown = await withinLimit(Math.min(timeoutMs, MOST_TIMEOUT_MS), () =>
        // It has the fields of the context that it was made from.
        handler(draft as HookContext<HookName>),
      );
      const { block, strange } = hear(name, answer, draft);
      checkDraft(name, draft);
      for (const field of HOOK_RULES[name].assignable) {
        if (field in draft) Object.assign(context, { [field]: draft[field] });
      }
      if (strange !== undefined) this.#noteStrange(name, owner, strange);
      return block;
    } catch (error) {
      this.#log.error({ error, hook: name, plugin: owner }, "a hook failed");
      if (HOOK_RULES[name].policy !== "closed") return undefined;
      return { block: `The check ${name} of the plugin ${owner} failed.`, failed: true };
    }
  }

  /** Once for each hook of a plugin: a mistake in a handler is made at every call. */
  #noteStrange(hook: HookName, plugin: string, strange: string): void {
    const key = `${plugin}/${hook}`;
    if (this.#strange.has(key)) return;
    this.#strange.add(key);
    const returns = HOOK_RULES[hook].returns;
    const allowed = returns.length === 0 ? "nothing" : `an object with ${returns.join(", ")}`;
    this.#log.warn({ hook, plugin, returned: strange, allowed }, "what a hook returned means nothing here");
  }

  #of(name: HookName): readonly Registration[] {
    return this.#registered.get(name) ?? [];
  }
}

/** Parameters are copied to the bottom: handlers change them in place. */
function draftOf(name: HookName, context: HookContext<HookName>): HookDraft {
  const draft: HookDraft = { ...context };
  if (name === "before_tool_call") draft["params"] = structuredClone(draft["params"]);
  return draft;
}
