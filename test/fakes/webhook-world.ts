import { type Config, configSchema } from "../../src/core/config-schema.ts";
import { errandNamed } from "../../src/core/errand.ts";
import { MovedChats } from "../../src/core/moved-chats.ts";
import { configuredRouter } from "../../src/core/session-router.ts";
import { Webhooks } from "../../src/core/webhooks.ts";
import { WebhookDoor } from "../../src/http/routes/hooks.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { WebhookCallers } from "../../src/security/webhook-callers.ts";
import { type OpenDoors, openDoors } from "../http/open-doors.ts";
import { PathWorld, type WorldOptions } from "./path-world.ts";

/** The path of a message with real doors in front of it, through which webhooks come. */
export class WebhookWorld implements AsyncDisposable {
  readonly path: PathWorld;
  readonly kept: { readonly agent: string; readonly id: string; readonly text: string }[] = [];
  hasHeartbeat = false;
  config: Config;
  webhooks: Webhooks;
  #doors: OpenDoors | undefined;

  constructor(hooks: object = {}, more: WorldOptions = {}) {
    const section = { owners: ["fake:42"], ...more.config };
    this.path = new PathWorld({ ...more, config: section });
    this.config = configSchema({}).parse({ ...section, hooks: { enabled: true, token: "right", ...hooks } });
    this.webhooks = this.#build();
  }

  async start(): Promise<this> {
    await this.path.start();
    const doors = (this.#doors = await openDoors());
    const { clock } = this.path;
    const hooks = () => this.config.hooks;
    const callers = new WebhookCallers({
      tokenFile: "/dev/null",
      hooks,
      others: () => ({ gateway: { mode: "off" } }),
      clock,
      log: silentLogger,
    });
    await callers.start();
    const desk = { take: (...asked: Parameters<Webhooks["take"]>) => this.webhooks.take(...asked) };
    new WebhookDoor(doors.router, { hooks, callers, desk, clock, log: silentLogger }).follow();
    return this;
  }

  /** The gateway dies and starts again; its doors go on. */
  async restart(): Promise<void> {
    await this.path.crash();
    await this.path.restart();
    this.webhooks = this.#build();
    await this.path.pass(50);
  }

  /** Whether what an order asked for has come to an end. */
  isOver(id: string): boolean {
    return this.path.events.some(
      ({ event }) =>
        event.kind === "end" && event.messageIds.some((message) => errandNamed(message)?.id === id),
    );
  }

  async post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Posted> {
    const response = await fetch(`${this.#doors?.url()}/hooks/${path}`, {
      method: "POST",
      headers: { authorization: "Bearer right", "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const said = (await response.json()) as Posted["said"];
    return { status: response.status, said, retryAfter: response.headers.get("retry-after") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#doors?.[Symbol.asyncDispose]();
    await this.path[Symbol.asyncDispose]();
  }

  #build(): Webhooks {
    const { path } = this;
    return new Webhooks({
      config: () => this.config,
      errands: path.pipeline.errands,
      keep: async (agent, text) => {
        if (this.hasHeartbeat) this.kept.push({ agent, ...text });
        return this.hasHeartbeat;
      },
      owners: path.access.owners,
      movedTo: (to) => new MovedChats(path.store.state).now(to),
      router: configuredRouter(() => this.config),
      channel: ({ channel }) => (channel === path.platform.name ? path.platform : undefined),
      sessions: path.store.sessions,
      turns: path.store.turns,
      clock: path.clock,
    });
  }
}

export interface Posted {
  readonly status: number;
  readonly said: {
    readonly ok?: boolean;
    readonly id?: string;
    readonly session?: string;
    readonly state?: string;
    readonly text?: string;
    readonly note?: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
  readonly retryAfter: string | null;
}
