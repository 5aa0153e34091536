import type { Fault } from "./faults.ts";

/** One request that reached the stand-in, and what became of it. */
export interface Call {
  readonly atMs: number;
  readonly method: string;
  /** Whose request it was: the bot's user name. */
  readonly by: string | undefined;
  readonly chat: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  /** The HTTP status of the answer; `cut` if the connection was, `open` as long as there is none. */
  status: number | "open" | "cut";
  /** Whether the request had its effect. */
  hasHappened: boolean;
  fault?: Fault["kind"];
  endedAtMs?: number;
}

/** Which calls are meant; what is left out matches everything. */
export interface CallFilter {
  readonly method?: string;
  readonly chat?: number | string;
}

/** Every request in the order of arrival, with questions that tests ask about them. */
export class CallLog {
  readonly all: Call[] = [];

  of(filter: CallFilter): Call[] {
    return this.all.filter((call) => matches(call, filter));
  }

  /** How many calls came at most within any span of `windowMs`. */
  maxRate(filter: CallFilter, windowMs: number): number {
    const times = this.of(filter).map(({ atMs }) => atMs);
    let most = 0;
    let first = 0;
    for (let last = 0; last < times.length; last++) {
      while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs) first++;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** Calls that had their effect with the very same parameters as an earlier one that had it, too. */
  duplicates(filter: CallFilter): Call[] {
    const seen = new Set<string>();
    return this.of(filter).filter((call) => {
      if (!call.hasHappened) return false;
      const key = `${call.by} ${call.method} ${JSON.stringify(call.params)}`;
      const isKnown = seen.has(key);
      seen.add(key);
      return isKnown;
    });
  }

  /** Throws if a call had its effect twice. */
  assertNoDuplicates(filter: CallFilter): void {
    const [twice] = this.duplicates(filter);
    if (twice) throw new Error(`done twice: ${twice.method} ${JSON.stringify(twice.params)}`);
  }

  /** Throws unless the calls of these methods came in this order; others may be between them. */
  assertOrder(methods: readonly string[], chat?: number | string): void {
    const came = this.of(chat === undefined ? {} : { chat }).map(({ method }) => method);
    let from = 0;
    for (const method of methods) {
      const at = came.indexOf(method, from);
      if (at < 0) throw new Error(`${method} did not come in its turn: ${came.join(", ")}`);
      from = at + 1;
    }
  }
}

function matches(call: Call, { method, chat }: CallFilter): boolean {
  if (method !== undefined && call.method !== method) return false;
  return chat === undefined || call.chat === String(chat);
}
