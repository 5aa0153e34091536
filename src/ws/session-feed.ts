import { randomUUID } from "node:crypto";
import type { SessionKey } from "../core/session-key.ts";
import type { TurnEvent, TurnEvents } from "../core/turn-events.ts";
import type { Clock } from "../lib/clock.ts";
import { Feed, type RingLimits, type RunningTurn, type Watcher } from "./feed.ts";

export interface FeedLimits {
  /** What is kept of one session for watchers that come back. */
  readonly ring: RingLimits;
  /** Sessions kept in which nothing runs and that nobody watches, and what they may hold together. */
  readonly idle: { readonly feeds: number; readonly bytes: number };
}

export interface FeedOptions {
  readonly limits?: FeedLimits;
  readonly clock: Pick<Clock, "now">;
  /** Runs `work` at the end of this turn of the event loop. */
  readonly defer?: (work: () => void) => void;
}

/** Where a watcher stopped reading. */
export interface ReadUpTo {
  readonly epoch?: string | undefined;
  readonly seq: number;
}

export interface Subscribed {
  /** True: every frame since then has been pushed. False: the running turn's text, if any, has been pushed whole. */
  readonly resumed: boolean;
  readonly epoch: string;
  readonly seq: number;
  readonly running?: RunningTurn;
  /** What people are being asked, as in `question` events; absent if nothing. */
  readonly questions?: Questions;
}

/** How far a session is. */
export interface FeedPosition {
  readonly seq: number;
  readonly settledSeq: number;
  readonly running: RunningTurn | undefined;
  readonly questions: Questions;
}

/** The payloads of open questions. */
export type Questions = ReturnType<Feed["questions"]>;

const DEFAULTS: FeedLimits = {
  ring: { frames: 1024, bytes: 256 * 1024 },
  idle: { feeds: 200, bytes: 8 * 1024 * 1024 },
};

/**
 * Shows clients what happens in the sessions that they follow, and to nobody else.
 *
 * Contract:
 * - Numbers count up within a session and are never given twice in a process. They begin at the clock, so
 *   that one from an earlier process is below all of this one's, also for a client that forgot the epoch.
 * - Deltas published in one turn of the event loop become one frame, serialised once for all. A client that
 *   finds a number missing did not keep up; a snapshot, or the end of the turn, tells it the whole text.
 * - Memory is bounded by the running turns, the watchers, and `limits`; not by the sessions ever seen.
 */
export class SessionFeed implements TurnEvents {
  /** Names this process: a number counts only together with it. */
  readonly epoch = randomUUID();
  readonly #limits: FeedLimits;
  readonly #defer: (work: () => void) => void;
  readonly #feeds = new Map<SessionKey, Feed>();
  /** Those of `#feeds` in which nothing runs and that nobody watches, longest unused first. */
  readonly #idle = new Map<Feed, { readonly bytes: number }>();
  #idleBytes = 0;
  /** Feeds that were let go never went beyond this number. */
  #floor: number;
  readonly #unflushed = new Set<Feed>();

  constructor(options: FeedOptions) {
    this.#limits = options.limits ?? DEFAULTS;
    this.#defer = options.defer ?? ((work) => void setImmediate(work));
    this.#floor = options.clock.now();
  }

  publish(session: SessionKey, event: TurnEvent): void {
    const feed = this.#wake(session);
    feed.publish(event);
    if (!feed.hasPending) return this.#rest(feed);
    if (this.#unflushed.size === 0) this.#defer(() => this.#flush());
    this.#unflushed.add(feed);
  }

  /** From now on `watcher` gets the frames of `session`; first those since `since`, or one snapshot. */
  subscribe(session: SessionKey, watcher: Watcher, since?: ReadUpTo): Subscribed {
    const feed = this.#wake(session);
    const isOurs = since?.epoch === undefined || since.epoch === this.epoch;
    const missed = since && isOurs ? feed.framesAfter(since.seq) : undefined;
    const snapshot = missed ? undefined : feed.snapshot();
    feed.watchers.add(watcher);
    for (const frame of missed ?? (snapshot === undefined ? [] : [snapshot])) {
      watcher.push(session, frame, "must");
    }
    const running = feed.running();
    const questions = feed.questions();
    return {
      resumed: missed !== undefined,
      epoch: this.epoch,
      seq: feed.seq,
      ...(running ? { running } : {}),
      ...(questions.length > 0 ? { questions } : {}),
    };
  }

  unsubscribe(session: SessionKey, watcher: Watcher): void {
    const feed = this.#feeds.get(session);
    if (feed?.watchers.delete(watcher)) this.#rest(feed);
  }

  /** The running turn's whole text as one frame; undefined if none runs. */
  snapshot(session: SessionKey): string | undefined {
    return this.#feeds.get(session)?.snapshot();
  }

  /** How far the session is, for whoever reads its history at the same time. */
  position(session: SessionKey): FeedPosition {
    const feed = this.#feeds.get(session);
    feed?.flush();
    return {
      seq: feed?.seq ?? this.#floor,
      settledSeq: feed?.settledSeq ?? this.#floor,
      running: feed?.running(),
      questions: feed?.questions() ?? [],
    };
  }

  /** What is held in memory. */
  stats(): { readonly feeds: number; readonly idle: number; readonly idleBytes: number } {
    return { feeds: this.#feeds.size, idle: this.#idle.size, idleBytes: this.#idleBytes };
  }

  #wake(session: SessionKey): Feed {
    const known = this.#feeds.get(session);
    if (known) {
      this.#unrest(known);
      return known;
    }
    const feed = new Feed(session, this.#floor, this.#limits.ring);
    this.#feeds.set(session, feed);
    return feed;
  }

  #rest(feed: Feed): void {
    if (feed.isRunning || feed.hasPending || feed.watchers.size > 0) return;
    this.#unrest(feed);
    this.#idle.set(feed, { bytes: feed.bytes });
    this.#idleBytes += feed.bytes;
    for (const oldest of this.#idle.keys()) {
      if (this.#idle.size <= this.#limits.idle.feeds && this.#idleBytes <= this.#limits.idle.bytes) return;
      this.#unrest(oldest);
      this.#feeds.delete(oldest.session);
      this.#floor = Math.max(this.#floor, oldest.seq);
    }
  }

  #unrest(feed: Feed): void {
    this.#idleBytes -= this.#idle.get(feed)?.bytes ?? 0;
    this.#idle.delete(feed);
  }

  #flush(): void {
    const feeds = [...this.#unflushed];
    this.#unflushed.clear();
    for (const feed of feeds) feed.flush();
  }
}
