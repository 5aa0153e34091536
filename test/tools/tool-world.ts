import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../../src/core/channel.ts";
import { configSchema, type Config } from "../../src/core/config-schema.ts";
import type { RestartAsker, RestartPlan } from "../../src/core/control.ts";
import type { CronEngine } from "../../src/core/cron-port.ts";
import type { Delegations } from "../../src/core/delegations.ts";
import type { ErrandRequest } from "../../src/core/errand.ts";
import type { Address, InboundMessage, MessageRef } from "../../src/core/message.ts";
import type { MessageChange, Said, Utterance } from "../../src/core/outlet.ts";
import type { Session } from "../../src/core/session.ts";
import { formatSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import { isSameChat } from "../../src/core/target.ts";
import type { DeliveryState } from "../../src/core/store.ts";
import type { ToolContext } from "../../src/core/tool.ts";
import { Owners } from "../../src/core/owners.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { ownTools, type ToolParts } from "../../src/tools/index.ts";

export const CHAT: Address = { channel: "fake", account: "default", scope: "dm", chat: "42" };
export const HERE = formatSessionKey({ agent: "main", address: CHAT });

/** What is around tools: it remembers what they did, and is as a test wishes. */
export class ToolWorld implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "tool-"));
  readonly said: Utterance[] = [];
  readonly changes: {
    readonly message: MessageRef;
    readonly session: SessionKey;
    readonly change: MessageChange;
  }[] = [];
  readonly sessions: Session[] = [];
  readonly deliveries = new Map<string, DeliveryState>();
  readonly restarts: RestartAsker[] = [];
  config: Config = configSchema({}).parse({});
  messages: InboundMessage[] = [];
  outcome: Said = { state: "sent", refs: [{ address: CHAT, id: "7" }] };
  plan: RestartPlan = "planned";
  problems: string[] = [];
  engine: CronEngine | undefined;
  readonly errands: ErrandRequest[] = [];
  mayWrite = true;
  onAsk: Delegations["ask"] = () => Promise.reject(new Error("nobody is asked here"));
  /** What a channel of this world can do. */
  channel: Partial<Channel> = {
    react: async () => {},
    edit: async () => {},
    remove: async () => {},
    pin: async () => {},
  };

  constructor() {
    for (const name of ["workspace", "media", "state"]) mkdirSync(this.at(name));
  }

  at(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Makes a conversation of `agent` in a chat known. */
  addSession(chat: string, agent = "main", channel = "fake"): Session {
    const address = { ...CHAT, channel, chat };
    const key = formatSessionKey({ agent, address });
    const session = { key, agent, address, file: "", createdAtMs: 0, lastActiveAtMs: 0, turns: 0 };
    this.sessions.push(session);
    return session;
  }

  async run(name: string, params: object, facts: Partial<ToolContext> = {}): Promise<unknown> {
    const tool = ownTools(this.#parts()).find((one) => one.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    return tool.execute({ ...params }, { ...this.context(), ...facts });
  }

  context(): ToolContext {
    const { signal } = new AbortController();
    return {
      sessionKey: HERE,
      callId: "call1",
      turn: "turn1",
      agent: "main",
      chat: CHAT,
      signal,
      log: silentLogger,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #parts(): ToolParts {
    return {
      config: () => this.config,
      owners: new Owners(() => this.config, { firstAllowed: async () => undefined }),
      turn: () => ({ id: "turn1", attempt: "1", chat: CHAT, messages: this.messages }),
      channel: (to) => this.#channelOf(to),
      sessions: {
        get: async (key) => this.sessions.find((session) => session.key === key),
        inChat: async (agent, chat) =>
          this.sessions.find((session) => session.agent === agent && isSameChat(session.address, chat)),
      },
      outbox: { find: async (key) => this.deliveries.get(key), read: async () => undefined },
      outlet: {
        say: async (utterance) => {
          this.said.push(utterance);
          return this.outcome;
        },
        change: async (message, session, change) => void this.changes.push({ message, session, change }),
      },
      control: {
        reloadConfig: async () => ({ changed: [], needsRestart: [], problems: this.problems, warnings: [] }),
        restart: async (asker) => {
          this.restarts.push(asker);
          return this.plan;
        },
        sessionStatus: async () => undefined,
      },
      folders: {
        workspace: () => this.at("workspace"),
        media: this.at("media"),
        closed: () => [this.at("state")],
      },
      delegations: () => ({ ask: (...asked) => this.onAsk(...asked) }),
      errands: () => ({
        take: async (request) => {
          this.errands.push(request);
          return "recorded";
        },
      }),
      mayWrite: () => this.mayWrite,
      cron: () => this.engine,
    };
  }

  #channelOf({ channel: name }: Pick<Address, "channel">): Channel | undefined {
    if (name !== "fake" && name !== "other") return undefined;
    return {
      name,
      capabilities: {
        text: { limit: 100 },
        pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
        nonceWindowMs: 0,
      },
      start: async () => {},
      stop: async () => {},
      send: async (address) => ({ address, id: "1" }),
      ...this.channel,
    };
  }
}
