import { deflateRawSync, constants } from "node:zlib";
import { GatewayOpcodes } from "discord-api-types/v10";
import type { Session } from "./session.ts";

/** The part of a WebSocket that is needed. */
export interface Wire {
  send(data: string | Uint8Array): unknown;
  close(code?: number, reason?: string): void;
  terminate(): void;
}

const SPAN_MS = 60_000;

/** One WebSocket of a bot. */
export class Connection {
  wire: Wire | undefined;
  session: Session | undefined;
  /** Nothing gets through any more in either direction, and nobody says so. */
  isDead = false;
  readonly isCompressed: boolean;
  #isFirst = true;
  #receivedAtMs: number[] = [];

  constructor(options: { isCompressed: boolean }) {
    this.isCompressed = options.isCompressed;
  }

  send(packet: object): void {
    if (this.isDead) return;
    const text = JSON.stringify({ t: null, s: null, ...packet });
    this.wire?.send(this.isCompressed ? this.#deflate(text) : text);
  }

  say(op: GatewayOpcodes, d: unknown = null): void {
    this.send({ op, d });
  }

  close(code: number, reason = ""): void {
    this.wire?.close(code, reason);
  }

  /** Counts what the bot sends; how much it was within the last minute. */
  count(nowMs: number): number {
    this.#receivedAtMs = [...this.#receivedAtMs.filter((atMs) => atMs > nowMs - SPAN_MS), nowMs];
    return this.#receivedAtMs.length;
  }

  /** One stream for the whole connection: a head, and then a flushed block for each message. */
  #deflate(text: string): Uint8Array {
    const block = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
    const head = this.#isFirst ? [0x78, 0x9c] : [];
    this.#isFirst = false;
    return Buffer.concat([Uint8Array.from(head), block]);
  }
}
