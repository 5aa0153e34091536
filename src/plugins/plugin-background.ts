import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import type { Registration, Registrations } from "./registrations.ts";
import { withinLimit } from "./time-limit.ts";
import type { PluginService } from "./types.ts";

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/**
 * The background services of plugins as one: started with the gateway or when they are added, stopped with it or
 * when they are taken back. One that fails or hangs keeps nobody waiting, and nobody from stopping.
 */
export class PluginBackground implements Service {
  readonly name = "plugin services";
  readonly #registered: Registrations<PluginService>;
  readonly #log: Logger;
  readonly #running = new Map<string, BackgroundJob>();
  readonly #problems = new Map<string, string>();
  #watching: Disposable | undefined;

  constructor(registered: Registrations<PluginService>, log: Logger) {
    this.#registered = registered;
    this.#log = log;
  }

  /** Why services do not work, by their names. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  /** Resolves at once: a service may take its time to start. */
  async start(): Promise<void> {
    this.#watching ??= this.#registered.watch({
      added: (entry) => this.#start(entry),
      removed: ({ name }) => this.#stop(name),
    });
  }

  async stop(): Promise<void> {
    this.#watching?.[Symbol.dispose]();
    this.#watching = undefined;
    await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)));
  }

  #start({ name, value, owner }: Registration<PluginService>): void {
    const log = this.#log.child({ plugin: owner, service: name });
    const onProblem = (problem: string) => void this.#problems.set(name, problem);
    this.#running.set(name, new BackgroundJob(value, log, onProblem));
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    this.#problems.delete(name);
    await running?.stop();
  }
}

class BackgroundJob {
  readonly #service: PluginService;
  readonly #log: Logger;
  readonly #over = new AbortController();
  readonly #started: Promise<boolean>;

  constructor(service: PluginService, log: Logger, onProblem: (problem: string) => void) {
    this.#service = service;
    this.#log = log;
    this.#started = this.#start(onProblem);
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    this.#over.abort();
    if (!(await this.#started)) return;
    try {
      await withinLimit(STOP_LIMIT_MS, () => this.#service.stop?.());
    } catch (error) {
      this.#log.error({ error }, "a service of a plugin did not stop cleanly");
    }
  }

  /** False if it threw: then there is nothing to stop. One that hangs is stopped nevertheless. */
  async #start(onProblem: (problem: string) => void): Promise<boolean> {
    const stopped = Promise.withResolvers<void>();
    this.#over.signal.addEventListener("abort", () => stopped.resolve(), { once: true });
    try {
      const start = async () => this.#service.start(this.#over.signal);
      await withinLimit(START_LIMIT_MS, () => Promise.race([start(), stopped.promise]));
      return true;
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
      this.#log.error({ error }, "a service of a plugin did not start, the others go on");
      return error instanceof Error && error.name === "TimeLimitError";
    }
  }
}
