import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { type PluginEntry, PluginLoader } from "../../src/plugins/loader.ts";
import { PluginRegistry, type RegistryOptions } from "../../src/plugins/registry.ts";
import { keepLines } from "../fakes/log-lines.ts";

export interface WorldOptions extends Pick<RegistryOptions, "questions" | "state"> {
  readonly loadWithinMs?: number;
  readonly patienceMs?: number;
  readonly graceMs?: number;
  readonly hookTimeoutMs?: number;
}

/** A folder outside the repository with plugins in it, and a loader over a real registry. */
export class PluginWorld implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "plugins-"));
  readonly #log = keepLines();
  readonly registry: PluginRegistry;
  readonly loader: PluginLoader;
  entries: readonly (string | PluginEntry)[] = [];
  changes = 0;

  constructor({ hookTimeoutMs = 1000, questions, state, ...limits }: WorldOptions = {}) {
    const { config } = loadConfig({ env: {}, home: this.folder, cwd: this.folder, channels: {} });
    const { log } = this.#log;
    this.registry = new PluginRegistry(new HookRegistry(() => hookTimeoutMs, log), {
      log,
      ...(questions && { questions }),
      ...(state && { state }),
    });
    this.loader = new PluginLoader({
      config: () => config,
      entries: () => this.entries.map((entry) => this.#entryOf(entry)),
      folder: () => this.folder,
      registry: this.registry,
      log,
      taken: ["builtin"],
      onChange: () => void (this.changes += 1),
      ...limits,
    });
  }

  /** Writes a file of a plugin; a shared counter `globalThis.seen` is how its code is looked at from outside. */
  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  async start(...entries: readonly (string | PluginEntry)[]): Promise<void> {
    this.entries = entries;
    await this.loader.start();
  }

  async follow(...entries: readonly (string | PluginEntry)[]): Promise<void> {
    this.entries = entries;
    await this.loader.follow();
  }

  /** What the tool `name` gives back. */
  async call(name: string, params: Record<string, unknown> = {}, context: object = {}): Promise<unknown> {
    const tool = this.registry.tools.get(name);
    if (!tool) throw new Error(`there is no tool ${name}`);
    return await tool.execute(params, { ...toolContext, ...context });
  }

  get tools(): readonly string[] {
    return this.registry.tools.entries.map(({ name }) => name);
  }

  /** What was logged about plugins that failed: `weather: its function failed …`. */
  get failures(): readonly string[] {
    const failed = this.#log.lines.filter(({ level }) => level === "error");
    return failed.map(
      ({ plugin, error }) => `${String(plugin)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  /** How loading ended, in the order in which it did. */
  get loads(): readonly string[] {
    const ended = this.#log.lines.filter(({ message }) => /is loaded$|cannot be loaded/.test(message));
    return ended.map(({ plugin, level }) => `${String(plugin)} ${level === "error" ? "failed" : "loaded"}`);
  }

  /** The one plugin there is. */
  get plugin() {
    const [first] = this.loader.list();
    if (!first) throw new Error("no plugin is listed");
    return first;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loader.stop(AbortSignal.abort());
    rmSync(this.folder, { recursive: true, force: true });
  }

  #entryOf(entry: string | PluginEntry): PluginEntry {
    const given = typeof entry === "string" ? { path: entry, enabled: true } : entry;
    return { ...given, path: join(this.folder, given.path) };
  }
}

/** The source of a plugin with one tool that gives back `text`. */
export const toolPlugin = (name: string, text: string): string =>
  `export default (api) => void api.registerTool({ name: ${JSON.stringify(name)}, description: "d", parameters: {},
    execute: () => ${JSON.stringify(text)} });`;

const toolContext = {
  sessionKey: "agent:main:webchat:dm:alice",
  callId: "call",
  turn: "turn",
  agent: "main",
  chat: { channel: "webchat", account: "default", chat: "alice" },
  signal: new AbortController().signal,
  log: silentLogger,
  // As far as plugins of these tests look at it.
} as unknown as Parameters<
  Parameters<ReturnType<PluginRegistry["open"]>["api"]["registerTool"]>[0]["execute"]
>[1];
