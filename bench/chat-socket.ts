import { inTime } from "./part.ts";

/** What one message came to, as its sender saw it. */
export interface SeenTurn {
  readonly text: string;
  readonly sessionKey: string;
  /** From the call until it was acknowledged, the first text came, and the end. */
  readonly ackMs: number;
  readonly firstDeltaMs: number;
  readonly endMs: number;
  /** What came over the socket meanwhile. */
  readonly frames: number;
  readonly bytes: number;
}

interface Frame {
  readonly type: string;
  readonly payload?: {
    readonly sessionKey?: string;
    readonly messageId?: string;
    readonly messageIds?: readonly string[];
    readonly state?: string;
    readonly text?: string;
  };
}

/** The smallest client of the gateway's socket that can measure: one message at a time. */
export class ChatSocket implements Disposable {
  readonly #socket: WebSocket;
  #onFrame: (frame: Frame) => void = () => {};
  #frames = 0;
  #bytes = 0;
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const text = String(data);
      this.#frames += 1;
      this.#bytes += text.length;
      this.#onFrame(JSON.parse(text) as Frame);
    });
    socket.addEventListener("close", () => this.#onFrame({ type: "closed" }));
  }

  static async connect(url: string, token: string): Promise<ChatSocket> {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`, { headers });
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error(`no socket at ${url}`)), { once: true });
    });
    return new ChatSocket(socket);
  }

  /** Sends one message and sees its turn through. */
  ask(sessionKey: string, text: string): Promise<SeenTurn> {
    const done = Promise.withResolvers<SeenTurn>();
    const before = { frames: this.#frames, bytes: this.#bytes };
    const startedAt = performance.now();
    let [ackMs, firstDeltaMs] = [0, 0];
    let messageId: string | undefined;
    const fail = (why: unknown) => done.reject(new Error(`no answer: ${JSON.stringify(why)}`));
    const seePush = (payload: NonNullable<Frame["payload"]>, endMs: number) => {
      if (messageId === undefined || !payload.messageIds?.includes(messageId)) return;
      if (payload.state === "delta") firstDeltaMs ||= endMs;
      if (payload.state === "error") fail(payload);
      if (payload.state !== "final") return;
      const { text: said = "", sessionKey: session = "" } = payload;
      const [frames, bytes] = [this.#frames - before.frames, this.#bytes - before.bytes];
      done.resolve({ text: said, sessionKey: session, frames, bytes, ackMs, firstDeltaMs, endMs });
    };
    this.#onFrame = (frame) => {
      const nowMs = performance.now() - startedAt;
      if (frame.type === "event" && frame.payload) return seePush(frame.payload, nowMs);
      if (frame.payload?.messageId === undefined) return fail(frame);
      [ackMs, messageId] = [nowMs, frame.payload.messageId];
    };
    this.#call("chat.send", { sessionKey, text, idempotencyKey: crypto.randomUUID() });
    return inTime("the answer through the gateway", done.promise);
  }

  [Symbol.dispose](): void {
    this.#onFrame = () => {};
    this.#socket.close();
  }

  #call(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ type: "req", id: String(this.#next++), method, params }));
  }
}
