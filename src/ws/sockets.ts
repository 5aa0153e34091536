import { randomUUID } from "node:crypto";
import type { Service } from "../lib/service.ts";
import type { Clock } from "../lib/clock.ts";
import type { Grant } from "../security/gateway-auth.ts";
import { Client, type ClientLimits, type ClientParts, CLOSE } from "./client.ts";

export interface SocketLimits extends ClientLimits {
  /** Longest frame in bytes. */
  readonly frameBytes: number;
  /** A socket that has not connected after this long is closed. */
  readonly helloMs: number;
  readonly clients: number;
  /** Sockets that have not connected yet, all together: each may hold a frame in memory. */
  readonly strangers: number;
}

const SOCKET_LIMITS: SocketLimits = {
  frameBytes: 32 * 1024 * 1024,
  helloMs: 10_000,
  clients: 1000,
  strangers: 64,
  inFlight: 32,
  inFlightSize: 64 * 1024 * 1024,
  maxWaiting: 16 * 1024 * 1024,
  followed: 200,
  brokenFrames: 50,
  helloSize: 64 * 1024,
};

/** What a socket carries from its upgrade on. */
export interface SocketData {
  readonly remote: string;
  readonly grant: Grant | undefined;
  client?: Client;
}

type Socket = Bun.ServerWebSocket<SocketData>;

interface SocketsParts extends Omit<ClientParts, "limits"> {
  readonly clock: Clock;
  readonly limits?: Partial<SocketLimits>;
}

/** The clients on the socket, all of them: takes them in, and sends them away. */
export class Sockets implements Service {
  readonly name = "sockets";
  readonly limits: SocketLimits;
  readonly #parts: SocketsParts;
  readonly #clients = new Set<Client>();
  readonly #deadlines = new Map<Client, AbortController>();

  constructor(parts: SocketsParts) {
    this.#parts = parts;
    this.limits = { ...SOCKET_LIMITS, ...parts.limits };
  }

  get count(): number {
    return this.#clients.size;
  }

  /** Why no further socket can be taken right now; undefined if one can. */
  refusal(grant: Grant | undefined): string | undefined {
    if (this.#clients.size >= this.limits.clients) return "Too many clients are connected.";
    if (grant || this.#deadlines.size < this.limits.strangers) return undefined;
    return "Too many sockets are open that have not connected yet.";
  }

  /** What Bun calls for each socket. */
  get handlers(): Bun.WebSocketHandler<SocketData> {
    return {
      maxPayloadLength: this.limits.frameBytes,
      backpressureLimit: 1024 * 1024,
      idleTimeout: 120,
      sendPings: true,
      open: (socket) => this.#open(socket),
      message: (socket, message) => this.#receive(socket.data.client, message),
      drain: (socket) => socket.data.client?.drained(),
      close: (socket) => this.#left(socket.data.client),
    };
  }

  /** Closes the sockets whose credential is no longer the one that counts. */
  recheck(): void {
    for (const client of this.#clients) client.recheck();
  }

  async start(): Promise<void> {}

  /** Lets what was asked be answered, until `signal` aborts, then closes every socket. */
  async stop(signal: AbortSignal): Promise<void> {
    await settledOr(
      signal,
      Array.from(this.#clients, (client) => client.settled()),
    );
    for (const client of this.#clients) {
      client.close(CLOSE.goingAway, "the gateway is stopping");
      this.#left(client);
    }
  }

  #open(socket: Socket): void {
    const { remote, grant } = socket.data;
    const parts: ClientParts = { ...this.#parts, limits: this.limits };
    const client = new Client(randomUUID(), wireOf(socket), { remote, grant }, parts);
    socket.data.client = client;
    this.#clients.add(client);
    this.#parts.log.debug({ client: client.id, remote }, "client came");
    if (!grant) void this.#expectHello(client);
  }

  #receive(client: Client | undefined, message: string | Uint8Array): void {
    client?.receive(message);
    // Who has connected is no stranger any more, and leaves the place to the next one.
    if (client?.grant) this.#deadlines.get(client)?.abort();
  }

  /** Closes a socket that does not connect in time. Never rejects; ends with the socket. */
  async #expectHello(client: Client): Promise<void> {
    const deadline = new AbortController();
    this.#deadlines.set(client, deadline);
    await this.#parts.clock.sleep(this.limits.helloMs, deadline.signal);
    this.#deadlines.delete(client);
    if (!client.grant) client.close(CLOSE.unauthorized, "connect did not come in time");
  }

  #left(client: Client | undefined): void {
    if (!client || !this.#clients.delete(client)) return;
    client.left();
    this.#deadlines.get(client)?.abort();
    this.#parts.log.debug({ client: client.id }, "client left");
  }
}

function wireOf(socket: Socket) {
  return {
    send: (frame: string) => socket.send(frame),
    close: (code: number, reason: string) => socket.close(code, reason),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

/** Resolves once all of `work` has ended, however it did, or when `signal` aborts. */
export async function settledOr(signal: AbortSignal, work: Iterable<Promise<unknown>>): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const giveUp = () => resolve();
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp);
  await Promise.race([Promise.allSettled(work), aborted]);
  signal.removeEventListener("abort", giveUp);
}
