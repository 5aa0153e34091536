import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import { defaultAgent, entryOf, ownRole, workspaceOf } from "./agent-list.ts";
import { realpathIfThere, resourcesOf, sortOut, type Worker } from "./agent-resources.ts";
import type { BridgePort } from "./bridge-port.ts";
import type { Finding } from "./channel.ts";
import type { Config } from "./config-schema.ts";
import type { ModelWish } from "./model-choice.ts";
import { AgentDirView, agentDirRevision, withPlainTries } from "./pi-agent-dir.ts";
import { findPi, type PiProgram } from "./pi-program.ts";
import type { SessionResources } from "./resource-package.ts";
import type { RpcLaunch } from "./rpc-process.ts";
import { capabilitiesOf, type PiCapabilities } from "./rpc-protocol.ts";
import type { StateLayout } from "./state-dir.ts";

/** How a pi is started. Processes with the same fingerprint can stand in for each other. */
export interface LaunchProfile {
  readonly program: PiProgram;
  readonly capabilities: PiCapabilities;
  /** Everything but the model and the boot id, which differ per process. */
  readonly launch: RpcLaunch;
  readonly fingerprint: string;
  /** What the worker's sessions have besides: any process with the fingerprint can give it to them. */
  readonly resources: SessionResources;
  /** The worker's own wish; a process is started with that of the section `agent`. */
  readonly wish: ModelWish;
  readonly launchWish: ModelWish;
  /** What was left out, and why. */
  readonly findings: readonly Finding[];
}

/** How processes are started; {@link LaunchProfiles} is one. */
export interface ProfileSource {
  of(worker?: Worker): Promise<LaunchProfile>;
  forget(): void;
}

export interface LaunchProfilesDeps {
  readonly config: () => Config;
  readonly layout: StateLayout;
  readonly bridge: BridgePort;
  /** Variables that the configuration uses outside `agent`: pi and its tools must not see them. */
  readonly hiddenVariables: () => readonly string[];
  readonly clock: Clock;
  /** The environment to hand on. Default: our own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What is looked up on the disk is good for this long: a login is seen by the next message. */
const FRESH_MS = 1000;

const BUN_CACHE = "BUN_RUNTIME_TRANSPILER_CACHE_PATH";

/** Variables of ours that pi's tools may see: they find the gateway by them, and hold no secret. */
const OPEN_VARIABLES: ReadonlySet<string> = new Set([
  "PI_GATEWAY_STATE_DIR",
  "PI_GATEWAY_CONFIG",
  "PI_GATEWAY_DEMO_PACE_MS",
]);

/** Makes the launch profile of each agent and role out of the configuration and what is on the disk. */
export class LaunchProfiles implements ProfileSource {
  readonly #deps: LaunchProfilesDeps;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #made = new Map<string, { readonly profile: Promise<LaunchProfile>; readonly atMs: number }>();

  readonly #oneByOne = new KeyedMutex();

  constructor(deps: LaunchProfilesDeps) {
    this.#deps = deps;
    this.#env = deps.env ?? process.env;
  }

  /** The profile of a worker; without one, of the default agent. Rejects with `AgentError` when there is no pi. */
  of(worker?: Worker): Promise<LaunchProfile> {
    const { agent = "main", role } = worker ?? defaultWorker(this.#deps.config());
    const key = JSON.stringify([agent, role]);
    const nowMs = this.#deps.clock.now();
    const known = this.#made.get(key);
    if (known && nowMs - known.atMs < FRESH_MS) return known.profile;
    const profile = this.#make({ agent, role });
    this.#made.set(key, { profile, atMs: nowMs });
    profile.catch(() => this.#made.delete(key));
    return profile;
  }

  /** Looks everything up again at the next call: the configuration has changed. */
  forget(): void {
    this.#made.clear();
  }

  async #make(worker: Worker): Promise<LaunchProfile> {
    const config = this.#deps.config();
    const { agent } = config;
    const program = await findPi({
      piCliPath: agent.piCliPath,
      searchPath: this.#env["PATH"] ?? "",
      clock: this.#deps.clock,
    });
    const capabilities = capabilitiesOf(program.version);
    const goesOn = agent.modelFailover !== undefined;
    const bridge = await this.#deps.bridge.launch(capabilities, { goesOn });
    const named = resourcesOf(config, worker);
    const [skills, extensions, templates, prompts] = await Promise.all([
      sortOut(named.skills),
      sortOut(named.extensions),
      sortOut(named.promptTemplates),
      sortOut(named.appendSystemPrompt),
    ]);
    // One at a time: all profiles share the folder that this brings up to date.
    const [agentDir, revision] = await this.#oneByOne.run("agent-dir", () => this.#agentDir());
    const cwd = workspaceOf(config, worker.agent ?? "main", this.#deps.layout.workspace);
    await mkdir(cwd, { recursive: true });
    const packageDir = await this.#packageDir();
    const args = [
      "--mode",
      "rpc",
      "--no-session",
      ...bridge.extensions.flatMap((file) => ["-e", file]),
      ...extensions.found.flatMap((file) => ["-e", file]),
      ...prompts.found.flatMap((file) => ["--append-system-prompt", file]),
      ...thinkingArgs(agent.thinkingLevel, capabilities),
    ];
    const launch = {
      command: [...program.command, ...args],
      env: { ...this.#environment(program, agentDir, packageDir.path), ...bridge.env },
      cwd,
    };
    const launchWish = { wanted: wantedModels(agent), thinkingLevel: agent.thinkingLevel };
    return {
      program,
      capabilities,
      launch,
      fingerprint: Bun.hash(JSON.stringify([launch, program.version, revision, launchWish.wanted])).toString(
        36,
      ),
      resources: { skills: skills.found, promptTemplates: templates.found },
      wish: modelWishOf(config, worker.agent ?? "main"),
      launchWish,
      findings: packageDir.findings,
    };
  }

  #environment(program: PiProgram, agentDir: string, packageDir: string | undefined): Record<string, string> {
    const { promptCache } = this.#deps.config().agent;
    return {
      ...this.#inherited(),
      ...program.env,
      // Stops update checks and downloads, never a call to a model.
      PI_OFFLINE: this.#env["PI_OFFLINE"] ?? "1",
      PI_SKIP_VERSION_CHECK: "1",
      PI_CODING_AGENT_DIR: agentDir,
      // Bun keeps what it has compiled, by default in the person's home.
      [BUN_CACHE]: this.#env[BUN_CACHE] || join(this.#deps.layout.runtime, "bun-cache"),
      ...(packageDir === undefined ? {} : { PI_PACKAGE_DIR: packageDir }),
      ...(promptCache === undefined ? {} : { PI_CACHE_RETENTION: promptCache }),
    };
  }

  /** Our environment without what is not pi's to know. */
  #inherited(): Record<string, string> {
    const hidden = new Set(this.#deps.hiddenVariables());
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#env)) {
      if (value === undefined || hidden.has(name)) continue;
      if (name.startsWith("PI_GATEWAY_") && !OPEN_VARIABLES.has(name)) continue;
      env[name] = value;
    }
    return env;
  }

  /** pi's own folder, and what changes when a running pi no longer knows what is in it. */
  async #agentDir(): Promise<[dir: string, revision: string]> {
    const own = this.#deps.config().agent.runtime.agentDir;
    if (own !== undefined) {
      await mkdir(own, { recursive: true, mode: 0o700 });
      return [own, await agentDirRevision(own)];
    }
    const home = this.#env["HOME"] ?? homedir();
    const theirs = expandTilde(this.#env["PI_CODING_AGENT_DIR"] ?? "~/.pi/agent", home);
    const isCounted = this.#deps.config().agent.modelFailover !== undefined;
    const settings = isCounted ? withPlainTries : undefined;
    const view = new AgentDirView(theirs, join(this.#deps.layout.runtime, "agent"), settings);
    return [await view.refresh(), await agentDirRevision(theirs)];
  }

  /** pi dies at once if this folder does not hold its manifest. */
  async #packageDir(): Promise<{ path?: string; findings: Finding[] }> {
    const path = this.#deps.config().agent.runtime.packageDir;
    if (path === undefined) return { findings: [] };
    if ((await realpathIfThere(join(path, "package.json"))) !== undefined) return { path, findings: [] };
    const text = `${path} does not hold pi's package.json, so pi uses its own files`;
    return { findings: [{ level: "warning", subject: "agent.runtime.packageDir", text }] };
  }
}

/** Who works when nobody is named. */
function defaultWorker(config: Pick<Config, "agents" | "roles">): Worker {
  const agent = defaultAgent(config);
  return { agent, role: ownRole(config, agent) };
}

/** The models and the level of an agent: its own, else those of all. Its own model comes before the failover list. */
export function modelWishOf(config: Pick<Config, "agent" | "agents" | "roles">, id: string): ModelWish {
  const { agent } = config;
  const { model = agent.model, thinkingLevel = agent.thinkingLevel } = entryOf(config, id) ?? {};
  return { wanted: wantedModels({ ...agent, model }), thinkingLevel };
}

/** Which models to try, in order: the configured one, then the failover list. */
export function wantedModels(agent: Config["agent"]): readonly string[] {
  const { model, modelFailover } = agent;
  const wanted = [model, modelFailover?.primary, ...(modelFailover?.fallbacks ?? [])];
  return [...new Set(wanted.filter((name) => name !== undefined))];
}

function thinkingArgs(level: Config["agent"]["thinkingLevel"], capabilities: PiCapabilities): string[] {
  return level === undefined ? [] : ["--thinking", levelFor(level, capabilities)];
}

/** The level as this pi knows it. */
export function levelFor(level: string, { thinksMax }: Pick<PiCapabilities, "thinksMax">): string {
  return level === "max" && !thinksMax ? "xhigh" : level;
}

function expandTilde(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}
