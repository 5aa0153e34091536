import { afterHandler } from "./after-handler.ts";

/** A frame that the gateway pushed. */
export interface ChatFrame {
  readonly event: string;
  readonly seq: number;
  readonly payload: {
    readonly sessionKey: string;
    readonly turnId?: string;
    readonly messageIds?: readonly string[];
    readonly state?: "status" | "delta" | "final" | "aborted" | "error" | "changed";
    readonly status?: string;
    readonly delta?: string;
    readonly replace?: boolean;
    readonly text?: string;
    readonly messageId?: string;
    readonly media?: readonly object[];
    readonly reactions?: readonly string[];
    readonly removed?: boolean;
    readonly error?: { readonly code: string; readonly message: string; readonly ref: string };
    readonly tool?: string;
    readonly phase?: string;
  };
}

export interface HistoryMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly state?: string;
}

interface Answer {
  readonly ok: boolean;
  readonly payload?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

const DEADLINE_MS = 30_000;
const CLOSED: Answer = { ok: false, error: { code: "CLOSED", message: "closed" } };

/** Somebody at the other end of the socket, who notes everything that is pushed. */
export class ChatClient implements Disposable {
  readonly frames: ChatFrame[] = [];
  readonly #socket: WebSocket;
  readonly #asked = new Map<string, (answer: Answer) => void>();
  #watchers: (() => void)[] = [];
  #next = 1;
  isClosed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const later = afterHandler();
    socket.addEventListener("message", ({ data }) => later(() => this.#take(String(data))));
    socket.addEventListener("close", () => later(() => this.#close()));
  }

  static async connect(url: string, token?: string): Promise<ChatClient> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
    const client = new ChatClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error(`no socket at ${url}`)), { once: true });
    });
    await client.call("connect", token === undefined ? {} : { auth: { token } });
    return client;
  }

  /** The payload of the answer; rejects with `CODE: message`. */
  async call<T>(method: string, params: object = {}): Promise<T> {
    const id = String(this.#next++);
    const answer = await new Promise<Answer>((resolve) => {
      if (this.isClosed) return resolve(CLOSED);
      this.#asked.set(id, resolve);
      this.#socket.send(JSON.stringify({ type: "req", id, method, params }));
    });
    this.#asked.delete(id);
    if (!answer.ok) throw new Error(`${answer.error?.code}: ${answer.error?.message}`);
    // The tests that call know what the method answers.
    return answer.payload as T;
  }

  send(sessionKey: string, text: string, idempotencyKey: string = crypto.randomUUID()) {
    return this.call<{ messageId: string; sessionKey: string }>("chat.send", {
      sessionKey,
      text,
      idempotencyKey,
    });
  }

  async history(sessionKey: string): Promise<readonly HistoryMessage[]> {
    const { messages } = await this.call<{ messages: HistoryMessage[] }>("chat.history", {
      sessionKey,
      limit: 200,
    });
    return messages;
  }

  /** What `find` makes of the frames, as soon as it makes something of them. */
  async until<T>(what: string, find: (frames: readonly ChatFrame[]) => T | undefined | false): Promise<T> {
    const late = AbortSignal.timeout(DEADLINE_MS);
    for (;;) {
      const found = find(this.frames);
      if (found !== undefined && found !== false) return found;
      if (late.aborted)
        throw new Error(`${what} did not come; frames: ${JSON.stringify(this.frames.slice(-5))}`);
      if (this.isClosed) throw new Error(`the socket closed before ${what} came`);
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
        late.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** How the message ended: its one `final`, `error` or `aborted` frame. */
  end(messageId: string): Promise<ChatFrame["payload"]> {
    return this.until(`the end of ${messageId}`, () => this.ends(messageId)[0]);
  }

  ends(messageId: string): ChatFrame["payload"][] {
    const isEnd = ({ payload }: ChatFrame) => ["final", "error", "aborted"].includes(payload.state ?? "");
    return this.frames
      .filter((frame) => isEnd(frame) && frame.payload.messageIds?.includes(messageId))
      .map((frame) => frame.payload);
  }

  /** Resolves once the other side has closed the socket. */
  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => void this.#watchers.push(resolve));
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as { type: string; id?: string } & Answer & ChatFrame;
    if (frame.type === "res") this.#asked.get(frame.id ?? "")?.(frame);
    else if (frame.type === "event") this.frames.push(frame);
    this.#look();
  }

  #close(): void {
    this.isClosed = true;
    for (const answer of this.#asked.values()) answer(CLOSED);
    this.#look();
  }

  #look(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
