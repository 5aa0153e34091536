import type { Clock } from "../lib/clock.ts";
import { isLoopbackAddress } from "./origin.ts";

export interface AttemptLimits {
  readonly windowMs: number;
  /** Wrong credentials that one remote address may offer within the window. */
  readonly perAddress: number;
  /** The same for this machine's own programs, which share one address. */
  readonly onLoopback: number;
  /** Most addresses remembered at once. */
  readonly addresses: number;
}

const DEFAULTS: AttemptLimits = { windowMs: 60_000, perAddress: 10, onLoopback: 60, addresses: 4096 };

/** Counts wrong credentials per remote address, so that none can be guessed. */
export class Attempts {
  readonly #clock: Pick<Clock, "now">;
  readonly #limits: AttemptLimits;
  readonly #failures = new Map<string, { count: number; readonly sinceMs: number }>();

  constructor(clock: Pick<Clock, "now">, limits: Partial<AttemptLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...DEFAULTS, ...limits };
  }

  /** How long this address must wait before it may try again; 0 if it may now. */
  waitMs(remote: string): number {
    const failure = this.#failures.get(groupOf(remote));
    if (!failure) return 0;
    const leftMs = failure.sinceMs + this.#limits.windowMs - this.#clock.now();
    return leftMs > 0 && failure.count >= this.#limitOf(remote) ? leftMs : 0;
  }

  noteFailure(remote: string): void {
    const group = groupOf(remote);
    const nowMs = this.#clock.now();
    const known = this.#failures.get(group);
    if (known && nowMs - known.sinceMs < this.#limits.windowMs) {
      known.count += 1;
      return;
    }
    this.#failures.delete(group);
    this.#failures.set(group, { count: 1, sinceMs: nowMs });
    this.#forgetOldest();
  }

  #limitOf(remote: string): number {
    return isLoopbackAddress(remote) ? this.#limits.onLoopback : this.#limits.perAddress;
  }

  #forgetOldest(): void {
    for (const group of this.#failures.keys()) {
      if (this.#failures.size <= this.#limits.addresses) return;
      this.#failures.delete(group);
    }
  }
}

/** Whoever has one IPv6 address has the /64 around it. */
function groupOf(remote: string): string {
  if (isLoopbackAddress(remote)) return "loopback";
  const mapped = remote.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!mapped.includes(":")) return mapped;
  const [head = "", tail] = mapped.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].slice(0, 4).join(":");
}
