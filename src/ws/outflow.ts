import type { SessionKey } from "../core/session-key.ts";
import type { FrameWorth, Watcher } from "./feed.ts";

/** One socket, as far as we write to it. */
export interface Wire {
  /** Above 0: sent; -1: taken, but the client does not keep up; 0: not taken. */
  send(frame: string): number;
  close(code: number, reason: string): void;
}

interface OutflowParts {
  readonly wire: Pick<Wire, "send">;
  /** The text so far of the session's running turn, as one frame. */
  readonly snapshot: (session: SessionKey) => string | undefined;
  /** Called when more waits for the client than it may keep waiting. */
  readonly onOverflow: () => void;
  readonly maxWaiting: number;
}

/**
 * Writes to one client at the pace at which it reads. While it does not keep up, what must arrive waits here
 * (at most `maxWaiting` characters), passing frames are left out, and one snapshot makes up for that afterwards.
 */
export class Outflow implements Watcher {
  readonly #parts: OutflowParts;
  #isBlocked = false;
  #waiting: string[] = [];
  #waitingSize = 0;
  /** Sessions of which something was left out. */
  readonly #stale = new Set<SessionKey>();
  /** Sessions whose frames wait until the client knows the session's name. */
  readonly #held = new Map<SessionKey, string[]>();

  constructor(parts: OutflowParts) {
    this.#parts = parts;
  }

  /** What is kept in memory for this client. */
  get waitingSize(): number {
    return this.#waitingSize;
  }

  /** Writes an answer. */
  answer(frame: string): void {
    if (!this.#isBlocked && this.#write(frame)) return;
    this.#wait(frame, this.#waiting);
  }

  push(session: SessionKey, frame: string, worth: FrameWorth): void {
    const held = this.#held.get(session);
    if (worth === "must") {
      if (held) this.#wait(frame, held);
      else this.answer(frame);
      return;
    }
    const isOpen = !held && !this.#isBlocked && !this.#stale.has(session);
    if (isOpen && this.#write(frame)) return;
    this.#stale.add(session);
  }

  /** Keeps the frames of `session` back until {@link release}. */
  hold(session: SessionKey): void {
    if (!this.#held.has(session)) this.#held.set(session, []);
  }

  release(session: SessionKey): void {
    const held = this.#held.get(session);
    if (!held) return;
    this.#held.delete(session);
    this.#waiting.push(...held);
    if (!this.#isBlocked) this.drained();
  }

  /** The client has read what was sent: goes on with what waits, then with a snapshot of what was left out. */
  drained(): void {
    this.#isBlocked = false;
    let written = 0;
    for (const frame of this.#waiting) {
      if (this.#isBlocked || !this.#write(frame)) break;
      this.#waitingSize -= frame.length;
      written += 1;
    }
    this.#waiting.splice(0, written);
    for (const session of this.#stale) {
      if (this.#isBlocked) return;
      if (!this.#held.has(session)) this.#catchUp(session);
    }
  }

  forget(session: SessionKey): void {
    this.#stale.delete(session);
  }

  #catchUp(session: SessionKey): void {
    // Asking for the snapshot first pushes what is still being collected: while stale, that is left out.
    const frame = this.#parts.snapshot(session);
    if (frame === undefined || this.#write(frame)) this.#stale.delete(session);
  }

  /** False if the frame was not taken. */
  #write(frame: string): boolean {
    const status = this.#parts.wire.send(frame);
    if (status <= 0) this.#isBlocked = true;
    return status !== 0;
  }

  #wait(frame: string, queue: string[]): void {
    queue.push(frame);
    this.#waitingSize += frame.length;
    if (this.#waitingSize > this.#parts.maxWaiting) this.#parts.onOverflow();
  }
}
