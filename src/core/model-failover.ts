import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Config } from "./config-schema.ts";
import { classifyModelError, isWorthAnotherModel, mayPass, type ModelErrorKind } from "./model-errors.ts";

/** How a model is, for whoever asks. */
export interface ModelState {
  /** `provider/id`. */
  readonly id: string;
  readonly state: "ok" | "cooling";
  /** When it will be tried again; present iff it is cooling. */
  readonly untilMs?: number;
  /** What it said when it last failed; absent once it has answered again. */
  readonly lastError?: { readonly said: string; readonly kind: ModelErrorKind; readonly atMs: number };
}

/** What a model said instead of an answer. */
export interface FailedTry {
  readonly model: string;
  readonly said: string;
}

/** What to do after a failure. */
export type NextStep =
  /** The same model again, after a pause. */
  | { readonly do: "again"; readonly pauseMs: number }
  | { readonly do: "switch"; readonly model: string }
  | { readonly do: "give-up" };

export interface ModelFailoverDeps {
  readonly settings: () => Config["agent"]["modelFailover"];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Who may answer a turn. */
export interface Candidates {
  /** The configured models that can be used, first choice first: `provider/id`. */
  readonly chain: readonly string[];
  /** What a person has chosen for this conversation. */
  readonly pinned?: string | undefined;
}

interface Memory {
  untilMs: number;
  lastError: NonNullable<ModelState["lastError"]> | undefined;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;

/**
 * Knows which models rest after a failure, for all sessions together. A resting model is passed over by turns that
 * begin, and used again afterwards. It is remembered in memory only: a new start gives every model a new chance.
 */
export class ModelFailover {
  readonly #deps: ModelFailoverDeps;
  readonly #known = new Map<string, Memory>();

  constructor(deps: ModelFailoverDeps) {
    this.#deps = deps;
  }

  /** The models of one turn, beginning with the one that is to be asked first. */
  begin(candidates: Candidates): TurnModels {
    const settings = this.#deps.settings();
    const { chain, pinned } = candidates;
    if (pinned === undefined) return new TurnModels(chain, this, { maxTries: settings?.maxRetries ?? 1 });
    const leavesPinned = settings?.leavesPinned ?? false;
    const rest = leavesPinned ? chain.filter((model) => model !== pinned) : [];
    return new TurnModels([pinned, ...rest], this, { maxTries: settings?.maxRetries ?? 1, pinned });
  }

  /** Of `models`: the first that does not rest, else the one that is ready first; undefined if there is none. */
  pick(models: readonly string[]): string | undefined {
    const ready = models.find((model) => this.#restMs(model) <= 0);
    return ready ?? models.toSorted((one, other) => this.#restMs(one) - this.#restMs(other))[0];
  }

  /** How long a model may say nothing before another is asked. */
  get silenceMs(): number {
    return this.#deps.settings()?.silenceMs || Number.POSITIVE_INFINITY;
  }

  /** The models of a chain, then all others that have failed since the start. */
  states(chain: readonly string[]): readonly ModelState[] {
    return [...new Set([...chain, ...this.#known.keys()])].map((id) => this.stateOf(id));
  }

  stateOf(id: string): ModelState {
    const memory = this.#known.get(id);
    const isCooling = this.#restMs(id) > 0;
    return {
      id,
      ...(memory && isCooling ? { state: "cooling", untilMs: memory.untilMs } : { state: "ok" }),
      ...(memory?.lastError ? { lastError: memory.lastError } : {}),
    };
  }

  /** A try failed. */
  noteFailure(model: string, said: string, kind: ModelErrorKind): void {
    const memory = this.#memoryOf(model);
    memory.lastError = { said, kind, atMs: this.#deps.clock.now() };
  }

  /** A turn has given up on the model. */
  rest(model: string): void {
    const cooldownMs = this.#deps.settings()?.cooldownMs ?? 0;
    if (cooldownMs === 0) return;
    const isNews = this.#restMs(model) <= 0;
    const memory = this.#memoryOf(model);
    memory.untilMs = this.#deps.clock.now() + cooldownMs;
    if (!isNews) return;
    this.#deps.log.warn({ model, cooldownMs, kind: memory.lastError?.kind }, "a model failed and rests");
  }

  /** What answers has nothing against it; but who was sent to rest by another turn meanwhile, rests. */
  noteAnswer(model: string): void {
    if (this.#restMs(model) <= 0) this.#known.delete(model);
  }

  #restMs(model: string): number {
    return (this.#known.get(model)?.untilMs ?? 0) - this.#deps.clock.now();
  }

  #memoryOf(model: string): Memory {
    const known = this.#known.get(model) ?? { untilMs: 0, lastError: undefined };
    this.#known.set(model, known);
    return known;
  }
}

interface Rules {
  readonly maxTries: number;
  readonly pinned?: string;
}

/** The models of one turn: which is asked, how often it has failed, and which is next. */
export class TurnModels {
  readonly #models: readonly string[];
  readonly #failover: ModelFailover;
  readonly #maxTries: number;
  readonly #tried: FailedTry[] = [];
  readonly #given = new Set<string>();
  #current: string;
  #tries = 0;
  /** What a person has chosen for this conversation; nothing else is asked unless the configuration says so. */
  readonly pinned: string | undefined;

  constructor(models: readonly string[], failover: ModelFailover, { maxTries, pinned }: Rules) {
    this.#models = models;
    this.#failover = failover;
    this.#maxTries = Math.max(1, maxTries);
    this.pinned = pinned;
    this.#current = failover.pick(models) ?? "";
  }

  /** Who is asked now: `provider/id`. */
  get current(): string {
    return this.#current;
  }

  /** What failed so far, the last word of each model. */
  get tried(): readonly FailedTry[] {
    return this.#tried;
  }

  /** True while there is somebody else to ask. */
  get hasNext(): boolean {
    return this.#next() !== undefined;
  }

  get silenceMs(): number {
    return this.#failover.silenceMs;
  }

  /**
   * `model` failed and said `said`. What somebody said who is not asked any more changes nothing. With `isLast`
   * the model has had its tries.
   */
  failed(model: string, said: string, isLast = false): NextStep {
    if (model !== this.#current) return { do: "again", pauseMs: 0 };
    const kind = classifyModelError(said);
    this.#tries += 1;
    this.#noteTry(model, said);
    if (!isWorthAnotherModel(kind)) return { do: "give-up" };
    this.#failover.noteFailure(model, said, kind);
    if (!isLast && mayPass(kind) && this.#tries < this.#maxTries) {
      return { do: "again", pauseMs: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#tries - 1)) };
    }
    this.#failover.rest(model);
    const next = this.#next();
    if (next === undefined) return { do: "give-up" };
    this.#given.add(model);
    this.#current = next;
    this.#tries = 0;
    return { do: "switch", model: next };
  }

  answered(model: string): void {
    this.#failover.noteAnswer(model);
  }

  #next(): string | undefined {
    const left = this.#models.filter((model) => model !== this.#current && !this.#given.has(model));
    return this.#failover.pick(left);
  }

  #noteTry(model: string, said: string): void {
    const at = this.#tried.findIndex((one) => one.model === model);
    if (at >= 0) this.#tried.splice(at, 1);
    this.#tried.push({ model, said });
  }
}
