import type { Clock } from "../../../../../lib/clock.ts";
import type { Ending } from "./closes.ts";
import { opcodes, type Packet, readPacket } from "./packets.ts";
import { type GatewaySocket, openSocket } from "./socket.ts";

export interface GatewayConnectionParts {
  readonly url: string;
  readonly proxy?: string | undefined;
  readonly clock: Clock;
  /** What to say once Discord has said hello: who we are, or where we were. */
  readonly greeting: () => object;
  /** The number of the last event of the session. */
  readonly sequence: () => number | null;
  /** Told of each event, in order. */
  readonly onEvent: (packet: Packet) => void;
}

/** Discord says hello and takes us in within this. */
const TAKEN_IN_MS = 30_000;
/** A goodbye is waited for this long. */
const GOODBYE_MS = 1000;
/** Keeps the session: Discord ends it with 1000 and 1001 only. */
const GOING_ON = 4200;
const NORMAL = 1000;

/** One connection to Discord's gateway, from hello to its end. It is alive while its heartbeats are answered. */
export class GatewayConnection {
  readonly #parts: GatewayConnectionParts;
  readonly #ended = Promise.withResolvers<Ending>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  #socket: GatewaySocket | undefined;
  #isTakenIn = false;
  #isAnswered = true;

  constructor(parts: GatewayConnectionParts) {
    this.#parts = parts;
  }

  /** Resolves with why it ended, once the line is closed. */
  async run(signal: AbortSignal): Promise<Ending> {
    const { url, proxy } = this.#parts;
    const stop = () => this.#ended.resolve({ kind: "stopped" });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) return { kind: "stopped" };
    const socket = openSocket({
      url,
      proxy,
      onText: (text) => this.#take(text),
      onClose: (code) => {
        this.#closed.resolve();
        this.#ended.resolve({ kind: "closed", code });
      },
    });
    this.#socket = socket;
    void this.#expire();
    const ending = await this.#ended.promise;
    this.#over.abort();
    signal.removeEventListener("abort", stop);
    await this.#close(socket, ending);
    return ending;
  }

  /** Discord has taken us in: it sends what happens from now on. */
  takenIn(): void {
    this.#isTakenIn = true;
  }

  async #close(socket: GatewaySocket, { kind }: Ending): Promise<void> {
    if (kind !== "closed" && kind !== "zombie") {
      socket.close(kind === "stopped" ? NORMAL : GOING_ON);
      const late = new AbortController();
      await Promise.race([this.#closed.promise, this.#parts.clock.sleep(GOODBYE_MS, late.signal)]);
      late.abort();
    }
    socket.cut();
  }

  async #expire(): Promise<void> {
    await this.#parts.clock.sleep(TAKEN_IN_MS, this.#over.signal);
    if (!this.#isTakenIn) this.#ended.resolve({ kind: "late" });
  }

  #take(text: string): void {
    const packet = readPacket(text);
    if (!packet || this.#over.signal.aborted) return;
    switch (packet.op) {
      case opcodes.dispatch:
        return this.#parts.onEvent(packet);
      case opcodes.hello:
        this.#send(this.#parts.greeting());
        return void this.#beat(intervalOf(packet));
      case opcodes.heartbeat:
        return this.#sendHeartbeat();
      case opcodes.heartbeatAck:
        this.#isAnswered = true;
        return;
      case opcodes.reconnect:
        return this.#ended.resolve({ kind: "reconnect" });
      case opcodes.invalidSession:
        return this.#ended.resolve({ kind: "invalid-session", canResume: packet.d === true });
      default:
    }
  }

  async #beat(intervalMs: number): Promise<void> {
    const { clock } = this.#parts;
    const over = this.#over.signal;
    // Not all bots at once after an outage, as Discord asks.
    await clock.sleep(Math.floor(intervalMs * Math.random()), over);
    while (!over.aborted) {
      if (!this.#isAnswered) return this.#ended.resolve({ kind: "zombie" });
      this.#isAnswered = false;
      this.#sendHeartbeat();
      await clock.sleep(intervalMs, over);
    }
  }

  #sendHeartbeat(): void {
    this.#send({ op: opcodes.heartbeat, d: this.#parts.sequence() });
  }

  #send(packet: object): void {
    this.#socket?.send(JSON.stringify(packet));
  }
}

/** Discord's usual one where it names none. */
const USUAL_INTERVAL_MS = 41_250;

function intervalOf({ d }: Packet): number {
  if (typeof d !== "object" || d === null || !("heartbeat_interval" in d)) return USUAL_INTERVAL_MS;
  return typeof d.heartbeat_interval === "number" ? d.heartbeat_interval : USUAL_INTERVAL_MS;
}
