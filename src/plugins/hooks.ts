import type { Block, HookContext, HookHandler, HookName, HookRunner } from "../core/hooks.ts";
import type { Approval, QuestionDesk } from "../core/question.ts";
import type { Logger } from "../lib/logger.ts";
import { checkDraft, hear, type Heard, type HookDraft } from "./hook-answer.ts";
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

/** The longest that a hook may ask for. */
const MOST_TIMEOUT_MS = 600_000;

/** Where a plugin's hooks stand: its place in the configuration. */
export interface HookPlace extends HookOptions {
  readonly rank?: number;
}

/** Runs the registered hooks one after the other: plugins by their rank, and among those of one rank the higher priority first. */
export class HookRegistry implements HookRunner {
  readonly #registered = new Map<HookName, Registration[]>();
  readonly #timeoutMs: () => number;
  readonly #log: Logger;
  readonly #approvals: Pick<QuestionDesk, "approve"> | undefined;
  readonly #strange = new Set<string>();

  /** `approvals`: who is asked where a hook wants an owner's permission; without it the answer is no. */
  constructor(timeoutMs: () => number, log: Logger, approvals?: Pick<QuestionDesk, "approve">) {
    this.#timeoutMs = timeoutMs;
    this.#log = log;
    this.#approvals = approvals;
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
        all.toSorted((a, b) => a.rank - b.rank || b.priority - a.priority),
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
    let wish: Approval | undefined;
    for (const one of registered) {
      // What a person will be asked about must not become something else behind their back.
      const heard = await this.#runOne(name, one, wish === undefined ? context : { ...context });
      if (heard.block) return heard.block;
      if (isAnswered(name, context)) return undefined;
      wish ??= heard.approval;
    }
    return wish && this.#approve(wish, context);
  }

  /** Nobody's time limit counts here: a person may think. */
  async #approve(wish: Approval, context: HookContext<HookName>): Promise<Block | undefined> {
    const session = "sessionKey" in context ? context.sessionKey : undefined;
    if (!this.#approvals || session === undefined)
      return { block: "Nobody can be asked for permission here." };
    const refusal = await this.#approvals.approve(session, wish, NEVER);
    return refusal === undefined ? undefined : { block: refusal };
  }

  /**
   * Never rejects: a hook that fails is logged under its plugin's name, has changed nothing, and blocks where
   * the policy says so.
   */
  async #runOne(
    name: HookName,
    { owner, handler, timeoutMs = this.#limitOf(name) }: Registration,
    context: HookContext<HookName>,
  ): Promise<Pick<Heard, "block" | "approval">> {
    const draft = draftOf(name, context);
    try {
      const answer: unknown = await withinLimit(Math.min(timeoutMs, MOST_TIMEOUT_MS), () =>
        // It has the fields of the context that it was made from.
        handler(draft as HookContext<HookName>),
      );
      const { strange, ...heard } = hear(name, answer, draft);
      checkDraft(name, draft);
      for (const field of HOOK_RULES[name].assignable) {
        if (field in draft) Object.assign(context, { [field]: draft[field] });
      }
      if (strange !== undefined) this.#noteStrange(name, owner, strange);
      return heard;
    } catch (error) {
      this.#log.error({ error, hook: name, plugin: owner }, "a hook failed");
      if (HOOK_RULES[name].policy !== "closed") return {};
      return { block: { block: `The check ${name} of the plugin ${owner} failed.`, failed: true } };
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

  #limitOf(name: HookName): number {
    return Math.max(this.#timeoutMs(), HOOK_RULES[name].timeoutMs ?? 0);
  }

  #of(name: HookName): readonly Registration[] {
    return this.#registered.get(name) ?? [];
  }
}

/** The turn ends what is asked in it. */
const NEVER = new AbortController().signal;

/** Whether nobody else needs to be asked. */
function isAnswered(name: HookName, context: HookContext<HookName>): boolean {
  const { until } = HOOK_RULES[name];
  const value: unknown = until === undefined ? undefined : Reflect.get(context, until);
  return value !== undefined && value !== "";
}

/** Parameters are copied to the bottom: handlers change them in place. */
function draftOf(name: HookName, context: HookContext<HookName>): HookDraft {
  const draft: HookDraft = { ...context };
  if (name === "before_tool_call") draft["params"] = structuredClone(draft["params"]);
  return draft;
}
