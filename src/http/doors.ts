import type { BrowserChannel } from "../core/browser-channel.ts";
import type { Bind } from "../core/config-bind.ts";
import type { GatewayControl } from "../core/control.ts";
import type { QuestionDesk } from "../core/question.ts";
import type { Store } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import type { GatewayAuth, Grant } from "../security/gateway-auth.ts";
import type { OriginRules } from "../security/origin.ts";
import { PROTOCOL } from "../ws/client.ts";
import { Conversations, type Routing } from "../ws/conversation.ts";
import { MethodTable } from "../ws/methods.ts";
import { MESSAGE_LIMITS, registerChatMethods } from "../ws/methods/chat.ts";
import { registerConfigMethods } from "../ws/methods/config.ts";
import { registerSessionMethods } from "../ws/methods/session.ts";
import { SessionFeed } from "../ws/session-feed.ts";
import { type SocketLimits, Sockets } from "../ws/sockets.ts";
import type { SessionReader } from "../ws/sessions.ts";
import { HttpServer } from "./http-server.ts";
import { Router } from "./router.ts";
import { addConfigRoute } from "./routes/config.ts";
import { addHealthRoute } from "./routes/health.ts";
import { addMediaRoute } from "./routes/media.ts";
import { addPageRoutes, type PageAssets } from "./routes/page.ts";
import { addSessionRoutes } from "./routes/sessions.ts";

export interface DoorsParts {
  readonly bind: Bind;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The names and origins under which we may be reached; read at each request. */
  readonly origins: () => Omit<OriginRules, "isOnAllInterfaces">;
  readonly auth: GatewayAuth;
  readonly store: Pick<Store, "history"> & {
    readonly sessions: Pick<Store["sessions"], "get" | "list">;
    readonly turns: Pick<Store["turns"], "depth">;
    readonly outbox: Pick<Store["outbox"], "read">;
  };
  readonly control: GatewayControl;
  /** Absent: there is no page to chat from, and no `chat.*`. */
  readonly browser?: BrowserChannel | undefined;
  /** Takes what is answered in the page. */
  readonly questions: Pick<QuestionDesk, "answer">;
  /** Where messages go. Absent: each key is a session, and any agent will do. */
  readonly routing?: Routing;
  readonly assets: PageAssets;
  /** Made by the caller when something has to publish to it before there are doors. */
  readonly feed?: SessionFeed;
  /** The same, where somebody adds routes and methods before there are doors. */
  readonly router?: Router;
  readonly methods?: MethodTable;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits?: Partial<SocketLimits>;
}

/** The gateway's port and what is behind it. */
export interface Doors {
  readonly http: Service;
  readonly feed: SessionFeed;
  readonly router: Router;
  readonly methods: MethodTable;
  /** Where this machine reaches us, without a slash at the end. Throws before `http` has started. */
  url(): string;
  /** Call after a change of credentials: closes the sockets that came in with an old one. */
  recheckClients(): void;
  /** Connected clients. */
  clients(): number;
}

/** Builds the HTTP and WebSocket doors. Nothing listens before `http.start`. */
export function createDoors(parts: DoorsParts): Doors {
  const { auth, store, control, browser, clock } = parts;
  const feed = parts.feed ?? new SessionFeed({ clock });
  const { router = new Router(), methods = new MethodTable() } = parts;
  const log = parts.log.child({ part: "doors" });
  const reader: SessionReader = {
    sessions: store.sessions,
    turns: store.turns,
    isRunning: (session) => feed.position(session).running !== undefined,
  };
  const limits = parts.limits ?? {};
  const welcome = (grant: Grant) => welcomeOf(grant, parts, { feed, methods, sockets });
  const sockets: Sockets = new Sockets({ auth, methods, feed, log, clock, limits, welcome });

  registerSessionMethods(methods, reader, control);
  registerConfigMethods(methods, control);
  if (browser) registerChatMethods(methods, { ...parts, browser, feed });
  if (browser) {
    const conversations = new Conversations(browser.name, parts.routing);
    addMediaRoute(router, { outbox: store.outbox, conversations });
  }
  addHealthRoute(router, control, store.turns);
  addSessionRoutes(router, reader, control);
  addConfigRoute(router, control);
  addPageRoutes(router, parts.assets);

  const http = new HttpServer({ ...parts, router, sockets, log });
  return {
    http,
    feed,
    router,
    methods,
    url: () => http.url,
    recheckClients: () => sockets.recheck(),
    clients: () => sockets.count,
  };
}

/** What `connect` answers. */
function welcomeOf(
  grant: Grant,
  { auth, control, browser, routing }: DoorsParts,
  { feed, methods, sockets }: { feed: SessionFeed; methods: MethodTable; sockets: Sockets },
) {
  const health = control.health();
  const { version, demo = false } = health.public;
  return {
    protocol: PROTOCOL,
    version,
    features: { methods: ["connect", ...methods.names], events: ["chat", "tool", "question", "notice"] },
    limits: {
      maxFrameBytes: sockets.limits.frameBytes,
      maxInFlight: sockets.limits.inFlight,
      maxAttachments: MESSAGE_LIMITS.attachments,
      maxAttachmentBytes: MESSAGE_LIMITS.attachmentBytes,
      maxTextLength: MESSAGE_LIMITS.textLength,
    },
    demo,
    ...(health.model ? { model: health.model } : {}),
    ...(browser ? { agent: new Conversations(browser.name, routing).defaultAgent } : {}),
    epoch: feed.epoch,
    auth: { mode: auth.mode, kind: grant.principal.kind },
  };
}
