import { signal } from "@preact/signals";
import type { EventFrame, Welcome, WireError } from "./frames.ts";
import { readFrame, readWelcome } from "./read.ts";

/** How the page stands with the gateway. `refused`: a person has to sign in. */
export type Link = "connecting" | "open" | "waiting" | "refused";

/** The gateway said no, and why. */
export class RefusedRequest extends Error {
  readonly error: WireError;
  constructor(error: WireError) {
    super(error.message);
    this.error = error;
  }
}

/** The connection went away before the answer came: it may have happened or not. */
export class LostRequest extends Error {}

export interface ConnectionWishes {
  readonly url: string;
  /** The token or password; undefined tries the door without one. */
  readonly credential: () => string | undefined;
  /** After each successful `connect`. */
  readonly onReady: (welcome: Welcome) => void;
  /** The door stays shut: without a credential, or because of the one that was given. */
  readonly onRefused: (error: WireError, hadCredential: boolean) => void;
  readonly onEvent: (frame: EventFrame) => void;
  /** Nothing was heard for a while: time to see whether anybody is there. */
  readonly onQuiet?: () => void;
  /** How long nothing is a while. */
  readonly quietMs?: number;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const ANSWER_WITHIN_MS = 20_000;
const GREET_WITHIN_MS = 10_000;
const PROBE_WITHIN_MS = 5_000;
const QUIET_MS = 30_000;

interface Pending {
  readonly resolve: (payload: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** How long to wait before the next try: doubling, never above the longest, spread so that pages do not come in step. */
export function backOff(attempt: number, random: number): number {
  const base = Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS);
  return Math.round(base * (0.8 + 0.2 * random));
}

/** One socket to the gateway, made again whenever it breaks. */
export class Connection {
  readonly link = signal<Link>("connecting");
  readonly #wishes: ConnectionWishes;
  readonly #pending = new Map<string, Pending>();
  #socket: WebSocket | undefined;
  #attempt = 0;
  #nextId = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(wishes: ConnectionWishes) {
    this.#wishes = wishes;
  }

  /** Connects now, whatever was planned; nothing while a socket is open or opening. */
  connect(): void {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    if (this.link.value !== "waiting") this.link.value = "connecting";
    const socket = new WebSocket(this.#wishes.url);
    this.#socket = socket;
    const overdue = setTimeout(() => this.#drop(socket), GREET_WITHIN_MS);
    socket.addEventListener("open", () => {
      void this.#greet(socket).finally(() => clearTimeout(overdue));
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket === socket) this.#take(data);
    });
    socket.addEventListener("close", () => {
      clearTimeout(overdue);
      this.#drop(socket);
    });
  }

  /** Gives up the present socket and begins again: a new credential, or a person who asks for it. */
  reconnect(): void {
    this.#attempt = 0;
    this.link.value = "connecting";
    const socket = this.#socket;
    if (socket) this.#drop(socket);
    this.connect();
  }

  /** The network may be back: tries at once where it is down, makes sure where it seems up. */
  wake(method: string, params: unknown): void {
    if (this.link.value === "waiting") {
      this.#attempt = 0;
      this.connect();
    } else if (this.link.value === "open") void this.#probe(method, params);
  }

  /** Asks the gateway. Rejects with {@link RefusedRequest} or {@link LostRequest} only. */
  request(method: string, params: unknown): Promise<unknown> {
    const socket = this.#socket;
    if (!socket || this.link.value !== "open") return Promise.reject(new LostRequest("not connected"));
    return this.#ask(socket, method, params, ANSWER_WITHIN_MS);
  }

  /** Never rejects: a question without an answer means that the socket is dead. */
  async #probe(method: string, params: unknown): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    try {
      await this.#ask(socket, method, params, PROBE_WITHIN_MS);
    } catch {
      // A refusal is a sign of life too, and silence has already dropped the socket.
    }
  }

  #ask(socket: WebSocket, method: string, params: unknown, withinMs: number): Promise<unknown> {
    const id = String(this.#nextId++);
    return new Promise((resolve, reject) => {
      const overdue = setTimeout(() => {
        reject(new LostRequest(`no answer to ${method}`));
        this.#drop(socket);
      }, withinMs);
      const settle = () => {
        clearTimeout(overdue);
        this.#pending.delete(id);
      };
      this.#pending.set(id, {
        resolve: (payload) => (settle(), resolve(payload)),
        reject: (reason) => (settle(), reject(reason)),
      });
      socket.send(JSON.stringify({ type: "req", id, method, params }));
    });
  }

  /** Never rejects: whatever goes wrong ends in a closed socket and a next try. */
  async #greet(socket: WebSocket): Promise<void> {
    const secret = this.#wishes.credential();
    // Which of the two the gateway asks for is its own affair; a person only has the one word.
    const auth = secret === undefined ? {} : { auth: { token: secret, password: secret } };
    try {
      const payload = await this.#ask(socket, "connect", { protocol: 1, ...auth }, GREET_WITHIN_MS);
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      this.link.value = "open";
      this.#wishes.onReady(readWelcome(payload));
    } catch (reason) {
      if (!(reason instanceof RefusedRequest)) return this.#drop(socket);
      this.#refuse(socket, secret !== undefined, reason.error);
    }
  }

  #refuse(socket: WebSocket, hadCredential: boolean, error: WireError): void {
    if (["UNAUTHORIZED", "FORBIDDEN", "RATE_LIMITED"].includes(error.code)) {
      this.link.value = "refused";
      this.#wishes.onRefused(error, hadCredential);
    }
    this.#drop(socket);
  }

  #drop(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    clearTimeout(this.#quiet);
    socket.close();
    for (const pending of this.#pending.values()) pending.reject(new LostRequest("connection lost"));
    this.#pending.clear();
    if (this.link.value === "refused") return;
    this.link.value = "waiting";
    this.#timer = setTimeout(() => this.connect(), backOff(this.#attempt++, Math.random()));
  }

  #take(data: unknown): void {
    // A line that died without a word looks like one on which nothing happens.
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#wishes.onQuiet?.(), this.#wishes.quietMs ?? QUIET_MS);
    const frame = readFrame(data);
    if (!frame) return;
    if (frame.type === "event") return this.#wishes.onEvent(frame);
    const pending = this.#pending.get(frame.id ?? "");
    if (!pending) return;
    if (frame.ok) pending.resolve(frame.payload);
    else
      pending.reject(new RefusedRequest(frame.error ?? { code: "INTERNAL", message: "", retryable: false }));
  }
}
