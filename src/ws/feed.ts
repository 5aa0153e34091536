import type { SessionKey } from "../core/session-key.ts";
import type { TurnEvent } from "../core/turn-events.ts";
import { deltaPayload, type Pushed, pushedOf } from "./event-payload.ts";
import { eventFrame } from "./frames.ts";

/** Somebody who follows sessions: a connected client. */
export interface Watcher {
  push(session: SessionKey, frame: string, worth: FrameWorth): void;
}

/**
 * What a frame means to a watcher that cannot keep up: it `must` arrive while the watcher is connected, or it
 * is `passing`, and a later snapshot makes good for it.
 */
export type FrameWorth = "must" | "passing";

/** The turn that runs in a session, as far as it got. */
export interface RunningTurn {
  readonly turnId: string;
  readonly messageIds: readonly string[];
  readonly text: string;
  /** Tools at work right now. */
  readonly tools: readonly { readonly id: string; readonly tool: string; readonly params?: unknown }[];
}

export interface RingLimits {
  readonly frames: number;
  readonly bytes: number;
}

interface Entry {
  readonly seq: number;
  readonly pushed: Pushed;
  readonly bytes: number;
  /** Made when the first watcher needs it, then shared. */
  frame?: string;
}

interface Running {
  readonly turnId: string;
  messageIds: readonly string[];
  text: string;
  /** False until the first text of the turn: it replaces what watchers show of an earlier one. */
  hasText: boolean;
  readonly tools: Map<string, Pushed>;
}

type Delta = Extract<TurnEvent, { kind: "delta" }>;

/** What happens in one session, numbered; the newest part is kept for watchers that come back. */
export class Feed {
  readonly session: SessionKey;
  readonly watchers = new Set<Watcher>();
  readonly #limits: RingLimits;
  /** What people are being asked here, by id. */
  readonly #questions = new Map<string, Pushed>();
  /** Number of the last frame. */
  #seq: number;
  /** A watcher that has seen this number or a later one can be given exactly what it missed. */
  #floor: number;
  #entries: Entry[] = [];
  #bytes = 0;
  #running: Running | undefined;
  #pending: Delta | undefined;
  #settledSeq: number;

  constructor(session: SessionKey, floor: number, limits: RingLimits) {
    this.session = session;
    this.#seq = floor;
    this.#floor = floor;
    this.#settledSeq = floor;
    this.#limits = limits;
  }

  get seq(): number {
    return this.#seq;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Number of the last frame that ended something: a reader of the history compares it before and after. */
  get settledSeq(): number {
    return this.#settledSeq;
  }

  /** A turn runs here, or somebody is asked something: what is known of it is nowhere else. */
  get isRunning(): boolean {
    return this.#running !== undefined || this.#questions.size > 0;
  }

  /** What people are being asked here right now. */
  questions(): readonly Pushed["payload"][] {
    return Array.from(this.#questions.values(), ({ payload }) => payload);
  }

  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  running(): RunningTurn | undefined {
    if (!this.#running) return undefined;
    const { turnId, messageIds, text, tools } = this.#running;
    return { turnId, messageIds, text, tools: Array.from(tools.values(), openTool) };
  }

  /** Text is collected until {@link flush}; everything else is pushed at once, after the text before it. */
  publish(event: TurnEvent): void {
    if (event.kind === "delta") return this.#collect(event);
    this.flush();
    const pushed = pushedOf(this.session, event);
    this.#follow(event, pushed);
    this.#push(pushed, isPassing(event) ? "passing" : "must");
    if (SETTLES.has(event.kind)) this.#settledSeq = this.#seq;
  }

  /** Pushes the text collected so far as one frame. */
  flush(): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.#push(deltaPayload(this.session, pending), "passing");
  }

  /** What came after `seq`, or undefined if that is not known any more. */
  framesAfter(seq: number): readonly string[] | undefined {
    this.flush();
    if (seq < this.#floor || seq > this.#seq) return undefined;
    return this.#entries.filter((entry) => entry.seq > seq).map(frameOf);
  }

  /** The running turn's whole text as one frame; undefined if none runs. */
  snapshot(): string | undefined {
    this.flush();
    if (!this.#running) return undefined;
    const { turnId, messageIds, text } = this.#running;
    const part = { turn: turnId, messageIds, delta: text, replace: true };
    const { event, payload } = deltaPayload(this.session, part);
    return eventFrame(event, payload, this.#seq);
  }

  #collect(event: Delta): void {
    const running = this.#runningOf(event);
    const replace = event.replace || !running.hasText;
    running.hasText = true;
    running.text = replace ? event.delta : running.text + event.delta;
    const before = this.#pending;
    if (before && before.turn !== event.turn) this.flush();
    const goesOn = before?.turn === event.turn && !replace;
    this.#pending = goesOn ? { ...before, delta: before.delta + event.delta } : { ...event, replace };
  }

  #follow(event: Exclude<TurnEvent, Delta>, pushed: Pushed): void {
    if (event.kind === "queued" || event.kind === "said" || event.kind === "amended") return;
    if (event.kind === "notice") return;
    if (event.kind === "question") {
      if (event.state === "open") this.#questions.set(event.id, pushed);
      else this.#questions.delete(event.id);
      return;
    }
    if (event.kind === "end") {
      if (event.turn !== undefined && event.turn === this.#running?.turnId) this.#running = undefined;
      return;
    }
    if (event.kind === "started") this.#running = undefined;
    const running = this.#runningOf(event);
    if (event.kind !== "tool") return;
    if (event.phase === "start") running.tools.set(event.id, pushed);
    if (event.phase === "end") running.tools.delete(event.id);
  }

  #runningOf(event: { readonly turn: string; readonly messageIds: readonly string[] }) {
    if (this.#running?.turnId !== event.turn) {
      const tools = new Map<string, Pushed>();
      this.#running = { turnId: event.turn, messageIds: event.messageIds, text: "", hasText: false, tools };
    }
    this.#running.messageIds = event.messageIds;
    return this.#running;
  }

  #push(pushed: Pushed, worth: FrameWorth): void {
    this.#seq += 1;
    const entry: Entry = { seq: this.#seq, pushed, bytes: sizeOf(pushed) };
    this.#keep(entry);
    for (const watcher of this.watchers) watcher.push(this.session, frameOf(entry), worth);
  }

  #keep(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    let drop = 0;
    while (this.#entries.length - drop > this.#limits.frames || this.#bytes > this.#limits.bytes) {
      const oldest = this.#entries[drop];
      if (!oldest) break;
      this.#floor = oldest.seq;
      this.#bytes -= oldest.bytes;
      drop += 1;
    }
    if (drop > 0) this.#entries.splice(0, drop);
  }
}

/** What nobody misses who did not keep up: a later event says the same, or it did not matter. */
function isPassing(event: TurnEvent): boolean {
  return event.kind === "notice" || (event.kind === "tool" && event.phase === "update");
}

function frameOf(entry: Entry): string {
  entry.frame ??= eventFrame(entry.pushed.event, entry.pushed.payload, entry.seq);
  return entry.frame;
}

/** What changes the history. */
const SETTLES: ReadonlySet<TurnEvent["kind"]> = new Set(["end", "said", "amended"]);

// Counting exactly would mean serialising for nobody. Text is what is long.
const FRAME_COST = 300;

function sizeOf({ payload }: Pushed): number {
  const text = payload["delta"] ?? payload["text"];
  if (typeof text === "string") return FRAME_COST + text.length;
  const { params, result, message, options, prefill } = payload;
  const parts = [params, result, message, options, prefill].filter((part) => part !== undefined);
  return FRAME_COST + (parts.length > 0 ? JSON.stringify(parts).length : 0);
}

function openTool({ payload }: Pushed): RunningTurn["tools"][number] {
  const { id, tool, params } = payload;
  return { id: String(id), tool: String(tool), ...(params === undefined ? {} : { params }) };
}
