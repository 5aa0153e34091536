import { createDoors, type Doors, type DoorsParts } from "../../src/http/doors.ts";
import type { BrowserChannel, BrowserMessage } from "../../src/core/browser-channel.ts";
import type { GatewayControl } from "../../src/core/control.ts";
import type { Given, GivenAnswer } from "../../src/core/question.ts";
import type { OutboundMessage } from "../../src/core/message.ts";
import { formatSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import type { SessionSummary } from "../../src/core/store.ts";
import type { HistoryRow } from "../../src/core/store.ts";
import type { PageAsset } from "../../src/http/routes/page.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { type AuthSettings, GatewayAuth } from "../../src/security/gateway-auth.ts";

export const TOKEN = "right-token";
export const BROWSER_TOKEN = "page-token";

/** A gateway behind the doors that only remembers what it was asked. */
export class FakeGateway {
  readonly accepted: BrowserMessage[] = [];
  readonly aborted: SessionKey[] = [];
  readonly answers: unknown[] = [];
  onAnswer: (answer: GivenAnswer) => Given = () => "taken";
  readonly killed: SessionKey[] = [];
  readonly sessions = new Map<SessionKey, SessionSummary>();
  readonly rows = new Map<SessionKey, HistoryRow[]>();
  /** What was sent, by its id: where the files of a conversation are found. */
  readonly sent = new Map<string, { session: SessionKey; message: OutboundMessage }>();
  onAccept: (message: BrowserMessage, messageId: string) => void | Promise<void> = () => {};
  onHistory: () => void | Promise<void> = () => {};
  reload = { changed: ["queue.mergeLimit"], needsRestart: [], problems: [] as string[], warnings: [] };
  status: "ok" | "degraded" | "stopping" = "ok";

  readonly browser: BrowserChannel = {
    name: "webchat",
    accept: async (message) => {
      this.accepted.push(message);
      const messageId = `m${this.accepted.length}`;
      await this.onAccept(message, messageId);
      return { messageId, sessionKey: message.sessionKey ?? ("?" as SessionKey) };
    },
  };

  readonly control: GatewayControl = {
    health: () => ({
      public: { status: this.status, version: "1.2.3", uptimeMs: 5, demo: true },
      problems: ["the private problem"],
      pool: { total: 1, busy: 0, idle: 1, min: 1, max: 4, longestWaitMs: 0 },
      queue: { waiting: 0 },
      models: [{ id: "x/y", state: "cooling", untilMs: 7 }],
      channels: [],
      memoryBytes: 1,
    }),
    abort: async (session) => {
      this.aborted.push(session);
      return true;
    },
    kill: async (session) => {
      if (!this.sessions.has(session)) return undefined;
      this.killed.push(session);
      return { cancelled: 2 };
    },
    sessionStatus: async () => undefined,
    restart: async () => "planned",
    budgets: async () => [],
    channelFindings: async () => [],
    reloadConfig: async () => this.reload,
    configForDisplay: () => ({ gateway: { auth: { token: "[redacted]" } } }),
  };

  readonly store: DoorsParts["store"] = {
    history: async (session, page) => {
      const all = this.rows.get(session) ?? [];
      const rows = all.slice(-page.limit);
      await this.onHistory();
      return rows.length < all.length ? { rows, cursor: "older" } : { rows };
    },
    sessions: {
      get: async (key) => this.sessions.get(key),
      list: async (limit) => [...this.sessions.values()].slice(0, limit),
    },
    turns: { depth: async () => 3 },
    outbox: { read: async (key) => this.sent.get(key) },
  };

  addSession(chat: string, channel = "webchat", agent = "main"): SessionKey {
    const address = { channel, account: "default", scope: "dm", chat } as const;
    const key = formatSessionKey({ agent, address });
    this.sessions.set(key, {
      key,
      agent,
      address,
      file: "/secret/place.jsonl",
      createdAtMs: 1,
      lastActiveAtMs: 2,
      turns: 1,
      waiting: 0,
      running: false,
    });
    return key;
  }
}

export interface OpenDoors extends Doors, AsyncDisposable {
  readonly gateway: FakeGateway;
  readonly clock: FakeClock;
  readonly auth: GatewayAuth;
  /** Change it and the doors follow. */
  readonly settings: { auth: AuthSettings; origins: ReturnType<DoorsParts["origins"]> };
  readonly port: number;
}

type Changes = Partial<Pick<DoorsParts, "limits" | "feed" | "port" | "bind" | "log" | "routing">> & {
  readonly auth?: AuthSettings;
  readonly origins?: Partial<ReturnType<DoorsParts["origins"]>>;
  readonly assets?: ReadonlyMap<string, PageAsset>;
  readonly withoutBrowser?: boolean;
};

/** Real doors on a port of the system's choice, with a fake gateway behind. */
export async function openDoors(changes: Changes = {}): Promise<OpenDoors> {
  const gateway = new FakeGateway();
  const clock = new FakeClock();
  const settings = {
    auth: changes.auth ?? { gateway: { mode: "token", secret: TOKEN } as const },
    origins: { allowedHosts: [], allowedOrigins: [], ...changes.origins },
  };
  const auth = new GatewayAuth({ settings: () => settings.auth, clock });
  const doors = createDoors({
    bind: changes.bind ?? { reach: "loopback", why: "the test says so" },
    port: changes.port ?? 0,
    origins: () => settings.origins,
    auth,
    store: gateway.store,
    control: gateway.control,
    questions: {
      answer: (session, id, answer, by) => {
        gateway.answers.push([session, id, answer, by]);
        return gateway.onAnswer(answer);
      },
    },
    browser: changes.withoutBrowser ? undefined : gateway.browser,
    assets: changes.assets ?? new Map(),
    log: changes.log ?? silentLogger,
    clock,
    ...(changes.feed ? { feed: changes.feed } : {}),
    ...(changes.limits ? { limits: changes.limits } : {}),
    ...(changes.routing ? { routing: changes.routing } : {}),
  });
  await doors.http.start();
  return {
    ...doors,
    gateway,
    clock,
    auth,
    settings,
    port: Number(new URL(doors.url()).port),
    [Symbol.asyncDispose]: () => doors.http.stop(AbortSignal.abort()),
  };
}

export const bearer = (token = TOKEN) => ({ headers: { Authorization: `Bearer ${token}` } });
