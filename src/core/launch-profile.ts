import { mkdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import type { BridgePort } from "./bridge-port.ts";
import type { Finding } from "./channel.ts";
import type { Config } from "./config-schema.ts";
import type { ModelWish } from "./model-choice.ts";
import { AgentDirView, agentDirRevision } from "./pi-agent-dir.ts";
import { findPi, type PiProgram } from "./pi-program.ts";
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
  readonly wish: ModelWish;
  /** What was left out, and why: paths that are not there. */
  readonly findings: readonly Finding[];
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

/** Makes the launch profile of each role out of the configuration and what is on the disk. */
export class LaunchProfiles {
  readonly #deps: LaunchProfilesDeps;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #made = new Map<string, { readonly profile: Promise<LaunchProfile>; readonly atMs: number }>();

  constructor(deps: LaunchProfilesDeps) {
    this.#deps = deps;
    this.#env = deps.env ?? process.env;
  }

  /** The profile of a role; without one, of plain sessions. Rejects with `AgentError` when there is no pi. */
  of(role?: string): Promise<LaunchProfile> {
    const key = role ?? "";
    const nowMs = this.#deps.clock.now();
    const known = this.#made.get(key);
    if (known && nowMs - known.atMs < FRESH_MS) return known.profile;
    const profile = this.#make(role);
    this.#made.set(key, { profile, atMs: nowMs });
    profile.catch(() => this.#made.delete(key));
    return profile;
  }

  /** Looks everything up again at the next call: the configuration has changed. */
  forget(): void {
    this.#made.clear();
  }

  async #make(role: string | undefined): Promise<LaunchProfile> {
    const { agent } = this.#deps.config();
    const program = await findPi({
      piCliPath: agent.piCliPath,
      searchPath: this.#env["PATH"] ?? "",
      clock: this.#deps.clock,
    });
    const capabilities = capabilitiesOf(program.version);
    const bridge = await this.#deps.bridge.launch(capabilities);
    const resources = await this.#resources(role);
    const [agentDir, revision] = await this.#agentDir();
    const cwd = agent.workspace ?? this.#deps.layout.workspace;
    await mkdir(cwd, { recursive: true });
    const packageDir = await this.#packageDir();
    const args = [
      "--mode",
      "rpc",
      "--no-session",
      ...bridge.extensions.flatMap((file) => ["-e", file]),
      ...resources.args,
      ...thinkingArgs(agent.thinkingLevel, capabilities),
    ];
    const env = {
      ...this.#inherited(),
      ...program.env,
      // Stops update checks and downloads, never a call to a model.
      PI_OFFLINE: this.#env["PI_OFFLINE"] ?? "1",
      PI_SKIP_VERSION_CHECK: "1",
      PI_CODING_AGENT_DIR: agentDir,
      // Bun keeps what it has compiled, by default in the person's home.
      [BUN_CACHE]: this.#env[BUN_CACHE] || join(this.#deps.layout.runtime, "bun-cache"),
      ...(packageDir.path === undefined ? {} : { PI_PACKAGE_DIR: packageDir.path }),
      ...(agent.promptCache === undefined ? {} : { PI_CACHE_RETENTION: agent.promptCache }),
      ...bridge.env,
    };
    const launch = { command: [...program.command, ...args], env, cwd };
    return {
      program,
      capabilities,
      launch,
      fingerprint: Bun.hash(
        JSON.stringify([launch, program.version, revision, wantedModels(agent)]),
      ).toString(36),
      wish: { wanted: wantedModels(agent), thinkingLevel: agent.thinkingLevel },
      findings: [...resources.findings, ...packageDir.findings],
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
    const view = new AgentDirView(theirs, join(this.#deps.layout.runtime, "agent"));
    return [await view.refresh(), await agentDirRevision(theirs)];
  }

  /** pi dies at once if this folder does not hold its manifest. */
  async #packageDir(): Promise<{ path?: string; findings: Finding[] }> {
    const path = this.#deps.config().agent.runtime.packageDir;
    if (path === undefined) return { findings: [] };
    if (await isThere(join(path, "package.json"))) return { path, findings: [] };
    const text = `${path} does not hold pi's package.json, so pi uses its own files`;
    return { findings: [{ level: "warning", subject: "agent.runtime.packageDir", text }] };
  }

  /** Skills, extensions, templates and the appended prompt, in the guide's priority; what is missing is left out. */
  async #resources(role: string | undefined): Promise<{ args: string[]; findings: Finding[] }> {
    const { agent, roles } = this.#deps.config();
    const own = role === undefined ? undefined : roles.capabilities[role];
    const merge = (mine: readonly string[] | undefined, base: readonly string[]) =>
      mine && mine.length > 0 && roles.mergeMode === "replace" ? mine : [...(mine ?? []), ...base];
    const lists = [
      { flag: "-e", key: "agent.extensions", paths: merge(own?.extensions, agent.extensions) },
      {
        flag: "--skill",
        key: "agent.skills",
        paths: merge(own?.skills, [...agent.skillsGateway, ...agent.skillsBase]),
      },
      {
        flag: "--prompt-template",
        key: "agent.promptTemplates",
        paths: merge(own?.promptTemplates, agent.promptTemplates),
      },
      {
        flag: "--append-system-prompt",
        key: "agent.appendSystemPrompt",
        paths: agent.appendSystemPrompt === undefined ? [] : [agent.appendSystemPrompt],
      },
    ];
    const args: string[] = [];
    const findings: Finding[] = [];
    for (const { flag, key, paths } of lists) {
      const { found, missing } = await sortOut(paths);
      args.push(...found.flatMap((path) => [flag, path]));
      findings.push(...missing.map((path) => missingFinding(key, path)));
    }
    return { args, findings };
  }
}

/** Which models to try, in order: the configured one, then the failover list. */
export function wantedModels(agent: Config["agent"]): readonly string[] {
  const { model, modelFailover } = agent;
  const wanted = [model, modelFailover?.primary, ...(modelFailover?.fallbacks ?? [])];
  return [...new Set(wanted.filter((name) => name !== undefined))];
}

function thinkingArgs(level: Config["agent"]["thinkingLevel"], capabilities: PiCapabilities): string[] {
  if (level === undefined) return [];
  return ["--thinking", level === "max" && !capabilities.thinksMax ? "xhigh" : level];
}

function missingFinding(subject: string, path: string): Finding {
  return {
    level: "warning",
    subject,
    text: `${path} does not exist and is left out`,
    fix: "Create it, or take it out of the configuration.",
  };
}

/** The paths that are there, each file once, and those that are not. */
async function sortOut(paths: readonly string[]): Promise<{ found: string[]; missing: string[] }> {
  const found = new Map<string, string>();
  const missing: string[] = [];
  for (const path of paths) {
    const real = await realpathIfThere(path);
    if (real === undefined) missing.push(path);
    else if (!found.has(real)) found.set(real, path);
  }
  return { found: [...found.values()], missing };
}

const isThere = async (path: string) => (await realpathIfThere(path)) !== undefined;

async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    // Not there, or not for us to read: pi could not use it either.
    return undefined;
  }
}

function expandTilde(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}
