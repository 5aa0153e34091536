import { afterHandler } from "../fakes/after-handler.ts";

/** One frame as a client gets it. */
export interface Frame {
  readonly type: "res" | "event";
  readonly id?: string | number;
  readonly method?: string;
  readonly ok?: boolean;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly error?: { code: string; message: string; retryable: boolean; retryAfterMs?: number; ref?: string };
  readonly event?: string;
  readonly seq?: number;
}

/** A client of the socket, as a page would be one. */
export class SocketClient implements Disposable {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #opened: Promise<void>;
  #waiters: (() => void)[] = [];
  #nextId = 1;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/ws`, { headers });
    const later = afterHandler();
    this.socket.addEventListener("message", ({ data }) => {
      later(() => {
        this.frames.push(JSON.parse(String(data)) as Frame);
        this.#ring();
      });
    });
    const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
    this.closed = promise;
    const opened = Promise.withResolvers<void>();
    this.#opened = opened.promise;
    this.socket.addEventListener("open", () => opened.resolve());
    this.socket.addEventListener("close", ({ code, reason }) => {
      later(() => {
        resolve({ code, reason });
        opened.reject(new Error(`closed before it opened: ${code} ${reason}`));
        this.#ring();
      });
    });
    opened.promise.catch(() => {});
  }

  static async open(url: string, headers?: Record<string, string>): Promise<SocketClient> {
    const client = new SocketClient(url, headers);
    await client.#opened;
    return client;
  }

  /** Opens a socket and connects with `token`. */
  static async connect(url: string, token: string): Promise<SocketClient> {
    const client = await SocketClient.open(url);
    const answer = await client.call("connect", { auth: { token } });
    if (!answer.ok) throw new Error(answer.error?.message);
    return client;
  }

  raw(data: string | Uint8Array): void {
    this.socket.send(data);
  }

  async call(method: string, params: unknown = {}): Promise<Frame> {
    const id = String(this.#nextId);
    this.#nextId += 1;
    this.raw(JSON.stringify({ type: "req", id, method, params }));
    return this.next((frame) => frame.type === "res" && frame.id === id);
  }

  /** The first frame, past or to come, that `matches`. */
  async next(matches: (frame: Frame) => boolean): Promise<Frame> {
    for (let at = 0; ;) {
      for (; at < this.frames.length; at += 1) {
        const frame = this.frames[at];
        if (frame && matches(frame)) return frame;
      }
      if (this.socket.readyState >= WebSocket.CLOSING) throw new Error("closed while waiting for a frame");
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  events(event = "chat"): Frame[] {
    return this.frames.filter((frame) => frame.event === event);
  }

  /** What a page would show of a session's turn. */
  textOf(sessionKey: string): string {
    let text = "";
    for (const { payload } of this.events()) {
      if (payload?.["sessionKey"] !== sessionKey) continue;
      if (payload["state"] === "delta") text = (payload["replace"] ? "" : text) + String(payload["delta"]);
      if (typeof payload["text"] === "string") text = payload["text"];
    }
    return text;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }

  #ring(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
