import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccessParts, assembleAccess } from "../../src/assembly/build-access.ts";
import { assembleCommands, type Commands } from "../../src/assembly/build-commands.ts";
import type { BudgetState } from "../../src/core/budget.ts";
import { Cron } from "../../src/core/cron.ts";
import type { Command } from "../../src/core/command.ts";
import { configSchema, type Config } from "../../src/core/config-schema.ts";
import type { Channel } from "../../src/core/channel.ts";
import type { Address, InboundMessage } from "../../src/core/message.ts";
import { configuredRouter } from "../../src/core/session-router.ts";
import { formatSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import { readSessionStatus } from "../../src/core/session-status.ts";
import type { Store } from "../../src/core/store.ts";
import type { TurnEvent } from "../../src/core/turn-events.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startAll, stopAll } from "../../src/lib/service.ts";
import { assemblePipeline, type Pipeline } from "../../src/pipeline/pipeline.ts";
import { Questions } from "../../src/pipeline/questions.ts";
import { sentencesIn } from "../../src/pipeline/sentences.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { Registrations } from "../../src/plugins/registrations.ts";
import type { AccessControl } from "../../src/security/access-control.ts";
import { openStore } from "../../src/store/open-store.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeModels } from "./fake-models.ts";
import { FakePi } from "./fake-pi.ts";
import { noFetch } from "./no-fetch.ts";
import { EditingPlatform } from "./platforms.ts";

export interface WorldOptions {
  readonly platform?: (clock: FakeClock) => Channel & { transcript(): string[] };
  readonly config?: {
    readonly queue?: object;
    readonly agent?: object;
    readonly delivery?: object;
    readonly agents?: object;
    readonly roles?: object;
    readonly session?: object;
    readonly owners?: readonly string[];
    readonly commands?: object;
    readonly gateway?: object;
  };
  /** In place of what the platform's settings and approvals say. */
  readonly access?: Pick<AccessControl, "check">;
  readonly places?: number;
}

/** The path of a message with the real store, a platform that shows what people see, and a scripted pi. */
export class PathWorld implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly pi: FakePi;
  readonly hooks = new HookRegistry(() => 1000, silentLogger);
  readonly platform: Channel & { transcript(): string[] };
  readonly models = new FakeModels();
  budgets: readonly BudgetState[] = [];
  commands = new Registrations<Command>("command", silentLogger);
  readonly events: { readonly session: SessionKey; readonly event: TurnEvent }[] = [];
  store: Store;
  access: AccessParts;
  questions: Questions;
  pipeline: Pipeline;
  /** Not among what `start` starts. */
  cron: Cron;
  readonly #folder = mkdtempSync(join(tmpdir(), "path-"));
  readonly #config: Config;
  readonly #ownAccess: WorldOptions["access"];
  #isUp = false;

  constructor(options: WorldOptions = {}) {
    this.pi = new FakePi(options.places);
    this.platform = options.platform?.(this.clock) ?? new EditingPlatform("fake", PLAIN, this.clock.now);
    this.#config = configSchema({}).parse(options.config ?? {});
    this.#ownAccess = options.access;
    this.store = this.#openStore();
    this.access = this.#buildAccess();
    this.questions = this.#buildQuestions();
    this.pipeline = this.#assemble();
    this.cron = this.#buildCron();
  }

  async start(): Promise<this> {
    await this.store.open();
    await startAll(this.#services, new AbortController().signal);
    this.#isUp = true;
    return this;
  }

  async stop(hard: AbortSignal = AbortSignal.abort()): Promise<void> {
    if (!this.#isUp) return;
    this.#isUp = false;
    await stopAll(this.#services, hard);
    await this.store.close();
  }

  /** From one moment to the next nothing more is written, as after SIGKILL. */
  async crash(): Promise<void> {
    this.#isUp = false;
    await this.store.close();
  }

  /** Another start on the same state. */
  async restart(): Promise<void> {
    await this.stop();
    this.store = this.#openStore();
    this.access = this.#buildAccess();
    this.questions = this.#buildQuestions();
    this.pipeline = this.#assemble();
    this.cron = this.#buildCron();
    await this.start();
  }

  /** Lets everything happen that needs no more than `ms` to pass. */
  async pass(ms = 0): Promise<void> {
    for (let round = 0; round < 20; round++) await this.clock.advance(0);
    if (ms === 0) return;
    await this.clock.advance(ms);
    for (let round = 0; round < 20; round++) await this.clock.advance(0);
  }

  async say(id: string, text: string, facts: Partial<InboundMessage> = {}): Promise<string> {
    const receipt = await this.pipeline.receiver.receive({ ...inbound(id, text), ...facts });
    await this.pass();
    return receipt;
  }

  /** How the messages ended, as somebody who watches is told. */
  endings(): string[] {
    return this.events.flatMap(({ event }) =>
      event.kind === "end" ? [`${event.messageIds.join("+")}: ${event.state} ${event.text}`.trim()] : [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #services() {
    return [
      this.access.owners,
      this.pipeline.deliverer,
      this.questions,
      this.pipeline.workers,
      this.pipeline.receiver,
    ];
  }

  #openStore(): Store {
    return openStore({
      database: join(this.#folder, "gateway.db"),
      lock: join(this.#folder, "gateway.lock.db"),
      clock: this.clock,
      log: silentLogger,
    });
  }

  #buildAccess(): AccessParts {
    return assembleAccess({
      config: () => this.#config,
      store: this.store,
      channel: ({ channel }) => (channel === this.platform.name ? this.platform : undefined),
      clock: this.clock,
      log: silentLogger,
    });
  }

  #buildQuestions(): Questions {
    return new Questions({
      outbox: this.store.outbox,
      state: this.store.state,
      hooks: this.hooks,
      events: { publish: (session, event) => void this.events.push({ session, event }) },
      channel: ({ channel }) => (channel === this.platform.name ? this.platform : undefined),
      running: (session) => this.pipeline.workers.running(session),
      settled: (...asked) => this.pipeline.settlements.wait(...asked),
      config: () => this.#config,
      owners: this.access.owners,
      sentences: () => sentencesIn(this.#config.gateway.language),
      clock: this.clock,
      log: silentLogger,
    });
  }

  #buildCron(): Cron {
    const { errands } = this.pipeline;
    return new Cron({
      ledger: this.store.cron,
      errands,
      config: () => this.#config.cron,
      agentOf: ({ agentId = "main" }) => agentId,
      placeOf: async ({ chat }) => chat,
      say: ({ to, text, key }) =>
        this.pipeline.post({ to, session: SESSION, message: { kind: "text", markdown: text }, key }),
      delivery: (key) => this.store.outbox.find(key),
      saidByTools: (turn) => this.store.outbox.saidByTools(turn),
      tellOwner: async () => {},
      clock: this.clock,
      log: silentLogger,
    });
  }

  #buildCommands(): Commands {
    // A plugin would be loaded again.
    this.commands = new Registrations("command", silentLogger);
    const { sessions, turns } = this.store;
    return assembleCommands({
      config: () => this.#config,
      registered: this.commands,
      store: this.store,
      access: this.access,
      pipeline: () => this.pipeline,
      pool: () => this.pi,
      models: () => this.models,
      control: () => ({
        sessionStatus: (key) => readSessionStatus(key, { sessions, turns, pool: this.pi }),
        budgets: async () => this.budgets,
      }),
      cron: () => this.cron.desk,
      clock: this.clock,
      log: silentLogger,
    });
  }

  #assemble(): Pipeline {
    return assemblePipeline({
      store: this.store,
      pool: this.pi,
      hooks: this.hooks,
      events: { publish: (session, event) => void this.events.push({ session, event }) },
      access: { mayAct: async () => true, ...(this.#ownAccess ?? bound(this.access.allowlist)) },
      router: configuredRouter(() => this.#config),
      commands: this.#buildCommands().desk,
      questions: this.questions,
      channel: ({ channel }) => (channel === this.platform.name ? this.platform : undefined),
      config: () => this.#config,
      folders: {
        sessions: join(this.#folder, "sessions"),
        media: join(this.#folder, "media"),
        workspace: () => this.#folder,
      },
      fetch: noFetch,
      worker: crypto.randomUUID(),
      clock: this.clock,
      log: silentLogger,
    });
  }
}

const bound = (access: AccessControl): AccessControl => ({
  check: (message) => access.check(message),
  mayAct: (actor) => access.mayAct(actor),
});

const PLAIN = {
  text: { limit: 4096 },
  pace: () => ({ perChatMs: 10, perPreviewMs: 100 }),
  nonceWindowMs: 0,
};

export const CHAT: Address = { channel: "fake", account: "default", scope: "dm", chat: "42" };
export const SESSION = formatSessionKey({ agent: "main", address: CHAT });

export function inbound(id: string, text: string): InboundMessage {
  const sender = { id: "u", name: "Una", isBot: false };
  return { id, address: CHAT, sender, text, attachments: [], isForBot: true, sentAtMs: 0 };
}
