import type { Update } from "@grammyjs/types";
import type { Clock } from "../../../src/lib/clock.ts";
import { ApiFailure } from "./api-failure.ts";

export type UpdateKind = Exclude<keyof Update, "update_id">;

/** An update that no bot has confirmed yet. Those of one lane, such as a chat, are handed to a webhook in order. */
export interface QueuedUpdate {
  readonly update: Update;
  readonly kind: UpdateKind;
  readonly lane: string;
  readonly expiresAtMs: number;
  /** Handed out once more after it was confirmed, because of a fault. */
  isToRepeat: boolean;
}

export interface PushOptions {
  readonly lane: string;
  readonly lifeMs?: number | undefined;
  /** What goes wrong with the update. */
  readonly fault?: "duplicate" | "reorder" | undefined;
}

export interface PollOptions {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
}

type Conflict = "getUpdates" | "setWebhook";

interface Waiting {
  readonly wake: (reason: "update" | Conflict) => void;
}

const DEFAULT_LEFT_OUT: ReadonlySet<UpdateKind> = new Set([
  "chat_member",
  "message_reaction",
  "message_reaction_count",
]);
const LONGEST_POLL_S = 50;
const SAME_OFFSET_MS = 3000;
const HOT_LOOP_MS = 500;
const CONFLICT_PAUSE_MS = 3000;
const DAY_MS = 86_400_000;
const CONFLICTS: Readonly<Record<Conflict, string>> = {
  getUpdates:
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  setWebhook: "Conflict: terminated by setWebhook request",
};

/** The updates of one bot: what is confirmed is forgotten, all else is handed out again and again for a day. */
export class UpdateQueue {
  /** Set by `allowed_updates`, kept until it is set again; undefined is the default set. */
  allowed: ReadonlySet<UpdateKind> | undefined;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #queued: QueuedUpdate[] = [];
  /** Confirmed, and handed out once more to whoever polls. */
  #repeated: QueuedUpdate[] = [];
  /** An update that the next one is to overtake. */
  #overtaken: QueuedUpdate | undefined;
  #nextId: number;
  #poll: Waiting | undefined;
  #lastOffset: number | undefined;
  #lastPollMs = Number.NEGATIVE_INFINITY;
  #nextConflictMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, firstId: number) {
    this.#clock = clock;
    this.#nextId = firstId;
  }

  allows(kind: UpdateKind): boolean {
    return this.allowed ? this.allowed.has(kind) : !DEFAULT_LEFT_OUT.has(kind);
  }

  /** Puts an update in line, unless the bot does not want its kind. */
  push<K extends UpdateKind>(kind: K, value: NonNullable<Update[K]>, options: PushOptions): void {
    if (!this.allows(kind)) return;
    const queued: QueuedUpdate = {
      update: { update_id: this.#nextId++, [kind]: value },
      kind,
      lane: options.lane,
      expiresAtMs: this.#clock.now() + (options.lifeMs ?? DAY_MS),
      isToRepeat: options.fault === "duplicate",
    };
    if (options.fault === "reorder" && !this.#overtaken) {
      this.#overtaken = queued;
      return;
    }
    this.#queued.push(queued, ...(this.#overtaken ? [this.#overtaken] : []));
    this.#overtaken = undefined;
    this.announce();
  }

  get pendingCount(): number {
    this.#dropExpired();
    return this.#queued.length;
  }

  /** What waits, oldest first. */
  get pending(): readonly QueuedUpdate[] {
    this.#dropExpired();
    return this.#queued;
  }

  /** Whether somebody polls right now. */
  get isPolled(): boolean {
    return this.#poll !== undefined;
  }

  /** Forgets an update that a webhook has taken. */
  confirm(id: number): void {
    const queued = this.#queued.find(({ update }) => update.update_id === id);
    if (queued?.isToRepeat) queued.isToRepeat = false;
    else this.#queued = this.#queued.filter((other) => other !== queued);
  }

  clear(): void {
    this.#queued = [];
  }

  /** Calls `listener` whenever there may be something to hand out, until the returned function is called. */
  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `getUpdates`, with the offsets, waits and conflicts of the real server. */
  async poll(options: PollOptions, gone: AbortSignal): Promise<QueuedUpdate[]> {
    const now = this.#clock.now();
    const offset = options.offset ?? 0;
    let limit = Math.min(Math.max(options.limit ?? 100, 1), 100);
    let waitMs = Math.min(Math.max(options.timeout ?? 0, 0), LONGEST_POLL_S) * 1000;
    const isSameOffset = offset === this.#lastOffset;
    if (isSameOffset && waitMs < SAME_OFFSET_MS && now < this.#lastPollMs + SAME_OFFSET_MS)
      waitMs = SAME_OFFSET_MS;
    if (isSameOffset && now < this.#lastPollMs + HOT_LOOP_MS) limit = 1;
    this.#lastOffset = offset;
    this.#lastPollMs = now;
    this.#confirmBelow(offset);
    const found = [...this.#repeated, ...this.pending].slice(0, limit);
    this.#repeated = [];
    if (found.length > 0 || waitMs === 0) return found;
    this.endPoll("getUpdates");
    if ((await this.#wait(waitMs, gone)) !== "update") return [];
    // Also what has come meanwhile counts as confirmed if it is below the offset.
    this.#confirmBelow(offset);
    return this.pending.slice(0, limit);
  }

  /** Ends the poll that waits, if any, with a conflict. */
  endPoll(reason: Conflict): void {
    this.#poll?.wake(reason);
  }

  /** Says that there may be something to hand out. */
  announce(): void {
    if (this.pending.length > 0) this.#poll?.wake("update");
    for (const listener of this.#listeners) listener();
  }

  /** Resolves once there is an update, time is up, or nobody waits any more; throws what another request made of it. */
  async #wait(waitMs: number, gone: AbortSignal): Promise<"update" | "time"> {
    const woken = Promise.withResolvers<"update" | "time" | Conflict>();
    const mine: Waiting = { wake: woken.resolve };
    this.#poll = mine;
    const over = new AbortController();
    const end = AbortSignal.any([gone, over.signal]);
    void this.#clock.sleep(waitMs, end).then(() => woken.resolve("time"));
    const reason = await woken.promise;
    over.abort();
    if (this.#poll === mine) this.#poll = undefined;
    if (reason === "getUpdates" || reason === "setWebhook") {
      await this.#pauseConflict(gone);
      throw new ApiFailure(409, CONFLICTS[reason]);
    }
    return gone.aborted ? "time" : reason;
  }

  /** Every further conflict within three seconds is told three seconds later. */
  async #pauseConflict(gone: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#nextConflictMs) return this.#clock.sleep(CONFLICT_PAUSE_MS, gone);
    this.#nextConflictMs = now + CONFLICT_PAUSE_MS;
  }

  #confirmBelow(offset: number): void {
    if (offset < 0) {
      this.#queued = this.#queued.slice(offset);
      return;
    }
    const [confirmed, left] = partition(this.#queued, ({ update }) => update.update_id < offset);
    this.#repeated.push(...confirmed.filter(({ isToRepeat }) => isToRepeat));
    this.#queued = left;
  }

  #dropExpired(): void {
    const now = this.#clock.now();
    this.#queued = this.#queued.filter(({ expiresAtMs }) => expiresAtMs > now);
  }
}

function partition<T>(items: readonly T[], isMeant: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isMeant), items.filter((item) => !isMeant(item))];
}
