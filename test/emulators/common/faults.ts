import type { Clock } from "../../../src/lib/clock.ts";
import { randomFrom } from "./random.ts";

/**
 * What can go wrong with one request, or with the delivery of one update.
 * - `429`: refused for now. `in` says where the time is told: by body and header (the default), by the header alone,
 *   or by the header of an HTML page; `scope`, where the platform tells it, whose limit it is.
 * - `5xx`: refused with an error of the platform's own form; `502-html`: by a proxy in front of it.
 * - `drop-before`: the connection is cut and nothing has happened; `drop-after`: it has happened, the answer is lost.
 * - `slow`: it happens at once and is answered after `ms`; `half-open`: it is never answered, and does not happen.
 * - `truncated`: it has happened, the answer breaks off; `malformed`: it has happened, the answer is no JSON.
 * - `reset-upload`: the connection is reset while the request is still being sent.
 * - `outage`: every matching request is cut for `ms` from the first one on.
 * - `duplicate`: an update comes again after it was confirmed; `reorder`: the next one overtakes it; `delay`: it comes
 *   `ms` later. The `method` of an update is its kind, such as `message`.
 *
 * A request that the platform makes itself, to a webhook, has the method `webhook` (`push`, with the kind of the event
 * as its path, where events also go over a connection) and knows `drop-before`, `drop-after` (delivered, but the answer
 * is lost) and `slow`.
 */
export type Fault =
  | {
      readonly kind: "429";
      readonly retryAfter: number;
      readonly in?: "both" | "header" | "html";
      readonly scope?: "user" | "global" | "shared";
      /** Where a platform says it by another status. */
      readonly status?: number;
    }
  | { readonly kind: "5xx"; readonly status?: number }
  | {
      readonly kind:
        | "502-html"
        | "drop-before"
        | "drop-after"
        | "half-open"
        | "truncated"
        | "malformed"
        | "reset-upload"
        | "duplicate"
        | "reorder";
    }
  | { readonly kind: "slow" | "outage" | "delay"; readonly ms: number };

/** Which requests are meant; what is left out matches everything. */
export interface FaultMatch {
  readonly method?: string | RegExp;
  readonly path?: string | RegExp;
  readonly chat?: number | string;
  /** Only from the nth request on that matches otherwise; the first is 1. */
  readonly nth?: number;
}

/** What goes wrong, where, and how often: once, unless `times` says more. */
export type FaultRule = Fault & { readonly match?: FaultMatch; readonly times?: number };

/** What a request is known by before it is served. */
export interface FaultSubject {
  readonly method: string;
  readonly path: string;
  readonly chat: string | undefined;
}

export interface RandomFaults {
  readonly seed: number;
  /** The share of requests that fail, from 0 to 1. */
  readonly rate: number;
  readonly faults: readonly Fault[];
  readonly match?: FaultMatch;
}

interface LiveRule {
  readonly rule: FaultRule;
  seen: number;
  left: number;
  /** When an outage ends; set by the first request that it hits. */
  endsAtMs?: number;
}

/** The faults of one stand-in server. The first rule that matches a request decides; each is used up by itself. */
export class FaultScript {
  readonly #clock: Clock;
  #rules: LiveRule[] = [];
  #random: (RandomFaults & { next: () => number }) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(...rules: readonly FaultRule[]): void {
    this.#rules.push(...rules.map((rule) => ({ rule, seen: 0, left: rule.times ?? 1 })));
  }

  /** From now on some requests fail by chance, the same ones for the same seed and the same order of requests. */
  atRandom(random: RandomFaults | undefined): void {
    this.#random = random && { ...random, next: randomFrom(random.seed) };
  }

  clear(): void {
    this.#rules = [];
    this.#random = undefined;
  }

  /** Rules that have not been used up. */
  get left(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule);
  }

  /** The fault of this request, which is used up by asking; only those of `kinds`, if given. */
  take(subject: FaultSubject, kinds?: ReadonlySet<Fault["kind"]>): Fault | undefined {
    for (const live of this.#rules) {
      if (kinds && !kinds.has(live.rule.kind)) continue;
      if (!isMatch(live.rule.match, subject)) continue;
      live.seen++;
      if (live.seen < (live.rule.match?.nth ?? 1)) continue;
      if (this.#use(live)) return live.rule;
    }
    return this.#takeRandom(subject, kinds);
  }

  #use(live: LiveRule): boolean {
    if (live.rule.kind === "outage") {
      live.endsAtMs ??= this.#clock.now() + live.rule.ms;
      if (this.#clock.now() < live.endsAtMs) return true;
      this.#rules = this.#rules.filter((other) => other !== live);
      return false;
    }
    live.left--;
    if (live.left <= 0) this.#rules = this.#rules.filter((other) => other !== live);
    return true;
  }

  #takeRandom(subject: FaultSubject, kinds: ReadonlySet<Fault["kind"]> | undefined): Fault | undefined {
    const random = this.#random;
    if (!random || !isMatch(random.match, subject) || random.next() >= random.rate) return undefined;
    const faults = random.faults.filter(({ kind }) => !kinds || kinds.has(kind));
    return faults[Math.floor(random.next() * faults.length)];
  }
}

/** Faults of the delivery of updates; all others are faults of a request. */
export const UPDATE_FAULTS: ReadonlySet<Fault["kind"]> = new Set(["duplicate", "reorder", "delay"]);

function isMatch(match: FaultMatch = {}, { method, path, chat }: FaultSubject): boolean {
  if (match.chat !== undefined && String(match.chat) !== chat) return false;
  return isText(match.method, method) && isText(match.path, path);
}

function isText(wanted: string | RegExp | undefined, text: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? wanted === text : wanted.test(text);
}
