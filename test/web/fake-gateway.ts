import { createServer, connect, type Server, type Socket } from "node:net";
import type { ToolContent } from "../../src/core/agent.ts";
import type { BrowserMessage } from "../../src/core/browser-channel.ts";
import type { Given, GivenAnswer, Question } from "../../src/core/question.ts";
import type { ListedCommand } from "../../src/core/command.ts";
import { RequestError } from "../../src/core/errors.ts";
import type { OutboundMessage } from "../../src/core/message.ts";
import { formatSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import type { HistoryRow } from "../../src/core/store.ts";
import type { TurnEvent, TurnFailure } from "../../src/core/turn-events.ts";
import { plainRouter } from "../../src/core/session-router.ts";
import { createDoors, type Doors, type DoorsParts } from "../../src/http/doors.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { type AuthSettings, GatewayAuth } from "../../src/security/gateway-auth.ts";
import { MethodTable } from "../../src/ws/methods.ts";
import { registerCommandMethods } from "../../src/ws/methods/command.ts";
import { pageAssets } from "../../src/web/assets.ts";

export const TOKEN = "a-token-of-the-test";

export interface GatewayWishes {
  readonly auth?: AuthSettings;
  readonly demo?: boolean;
  readonly version?: string;
}

/**
 * The page behind the gateway's real doors, and behind those nothing but what a test writes: turns
 * go on when the test says so. Between browser and doors is a line that can be cut.
 */
export class FakeGateway implements AsyncDisposable {
  /** Every message taken, once each, however often it was sent. */
  readonly taken: BrowserMessage[] = [];
  /** Every `chat.send` that arrived, repeats included. */
  readonly sends: BrowserMessage[] = [];
  readonly aborted: SessionKey[] = [];
  readonly rows = new Map<SessionKey, HistoryRow[]>();
  /** What was sent, by its id: where the files of a conversation are found. */
  readonly sent = new Map<string, { session: SessionKey; message: OutboundMessage }>();
  /** What happens with a message that was taken; by default nothing, and it waits. */
  onMessage: (message: { id: string; text: string; session: SessionKey }) => void = () => {};
  /** Called before a message is written; may throw what the sender is told. */
  onSend: (message: BrowserMessage) => void | Promise<void> = () => {};
  onAbort: (session: SessionKey) => void = () => {};
  /** What was answered to questions, and what becomes of it; by default it is taken. */
  readonly answers: GivenAnswer[] = [];
  onAnswer: (answer: GivenAnswer) => Given = () => "taken";
  /** What may be written behind a slash, and how often somebody has asked. */
  commands: readonly ListedCommand[] = [];
  commandPrefix = "/";
  commandLooks = 0;
  historyFails = false;
  /** Tries to connect while the line was cut. */
  refused = 0;
  /** Called before a page of the history is read. */
  onHistory: () => void | Promise<void> = () => {};
  version: string;
  demo: boolean;
  /** Whether a pi has come up yet: before that, nobody knows what answers. */
  isPiUp = true;
  /** Who answers conversations that name nobody; asked at each connection. */
  agent = "main";
  auth: AuthSettings;
  readonly #ids = new Map<string, string>();
  readonly #lines = new Set<Socket>();
  readonly #line: Server;
  #doors: Doors;
  #isCut = false;
  #port = 0;

  private constructor(wishes: GatewayWishes) {
    this.auth = wishes.auth ?? { gateway: { mode: "token", secret: TOKEN } };
    this.demo = wishes.demo ?? false;
    this.version = wishes.version ?? "1.0.0";
    this.#doors = this.#createDoors();
    this.#line = createServer((socket) => this.#connect(socket));
  }

  static async open(wishes: GatewayWishes = {}): Promise<FakeGateway> {
    const gateway = new FakeGateway(wishes);
    await gateway.#doors.http.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    gateway.#line.listen(0, "127.0.0.1", resolve);
    await promise;
    const address = gateway.#line.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    gateway.#port = address.port;
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** The link as the gateway prints it. */
  get link(): string {
    return `${this.url}#token=${TOKEN}`;
  }

  /** Cuts every connection; nobody gets through until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    for (const line of this.#lines) line.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Another process on the same state: a new epoch, nothing running, the history as it was. */
  async restart(): Promise<void> {
    this.cut();
    await this.#doors.http.stop(AbortSignal.abort());
    this.#doors = this.#createDoors();
    await this.#doors.http.start();
    this.mend();
  }

  /** How many browsers are connected. */
  clients(): number {
    return this.#doors.clients();
  }

  publish(session: SessionKey, event: TurnEvent): void {
    this.#doors.feed.publish(session, event);
  }

  /** Something that belongs to no turn. */
  say(session: SessionKey, text: string): void {
    const key = `notice/${this.rowsOf(session).length}`;
    this.rowsOf(session).push({ id: key, role: "assistant", text, atMs: Date.now() });
    this.publish(session, { kind: "said", key, text });
  }

  /** Asks something in the session. */
  ask(session: SessionKey, question: Question, id = `q${this.#turns++}`): string {
    const key = `asking/question/${id}`;
    this.#asked.set(id, { session, question });
    this.rowsOf(session).push({
      id: key,
      role: "assistant",
      text: `Asked: ${question.title}`,
      atMs: Date.now(),
    });
    this.publish(session, { kind: "question", turn: "asking", id, key, question, state: "open" });
    return id;
  }
  readonly #asked = new Map<string, { readonly session: SessionKey; readonly question: Question }>();

  /** Lets a question be over. */
  close(id: string, state: "answered" | "closed", answer: string): void {
    const { session, question } = this.#asked.get(id)!;
    const key = `asking/question/${id}`;
    const text = `${question.title}\n\n${state === "answered" ? "✓" : "✗"} ${answer}`;
    this.rowsOf(session).push({ id: `${key}/closed`, role: "assistant", text, atMs: Date.now() });
    this.publish(session, { kind: "question", turn: "asking", id, key, question, state, answer });
  }

  #answer(session: SessionKey, id: string, answer: GivenAnswer): Given {
    if (this.#asked.get(id)?.session !== session) return "closed";
    this.answers.push(answer);
    return this.onAnswer(answer);
  }

  /** A turn over the messages that wait in the session. */
  begin(session: SessionKey, id = `turn${this.#turns++}`): ScriptedTurn {
    const waiting = this.rowsOf(session).filter((row) => row.role === "user" && row.state === "waiting");
    return new ScriptedTurn(
      this,
      session,
      id,
      waiting.map((row) => row.id),
    );
  }
  #turns = 1;

  /** The same turn after a restart. */
  resume(session: SessionKey, id: string): ScriptedTurn {
    const running = this.rowsOf(session).filter((row) => row.role === "user" && row.state === "running");
    return new ScriptedTurn(
      this,
      session,
      id,
      running.map((row) => row.id),
    );
  }

  rowsOf(session: SessionKey): HistoryRow[] {
    const rows = this.rows.get(session) ?? [];
    this.rows.set(session, rows);
    return rows;
  }

  mark(session: SessionKey, ids: readonly string[], state: NonNullable<HistoryRow["state"]>): void {
    this.rows.set(
      session,
      this.rowsOf(session).map((row) => (ids.includes(row.id) ? { ...row, state } : row)),
    );
  }

  /** The one conversation there is. */
  get session(): SessionKey {
    const [session, ...others] = this.rows.keys();
    if (!session || others.length > 0) throw new Error(`one conversation expected, not ${this.rows.size}`);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#line.close();
    await this.#doors.http.stop(AbortSignal.abort());
  }

  #connect(socket: Socket): void {
    if (this.#isCut) {
      this.refused += 1;
      socket.destroy();
      return;
    }
    const inner = connect(Number(new URL(this.#doors.url()).port), "127.0.0.1");
    for (const line of [socket, inner]) {
      this.#lines.add(line);
      line.on("close", () => this.#lines.delete(line));
      line.on("error", () => line.destroy());
    }
    socket.on("close", () => inner.destroy());
    inner.on("close", () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  }

  async #accept(message: BrowserMessage): Promise<{ messageId: string; sessionKey: SessionKey }> {
    this.sends.push(message);
    await this.onSend(message);
    const sessionKey = message.sessionKey ?? sessionOf("made");
    const known = this.#ids.get(message.idempotencyKey ?? "");
    if (known !== undefined) return { messageId: known, sessionKey };
    this.taken.push(message);
    const id = `m${this.taken.length}`;
    if (message.idempotencyKey !== undefined) this.#ids.set(message.idempotencyKey, id);
    this.addUserRow(sessionKey, id, message.text, message.attachments);
    this.onMessage({ id, text: message.text, session: sessionKey });
    return { messageId: id, sessionKey };
  }

  addUserRow(
    session: SessionKey,
    id: string,
    text: string,
    files: readonly { readonly name: string; readonly mimeType: string }[] = [],
  ): void {
    const attachments = files.map(({ name, mimeType }) => ({ name, mimeType }));
    const row: HistoryRow = { id, role: "user", text, atMs: Date.now(), state: "waiting" };
    this.rowsOf(session).push(attachments.length > 0 ? { ...row, attachments } : row);
  }

  #createDoors(): Doors {
    return createDoors({
      bind: { reach: "loopback", why: "the test says so" },
      port: 0,
      origins: () => ({ allowedHosts: [], allowedOrigins: [] }),
      auth: new GatewayAuth({ settings: () => this.auth, clock: systemClock }),
      store: this.#store(),
      control: this.#control(),
      questions: { answer: (session, id, answer) => this.#answer(session, id, answer) },
      browser: { name: "webchat", accept: (message) => this.#accept(message) },
      assets: new Map([...pageAssets].map(([path, asset]) => [path, { ...asset, etag: `${path} built` }])),
      methods: this.#methods(),
      routing: {
        router: {
          route: (message, agent) => plainRouter.route(message, agent ?? message.agent ?? this.agent),
        },
        agents: () => ["main", this.agent],
      },
      log: silentLogger,
      clock: systemClock,
    });
  }

  #methods(): MethodTable {
    const methods = new MethodTable();
    registerCommandMethods(methods, {
      prefix: () => this.commandPrefix,
      offered: async () => {
        this.commandLooks += 1;
        return this.commands;
      },
    });
    return methods;
  }

  #store(): DoorsParts["store"] {
    return {
      history: async (session, { limit, before }) => {
        if (this.historyFails) throw new RequestError("UNAVAILABLE", "The store cannot be read right now.");
        await this.onHistory();
        const all = this.rows.get(session) ?? [];
        const end = before === undefined ? all.length : Number(before);
        const begin = Math.max(0, end - limit);
        const rows = all.slice(begin, end);
        return begin > 0 ? { rows, cursor: String(begin) } : { rows };
      },
      sessions: {
        get: async () => undefined,
        list: async () =>
          [...this.rows].map(([key, rows]) => ({
            key,
            agent: "main",
            address: { channel: "webchat", account: "default", scope: "dm", chat: key },
            file: "",
            createdAtMs: 1,
            lastActiveAtMs: rows.at(-1)?.atMs ?? 1,
            turns: 1,
            waiting: 0,
            running: rows.some((row) => row.state === "running"),
          })),
      },
      turns: { depth: async () => 0 },
      outbox: { read: async (key) => this.sent.get(key) },
    };
  }

  #control(): DoorsParts["control"] {
    return {
      health: () => ({
        public: {
          status: "ok",
          version: this.version,
          uptimeMs: 5,
          ...(this.isPiUp ? { demo: this.demo } : {}),
        },
        problems: [],
        pool: { total: 1, busy: 0, idle: 1, min: 1, max: 4, longestWaitMs: 0 },
        ...(this.isPiUp ? { model: { id: "faux/echo", isDemo: this.demo } } : {}),
        channels: [],
        models: [],
        memoryBytes: 1,
      }),
      abort: async (session) => {
        this.aborted.push(session);
        this.onAbort(session);
        return true;
      },
      kill: async () => undefined,
      sessionStatus: async () => undefined,
      restart: async () => "planned",
      reloadConfig: async () => ({ changed: [], needsRestart: [], problems: [], warnings: [] }),
      budgets: async () => [],
      channelFindings: async () => [],
      configForDisplay: () => ({}),
    };
  }
}

/** A turn that does what a test says, in the events and in the history alike. */
export class ScriptedTurn {
  readonly id: string;
  readonly session: SessionKey;
  readonly messageIds: readonly string[];
  readonly #gateway: FakeGateway;

  constructor(gateway: FakeGateway, session: SessionKey, id: string, messageIds: readonly string[]) {
    this.#gateway = gateway;
    this.session = session;
    this.id = id;
    this.messageIds = messageIds;
    gateway.mark(session, messageIds, "running");
    this.#publish({ kind: "started" });
  }

  /** Adds to the text; `replace` begins it anew. */
  write(delta: string, replace = false): this {
    this.#publish({ kind: "delta", delta, replace });
    return this;
  }

  retrying(): this {
    this.#publish({ kind: "retrying", reason: "overloaded" });
    return this;
  }

  compacting(): this {
    this.#publish({ kind: "compacting" });
    return this;
  }

  beginTool(id: string, tool: string, params: Record<string, unknown>): this {
    this.#publish({ kind: "tool", id, tool, phase: "start", params });
    return this;
  }

  endTool(id: string, tool: string, output: string | readonly ToolContent[], isError = false): this {
    const content: readonly ToolContent[] =
      typeof output === "string" ? [{ type: "text", text: output }] : output;
    this.#publish({ kind: "tool", id, tool, phase: "end", result: { content, isError } });
    return this;
  }

  finish(text: string): void {
    this.#end("final", "done", text);
  }

  stop(text: string): void {
    this.#end("aborted", "cancelled", text);
  }

  fail(error: TurnFailure): void {
    this.#end("error", "failed", error.message, error);
  }

  #end(
    state: "final" | "aborted" | "error",
    rowState: "done" | "cancelled" | "failed",
    text: string,
    error?: TurnFailure,
  ): void {
    const gateway = this.#gateway;
    const key = `${this.id}/0`;
    gateway.mark(this.session, this.messageIds, rowState);
    const rows = gateway.rowsOf(this.session);
    if (text) rows.push({ id: key, role: "assistant", text, atMs: Date.now(), state: rowState });
    gateway.publish(this.session, {
      kind: "end",
      state,
      turn: this.id,
      messageIds: this.messageIds,
      text: state === "error" ? "" : text,
      ...(text ? { key } : {}),
      ...(error ? { error } : {}),
    });
  }

  #publish(
    event:
      | { kind: "started" | "compacting" }
      | { kind: "retrying"; reason: string }
      | { kind: "delta"; delta: string; replace: boolean }
      | {
          kind: "tool";
          id: string;
          tool: string;
          phase: "start" | "end";
          params?: Record<string, unknown>;
          result?: { content: readonly ToolContent[]; isError: boolean };
        },
  ): void {
    this.#gateway.publish(this.session, { turn: this.id, messageIds: this.messageIds, ...event });
  }
}

/** The session of a conversation's id. */
export function sessionOf(id: string): SessionKey {
  const address = { channel: "webchat", account: "default", scope: "dm", chat: id } as const;
  return formatSessionKey({ agent: "main", address });
}

/** The error of a gateway that cannot take more just now. */
export const busy = () => new RequestError("BUSY", "Too much is waiting.", { retry: { afterMs: 100 } });
