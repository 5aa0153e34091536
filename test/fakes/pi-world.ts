import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeHost, type BridgeTools } from "../../src/bridge/host.ts";
import type { Agent, AgentEvent } from "../../src/core/agent.ts";
import { type Config, configSchema } from "../../src/core/config-schema.ts";
import type { HookRunner } from "../../src/core/hooks.ts";
import { LaunchProfiles } from "../../src/core/launch-profile.ts";
import { RpcPool } from "../../src/core/rpc-pool.ts";
import type { Session } from "../../src/core/session.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { stateLayout } from "../../src/core/state-dir.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type Fields, type Logger, silentLogger } from "../../src/lib/logger.ts";

export const FAUX_MODEL = join(import.meta.dir, "faux-model.ts");
export const SCRIPTED_PI = join(import.meta.dir, "scripted-pi.ts");
export const OWN_PI = join(import.meta.dir, "../../node_modules/@mariozechner/pi-coding-agent/dist/cli.js");

/** Shared by all worlds: what Bun has compiled once need not be compiled for each. */
const BUN_CACHE = join(import.meta.dir, "../../.cache/bun-transpiler");

/** The script of the newer pi, fetched if it is not there yet. */
export function newerPi(): string {
  const fetched = Bun.spawnSync(["node", join(import.meta.dir, "../../scripts/fetch-pi.mjs")]);
  if (fetched.exitCode !== 0) throw new Error(fetched.stderr.toString());
  return fetched.stdout.toString().trim();
}

export const NO_HOOKS: HookRunner = { run: async () => undefined, has: () => false };

export interface WorldOptions {
  /** The section `agent` of the configuration. */
  readonly agent?: object;
  readonly agents?: object;
  readonly roles?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly hooks?: HookRunner;
  readonly tools?: BridgeTools;
  readonly hiddenVariables?: readonly string[];
}

/** A pool of real processes on a state and a home of its own. Disposing ends them and removes both. */
export class PiWorld implements AsyncDisposable {
  readonly root: string;
  readonly home: string;
  readonly layout;
  readonly pool: RpcPool;
  readonly profiles: LaunchProfiles;
  readonly bridge: BridgeHost;
  readonly logged: { readonly level: string; readonly fields: Fields; readonly message: string }[] = [];
  config: Config;

  private constructor(root: string, options: WorldOptions) {
    this.root = root;
    this.home = join(root, "home");
    this.layout = stateLayout(join(root, "state"));
    this.config = configOf(options);
    const log = this.#log();
    const { hooks = NO_HOOKS, tools, hiddenVariables = [] } = options;
    this.bridge = new BridgeHost({ folder: this.layout.runtime, hooks, log, ...(tools ? { tools } : {}) });
    const own = {
      HOME: this.home,
      PI_GATEWAY_DEMO_PACE_MS: "0",
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: BUN_CACHE,
    };
    const env = { ...process.env, ...own, ...options.env };
    this.profiles = new LaunchProfiles({
      config: () => this.config,
      layout: this.layout,
      bridge: this.bridge,
      hiddenVariables: () => hiddenVariables,
      clock: systemClock,
      env,
    });
    this.pool = new RpcPool({
      settings: () => this.config.agent,
      profiles: this.profiles,
      bridge: this.bridge,
      stateRoot: this.layout.root,
      clock: systemClock,
      log,
    });
  }

  static async make(options: WorldOptions = {}): Promise<PiWorld> {
    const world = new PiWorld(await mkdtemp(join(tmpdir(), "pi-world-")), options);
    await mkdir(world.home, { recursive: true });
    await mkdir(world.layout.root, { recursive: true });
    return world;
  }

  /** A conversation with a transcript of its own. */
  session(name: string, more: Partial<Session> = {}): Session {
    const address = { channel: "test", account: "default", scope: "dm", chat: name } as const;
    return {
      key: formatSessionKey({ agent: "main", address }),
      agent: "main",
      address,
      file: join(this.layout.sessions, `${name}.jsonl`),
      createdAtMs: 0,
      lastActiveAtMs: 0,
      turns: 0,
      ...more,
    };
  }

  /** Lends a process with the session open, as a worker does. */
  async use<T>(session: Session, work: (agent: Agent) => Promise<T>, signal = NEVER): Promise<T> {
    using slot = await this.pool.reserve(signal);
    if (!slot) throw new Error("no place in the pool");
    return await slot.use(session, signal, work);
  }

  /** One prompt in a session, and all that happened. */
  prompt(session: Session, text: string, signal = NEVER): Promise<AgentEvent[]> {
    return this.use(session, (agent) => allOf(agent.run({ text, images: [] }, signal)));
  }

  /** The text of the answer to one prompt. */
  async ask(name: string, text: string): Promise<string> {
    return answerIn(await this.prompt(this.session(name), text));
  }

  configure(options: WorldOptions): void {
    this.config = configOf(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.stop(AbortSignal.abort());
    await rm(this.root, { recursive: true, force: true });
  }

  #log(): Logger {
    const at = (level: string) => (fields: Fields, message: string) => {
      this.logged.push({ level, fields, message });
    };
    return { ...silentLogger, warn: at("warn"), error: at("error"), child: () => this.#log() };
  }
}

const NEVER = new AbortController().signal;

function configOf({ agent = {}, agents = {}, roles = {} }: WorldOptions): Config {
  return configSchema({}).parse({ agent, agents, roles });
}

export async function allOf(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  return Array.fromAsync(events);
}

export function endOf(events: readonly AgentEvent[]): AgentEvent & { readonly type: "end" } {
  const ends = events.filter((event) => event.type === "end");
  if (ends.length !== 1 || events.at(-1) !== ends[0]) throw new Error("a run ends once, at its end");
  return ends[0]!;
}

/** The text of the last assistant message. */
export function answerIn(events: readonly AgentEvent[]): string {
  const last = events.findLast((event) => event.type === "message_end");
  return last?.type === "message_end" ? last.text : `(${JSON.stringify(events.at(-1))})`;
}
