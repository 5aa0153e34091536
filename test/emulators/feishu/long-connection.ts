import { z } from "zod";
import type { Server, ServerWebSocket } from "bun";
import { randomFrom } from "../common/random.ts";
import type { AppAccount } from "./app-account.ts";
import type { Outcome, Transport } from "./event-sender.ts";
import { decodeFrame, encodeFrame, headerOf, type Frame } from "./frame.ts";
import { hexOf } from "./ids.ts";
import type { World } from "./world.ts";

/** What clients are told about when to ping and to reconnect: in seconds, as the platform names it. */
export interface ClientConfig {
  ReconnectCount: number;
  ReconnectInterval: number;
  ReconnectNonce: number;
  PingInterval: number;
}

const ANSWER_MS = 3000;
const SERVICE_ID = 33_554_678;
const CONTROL = 0;
const DATA = 1;
/** The header by which a refused handshake says that there are too many connections. */
const TOO_MANY = 1_000_040_350;
const BAD_CREDENTIALS = 1_000_040_345;

const ACK = z.looseObject({ code: z.int(), data: z.string().optional() });

interface Waiting {
  readonly connection: Connection;
  readonly settle: (outcome: Outcome) => void;
}

type Socket = ServerWebSocket<{ readonly app: AppAccount; connection?: Connection }>;

/** One long connection of an app. */
export class Connection {
  readonly app: AppAccount;
  readonly #socket: Socket;
  /** A connection on which nothing is heard any more, although nobody has closed it. */
  isHalfOpen = false;
  /** How many pings have come. */
  pings = 0;

  constructor(app: AppAccount, socket: Socket) {
    this.app = app;
    this.#socket = socket;
  }

  send(frame: Frame): void {
    if (!this.isHalfOpen) this.#socket.sendBinary(encodeFrame(frame));
  }

  /** Ends it without a word, as when a cable is pulled. */
  kill(): void {
    this.#socket.terminate();
  }

  close(code = 1000, reason = "server going away"): void {
    this.#socket.close(code, reason);
  }
}

/** The long connections of all apps: who may open one, and which one an event goes to. */
export class LongConnections implements Transport {
  /** Told to clients when they ask where to connect, and in answer to every ping. */
  readonly config: ClientConfig = {
    ReconnectCount: -1,
    ReconnectInterval: 120,
    ReconnectNonce: 30,
    PingInterval: 120,
  };
  mostConnections = 50;
  /** Whether clients are told where to connect, and turned away there. */
  refusesHandshakes = false;
  readonly #world: World;
  readonly #random = randomFrom(7);
  readonly #tickets = new Map<string, AppAccount>();
  readonly #open = new Set<Connection>();
  readonly #waiting = new Map<string, Waiting>();
  #server: Server<unknown> | undefined;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  listen(): void {
    this.#server = Bun.serve<{ app: AppAccount; connection?: Connection }>({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request, server) => this.#upgrade(request, server),
      websocket: {
        open: (socket) => this.#opened(socket),
        message: (socket, message) => this.#heard(socket, message),
        close: (socket) => this.#closed(socket),
      },
    });
  }

  async close(): Promise<void> {
    for (const connection of this.#open) connection.kill();
    await this.#server?.stop(true);
  }

  /** The open connections of an app, oldest first. */
  of(app: AppAccount): Connection[] {
    return [...this.#open].filter((connection) => connection.app === app);
  }

  /** Those that have pinged, as clients do when they are ready. */
  readyOf(app: AppAccount): Connection[] {
    return this.of(app).filter(({ pings }) => pings > 0);
  }

  /** What a client is told that asks where to connect. */
  endpoint(appId: string, secret: string): object {
    const app = this.#world.apps.find((each) => each.appId === appId && each.appSecret === secret);
    if (!app) return { code: BAD_CREDENTIALS, msg: "app_id or app_secret is invalid", data: {} };
    if (!app.isPublished) return { code: BAD_CREDENTIALS, msg: "system busy", data: {} };
    if (this.of(app).length >= this.mostConnections) {
      return { code: TOO_MANY, msg: "the number of connections exceeded the limit", data: {} };
    }
    const ticket = hexOf(`ticket ${this.#count++}`, 32);
    this.#tickets.set(ticket, app);
    // The service id must not be the first parameter: clients look for it in the whole address.
    const query = `fpid=493&aid=552564&device_id=${this.#world.ids.number()}&access_key=${ticket}&service_id=${SERVICE_ID}&ticket=${ticket}`;
    const data = { URL: `ws://127.0.0.1:${this.#server?.port}/ws/v2?${query}`, ClientConfig: this.config };
    return { code: 0, msg: "", data };
  }

  /** Sends something over one of the app's connections, whichever, and waits for the answer. */
  async push(app: AppAccount, body: object, kind: "event" | "card"): Promise<Outcome> {
    const open = this.of(app);
    const connection = open[Math.floor(this.#random() * open.length)];
    if (!connection) return { isTaken: false };
    const id = hexOf(`push ${this.#count++}`, 32);
    const answered = Promise.withResolvers<Outcome>();
    this.#waiting.set(id, { connection, settle: answered.resolve });
    for (const frame of this.#framesOf(app, id, body, kind)) connection.send(frame);
    const patience = new AbortController();
    const late = this.#world.clock
      .sleep(ANSWER_MS, patience.signal)
      .then((): Outcome => ({ isTaken: false }));
    const outcome = await Promise.race([answered.promise, late]);
    patience.abort();
    this.#waiting.delete(id);
    return outcome;
  }

  #framesOf(app: AppAccount, id: string, body: object, kind: string): Frame[] {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const size = app.fragmentation?.bytes ?? bytes.length;
    const sum = Math.max(1, Math.ceil(bytes.length / size));
    const frames = Array.from({ length: sum }, (_, seq) =>
      this.#frame(DATA, bytes.subarray(seq * size, (seq + 1) * size), [
        ["type", kind],
        ["message_id", id],
        ["sum", String(sum)],
        ["seq", String(seq)],
        ["trace_id", hexOf(`trace ${id}`, 32)],
      ]),
    );
    if (app.fragmentation?.order === "backward") return frames.toReversed();
    if (app.fragmentation?.order === "shuffled") {
      return frames
        .map((frame) => ({ frame, place: this.#random() }))
        .toSorted((one, other) => one.place - other.place)
        .map(({ frame }) => frame);
    }
    return frames;
  }

  #frame(method: number, payload: Uint8Array, headers: Frame["headers"]): Frame {
    const logId = BigInt(this.#world.clock.now()) * 1_000_000n + BigInt(this.#count++);
    return { seqId: BigInt(this.#count), logId, service: SERVICE_ID, method, headers, payload };
  }

  #upgrade(request: Request, server: Server<{ app: AppAccount }>): Response | undefined {
    const ticket = new URL(request.url).searchParams.get("ticket") ?? "";
    const app = this.#tickets.get(ticket);
    if (!app || this.refusesHandshakes) return refuseHandshake(403, "invalid ticket");
    this.#tickets.delete(ticket);
    if (this.of(app).length >= this.mostConnections) {
      return refuseHandshake(514, "the number of connections exceeded the limit", TOO_MANY);
    }
    return server.upgrade(request, { data: { app } }) ? undefined : refuseHandshake(400, "no web socket");
  }

  #opened(socket: Socket): void {
    const connection = new Connection(socket.data.app, socket);
    socket.data.connection = connection;
    this.#open.add(connection);
    this.#world.changed();
  }

  #closed(socket: Socket): void {
    const { connection } = socket.data;
    if (connection) this.#open.delete(connection);
    for (const waiting of this.#waiting.values()) {
      if (waiting.connection === connection) waiting.settle({ isTaken: false });
    }
    this.#world.changed();
  }

  #heard(socket: Socket, message: string | Buffer): void {
    const { connection } = socket.data;
    if (!connection || connection.isHalfOpen) return;
    try {
      if (typeof message === "string") throw new Error("a frame is no text");
      const frame = decodeFrame(message);
      if (frame.method === CONTROL) this.#heardControl(connection, frame);
      else this.#heardAnswer(connection, frame);
    } catch (error) {
      this.#world.complain(`long connection: ${String(error)}`);
    }
    this.#world.changed();
  }

  #heardControl(connection: Connection, frame: Frame): void {
    if (headerOf(frame, "type") !== "ping") throw new Error("a frame of the connection is no ping");
    if (frame.service !== SERVICE_ID) throw new Error(`a ping names service ${frame.service}`);
    connection.pings++;
    const payload = new TextEncoder().encode(JSON.stringify(this.config));
    connection.send(this.#frame(CONTROL, payload, [["type", "pong"]]));
  }

  #heardAnswer(connection: Connection, frame: Frame): void {
    if (frame.method !== DATA) throw new Error(`there is no method ${frame.method}`);
    if (headerOf(frame, "biz_rt") === undefined) throw new Error("an answer does not say how long it took");
    const waiting = this.#waiting.get(headerOf(frame, "message_id") ?? "");
    // An answer that comes too late is nobody's any more.
    if (!waiting || waiting.connection !== connection) return;
    const { code, data } = ACK.parse(JSON.parse(new TextDecoder().decode(frame.payload)));
    if (code !== 200) return waiting.settle({ isTaken: false });
    const answer: unknown =
      data === undefined ? undefined : JSON.parse(Buffer.from(data, "base64").toString("utf8"));
    waiting.settle({ isTaken: true, answer });
  }
}

function refuseHandshake(status: number, sentence: string, authCode?: number): Response {
  return new Response(sentence, {
    status: status === 514 ? 403 : status,
    headers: {
      "handshake-status": String(status),
      "handshake-msg": sentence,
      ...(authCode === undefined ? {} : { "handshake-autherrcode": String(authCode) }),
    },
  });
}
