import { configSchema, type Config } from "../../src/core/config-schema.ts";
import { Cron, type CronNews } from "../../src/core/cron.ts";
import type { CronJob } from "../../src/core/cron-job.ts";
import type { CronDesk } from "../../src/core/cron-desk.ts";
import type { CronSaying } from "../../src/core/cron-runs.ts";
import {
  type ErrandDesk,
  type ErrandName,
  type ErrandRequest,
  idOfErrand,
  type MessageOutcome,
} from "../../src/core/errand.ts";
import type { Address } from "../../src/core/message.ts";
import type { DeliveryState, SaidByTool } from "../../src/core/store.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { SqliteStore } from "../../src/store/sqlite/store.ts";
import { storeIn, temporaryFolder } from "../store/temporary-store.ts";
import { FakeClock } from "./fake-clock.ts";

export const CHAT: Address = { channel: "fake", account: "default", scope: "dm", chat: "42" };

/** Errands as the inbox keeps them: each once, whatever happens to whoever asked. How they end is the test's wish. */
export class FakeErrands implements Pick<ErrandDesk, "take" | "find" | "onEnd"> {
  readonly taken: { readonly request: ErrandRequest; readonly atMs: number }[] = [];
  /** How what is asked from now on ends, at once; undefined where the test ends it. */
  outcome: ((request: ErrandRequest) => MessageOutcome | undefined) | undefined = () => ({
    state: "done",
    answer: "Done.",
  });
  /** Whether answers are said where they are to be. */
  posts = true;
  /** The keys of answers that were said somewhere. */
  readonly posted = new Set<string>();
  readonly #outcomes = new Map<string, MessageOutcome>();
  readonly #requests = new Map<string, ErrandRequest>();
  readonly #listeners = new Set<(name: ErrandName) => void>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async take(request: ErrandRequest): Promise<"recorded" | "duplicate"> {
    const name = nameOf(request);
    if (this.#outcomes.has(idOfErrand(name))) return "duplicate";
    this.taken.push({ request, atMs: this.#now() });
    this.#requests.set(idOfErrand(name), request);
    this.#outcomes.set(idOfErrand(name), { state: "running" });
    const outcome = this.outcome?.(request);
    if (outcome) this.end(name, outcome);
    return "recorded";
  }

  async find(name: ErrandName): Promise<MessageOutcome | undefined> {
    return this.#outcomes.get(idOfErrand(name));
  }

  onEnd(listener: (name: ErrandName) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Ends one as somebody who works on it would. */
  end(name: ErrandName, outcome: MessageOutcome): void {
    const id = idOfErrand(name);
    this.#outcomes.set(id, outcome);
    const errand = this.#requests.get(id)?.errand;
    if (this.posts && outcome.state === "done" && errand?.to && errand.delivery !== "silent")
      this.posted.add(id);
    for (const listener of this.#listeners) listener(name);
  }

  /** The latest one that was asked. */
  get latest(): ErrandName {
    const last = this.taken.at(-1);
    if (!last) throw new Error("nothing was asked");
    return nameOf(last.request);
  }
}

const nameOf = ({ id, errand: { by, name } }: ErrandRequest): ErrandName => ({ by, name, id });

/** What does things by the clock, over a real store, with a clock that the test holds. */
export class CronWorld implements AsyncDisposable {
  readonly errands: FakeErrands;
  readonly said: CronSaying[] = [];
  readonly news: { readonly job: string; readonly news: string; readonly facts: CronNews }[] = [];
  /** What is on its way or there, by its key. */
  readonly deliveries = new Map<string, DeliveryState>();
  /** What the agent has said itself in every turn. */
  saidByTools: readonly SaidByTool[] = [];
  /** Where an answer goes that names no place. */
  home: Address | undefined = CHAT;
  agents = ["main", "coder"];
  cron: Cron;
  store: SqliteStore;
  #config: Config;
  readonly clock: Clock & Pick<FakeClock, "advance" | "jump" | "set">;
  readonly #folder = temporaryFolder();
  readonly #lookEveryMs: number | undefined;
  /** The process is killed, and never the power cut: what was written is there. */
  readonly #isInMemory: boolean;

  constructor(
    section: object = {},
    options: { clock?: CronWorld["clock"]; lookEveryMs?: number; isInMemory?: boolean } = {},
  ) {
    this.clock = options.clock ?? new FakeClock(Date.UTC(2027, 0, 4, 8, 0));
    this.#lookEveryMs = options.lookEveryMs;
    this.#isInMemory = options.isInMemory ?? false;
    this.#config = parsed(section);
    this.errands = new FakeErrands(() => this.clock.now());
    this.store = storeIn(this.#folder.path, this.clock);
    this.cron = this.#build();
  }

  get desk(): CronDesk {
    return this.cron.desk;
  }

  async start(): Promise<this> {
    await this.store.open();
    if (this.#isInMemory) this.store.connection.database.run("pragma synchronous = off");
    await this.cron.start();
    await this.pass();
    return this;
  }

  /** Another configuration, taken over while everything runs. */
  async configure(section: object): Promise<void> {
    this.#config = parsed(section);
    await this.cron.follow();
    await this.pass();
  }

  /** From one moment to the next nothing more is written, as after SIGKILL; then a new start on the same state. */
  async kill(downMs = 0, section?: object): Promise<void> {
    await this.store.close();
    await this.cron.stop();
    await this.clock.advance(downMs);
    if (section) this.#config = parsed(section);
    this.store = storeIn(this.#folder.path, this.clock);
    this.cron = this.#build();
    await this.start();
  }

  /** Lets everything happen that needs no more than `ms` to pass. */
  async pass(ms = 0): Promise<void> {
    for (let round = 0; round < 10; round += 1) await this.clock.advance(0);
    if (ms === 0) return;
    await this.clock.advance(ms);
    for (let round = 0; round < 10; round += 1) await this.clock.advance(0);
  }

  /** What was asked, as times on the wall in UTC. */
  get asked(): string[] {
    return this.errands.taken.map(({ request, atMs }) => `${request.errand.name} ${stamp(atMs)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cron.stop();
    await this.store.close();
    this.#folder[Symbol.dispose]();
  }

  #build(): Cron {
    return new Cron({
      ledger: this.store.cron,
      errands: this.errands,
      config: () => this.#config.cron,
      agentOf: ({ agentId = "main" }) => (this.agents.includes(agentId) ? agentId : undefined),
      placeOf: async ({ chat }: CronJob) => chat ?? this.home,
      say: async (saying) => {
        this.said.push(saying);
        this.deliveries.set(saying.key, { state: "pending" });
        return true;
      },
      delivery: async (key) =>
        this.deliveries.get(key) ??
        (this.errands.posted.has(key) ? { state: "sent", ref: { address: CHAT, id: "1" } } : undefined),
      saidByTools: async () => this.saidByTools,
      tellOwner: async (job, news, facts) => void this.news.push({ job: job.id, news, facts }),
      clock: this.clock,
      log: silentLogger,
      ...(this.#lookEveryMs === undefined ? {} : { lookEveryMs: this.#lookEveryMs }),
    });
  }
}

const parsed = (section: object): Config => configSchema({}).parse({ cron: section });

/** A moment as it is written, without its date where that is the first day of tests. */
export const stamp = (ms: number): string => {
  const [day = "", time = ""] = new Date(ms).toISOString().split("T");
  return `${day === "2027-01-04" ? "" : `${day} `}${time.slice(0, time.slice(6, 8) === "00" ? 5 : 8)}`;
};
