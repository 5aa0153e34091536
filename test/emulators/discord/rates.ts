import type { Clock } from "../../../src/lib/clock.ts";
import type { Reply } from "../common/http-server.ts";

interface Limit {
  readonly count: number;
  readonly spanMs: number;
}

interface Window {
  left: number;
  endsAtMs: number;
}

/** As seen in practice: five messages, and five edits, in five seconds of a channel; a reaction every quarter of a second. */
const LIMITS: Readonly<Record<string, Limit>> = {
  createMessage: { count: 5, spanMs: 5000 },
  editMessage: { count: 5, spanMs: 5000 },
  deleteMessage: { count: 5, spanMs: 1000 },
  reactions: { count: 1, spanMs: 250 },
  triggerTyping: { count: 5, spanMs: 5000 },
  pins: { count: 5, spanMs: 4000 },
  threads: { count: 5, spanMs: 5000 },
  getMessages: { count: 50, spanMs: 1000 },
  modifyChannel: { count: 5, spanMs: 15_000 },
  commands: { count: 5, spanMs: 20_000 },
  webhooks: { count: 5, spanMs: 2000 },
  createDM: { count: 10, spanMs: 60_000 },
  others: { count: 50, spanMs: 1000 },
};
const GLOBAL: Limit = { count: 50, spanMs: 1000 };
const MOST_INVALID = 10_000;
const INVALID_SPAN_MS = 600_000;

/** Buckets of requests, as Discord keeps and tells them. */
export class Rates {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  readonly #global = new Map<string, Window>();
  #invalidAtMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request: what its answer says in its head, and the refusal if it came too soon. */
  count(name: string, owner: string, major: string): { headers: Record<string, string>; refusal?: Reply } {
    if (this.#isBanned()) return { headers: {}, refusal: banned() };
    if (name === "createInteractionResponse") return { headers: {} };
    const now = this.#clock.now();
    const kind = kindOf(name);
    const limit = LIMITS[kind] ?? GLOBAL;
    if (kind !== "webhooks") {
      const all = use(this.#global, owner, GLOBAL, now);
      if (all.isOver) return { headers: {}, refusal: tooMany((all.endsAtMs - now) / 1000, "global") };
    }
    const { left, endsAtMs, isOver } = use(this.#windows, `${owner}/${kind}/${major}`, limit, now);
    const waitS = Math.max(0, endsAtMs - now) / 1000;
    const headers = {
      "x-ratelimit-limit": String(limit.count),
      "x-ratelimit-remaining": String(left),
      "x-ratelimit-reset": (endsAtMs / 1000).toFixed(3),
      "x-ratelimit-reset-after": waitS.toFixed(3),
      "x-ratelimit-bucket": Bun.hash(kind).toString(16),
    };
    return isOver ? { headers, refusal: tooMany(waitS, "user", headers) } : { headers };
  }

  /** Ten thousand requests that were refused within ten minutes, and nobody at that address is let in. */
  countInvalid(): void {
    this.#invalidAtMs.push(this.#clock.now());
  }

  #isBanned(): boolean {
    if (this.#invalidAtMs.length < MOST_INVALID) return false;
    const from = this.#clock.now() - INVALID_SPAN_MS;
    this.#invalidAtMs = this.#invalidAtMs.filter((atMs) => atMs > from);
    return this.#invalidAtMs.length >= MOST_INVALID;
  }
}

export type Scope = "user" | "global" | "shared";

/** The refusal of a request that came too soon. */
export function tooMany(waitS: number, scope: Scope, headers: Record<string, string> = {}): Reply {
  const isGlobal = scope === "global";
  return {
    status: 429,
    headers: {
      ...headers,
      via: "1.1 google",
      "retry-after": String(Math.ceil(waitS)),
      "x-ratelimit-scope": scope,
      ...(isGlobal ? { "x-ratelimit-global": "true" } : {}),
    },
    body: JSON.stringify({
      message: scope === "shared" ? "The resource is being rate limited." : "You are being rate limited.",
      retry_after: waitS,
      global: isGlobal,
    }),
  };
}

function banned(): Reply {
  return {
    status: 429,
    headers: { "content-type": "text/html", "retry-after": "3600" },
    body: "<html><title>Access denied | discord.com used Cloudflare to restrict access</title></html>",
  };
}

function kindOf(name: string): string {
  if (name in LIMITS) return name;
  if (/Reaction/.test(name)) return "reactions";
  if (/^(un)?pin/.test(name)) return "pins";
  if (/Thread/.test(name)) return "threads";
  if (/Commands?$/.test(name)) return "commands";
  return /Followup/.test(name) ? "webhooks" : "others";
}

function use(
  windows: Map<string, Window>,
  key: string,
  { count, spanMs }: Limit,
  now: number,
): Window & { isOver: boolean } {
  const known = windows.get(key);
  const window = known && known.endsAtMs > now ? known : { left: count, endsAtMs: now + spanMs };
  windows.set(key, window);
  const isOver = window.left <= 0;
  if (!isOver) window.left -= 1;
  return { ...window, isOver };
}
