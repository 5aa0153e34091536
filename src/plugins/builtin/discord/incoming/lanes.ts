import type { Logger } from "../../../types.ts";

/** One thing to do in a chat. Rejects only where it is to be left out. */
export interface Task {
  /** `message` and `fill` both bring what was written; an `event` is what else happened. */
  readonly kind: "message" | "fill" | "event";
  readonly run: () => Promise<void>;
}

/** So many things of one chat wait in memory; what was written beyond that is fetched when it is its turn. */
const MOST_WAITING = 200;

interface Lane {
  waiting: Task[];
  /** Resolves once nothing waits. */
  ended: Promise<void>;
}

export interface LanesParts {
  /** Fetches what was written in a chat since it was last read. */
  readonly fill: (chat: string) => Promise<void>;
  readonly log: Logger;
  /** What has not begun when it aborts is left out. */
  readonly signal: AbortSignal;
}

/** Does things in order within a chat, and chats side by side, with a bound on what waits. */
export class Lanes {
  readonly #parts: LanesParts;
  readonly #lanes = new Map<string, Lane>();

  constructor(parts: LanesParts) {
    this.#parts = parts;
  }

  add(chat: string, task: Task): void {
    const lane = this.#lanes.get(chat);
    if (!lane) {
      const opened: Lane = { waiting: [task], ended: Promise.resolve() };
      this.#lanes.set(chat, opened);
      opened.ended = this.#work(chat, opened);
      return;
    }
    // A fill that has not begun brings all that another one would. Messages stay: the history may be closed to the bot.
    if (task.kind === "fill" && lane.waiting.some(({ kind }) => kind === "fill")) return;
    lane.waiting.push(task);
    if (lane.waiting.length > MOST_WAITING) lane.waiting = this.#shortened(chat, lane.waiting);
  }

  /** Resolves once nothing is in work. */
  async settled(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all([...this.#lanes.values()].map(({ ended }) => ended));
  }

  /** All that was written becomes one look into the chat's history; of what else happened the youngest half stays. */
  #shortened(chat: string, waiting: readonly Task[]): Task[] {
    const { fill, log } = this.#parts;
    log.warn(
      { chat, waiting: waiting.length },
      "a chat waits for the gateway; what is written is fetched later",
    );
    const events = waiting.filter(({ kind }) => kind === "event").slice(-MOST_WAITING / 2);
    return [{ kind: "fill", run: () => fill(chat) }, ...events];
  }

  async #work(chat: string, lane: Lane): Promise<void> {
    const { log, signal } = this.#parts;
    // Not before the caller has finished what it is at.
    await Promise.resolve();
    for (let task = lane.waiting.shift(); task && !signal.aborted; task = lane.waiting.shift()) {
      try {
        await task.run();
      } catch (error) {
        if (!signal.aborted) log.error({ error, chat, kind: task.kind }, "something in a chat is left out");
      }
    }
    this.#lanes.delete(chat);
  }
}
