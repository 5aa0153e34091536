import { readFile, realpath, stat } from "node:fs/promises";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { AgentError } from "./errors.ts";
import { isRecord } from "./rpc-protocol.ts";

/** A pi that can be started. */
export interface PiProgram {
  /** Program and first arguments; pi's own arguments follow. */
  readonly command: readonly string[];
  /** What its environment needs besides. */
  readonly env: Readonly<Record<string, string>>;
  /** The file that people know it by. */
  readonly path: string;
  /** Absent if the program does not tell. */
  readonly version?: string;
  /** `own`: the one that comes with the gateway. */
  readonly origin: "configured" | "path" | "own";
}

export interface PiSearch {
  /** `agent.piCliPath`: a path, or a name on `searchPath`. */
  readonly piCliPath: string;
  /** The PATH variable. */
  readonly searchPath: string;
  readonly clock: Clock;
}

const VERSION_DEADLINE_MS = 15_000;
const DEFAULT_NAME = "pi";
/** Where this program's own packages are, seen from this file: two folders up is the package. */
const OWN_ROOT = resolve(import.meta.dir, "../..");

/**
 * Finds the pi to run: what the configuration names, else `pi` on the PATH, else our own dependency.
 * A package `…/pi-coding-agent` is run by the Bun we run on, anything else as it is. Rejects with
 * `AgentError` "unavailable" and one sentence that says what to do.
 */
export async function findPi(search: PiSearch): Promise<PiProgram> {
  const { piCliPath } = search;
  if (isPath(piCliPath)) {
    const file = await realpathIfThere(piCliPath);
    if (!file) throw notThere(`agent.piCliPath names ${piCliPath}, which does not exist`);
    return programOf(file, piCliPath, "configured", search.clock);
  }
  const own = await ownPi();
  for (const candidate of candidatesOnPath(piCliPath, search.searchPath)) {
    const file = await realpathIfThere(candidate);
    if (!file || file === own || !(await isExecutable(file))) continue;
    return programOf(file, candidate, piCliPath === DEFAULT_NAME ? "path" : "configured", search.clock);
  }
  if (piCliPath !== DEFAULT_NAME)
    throw notThere(`agent.piCliPath names ${piCliPath}, which is not on the PATH`);
  if (!own) throw notThere("pi is not installed");
  return programOf(own, own, "own", search.clock);
}

const HOW_TO_INSTALL =
  'install pi with "npm install -g @mariozechner/pi-coding-agent", or correct agent.piCliPath';

function notThere(what: string): AgentError {
  return new AgentError("unavailable", `${what}: ${HOW_TO_INSTALL}.`, {
    userMessage: `There is no pi on the gateway's machine: ${HOW_TO_INSTALL}.`,
  });
}

const isPath = (name: string) => isAbsolute(name) || name.includes("/") || name.includes("\\");

function* candidatesOnPath(name: string, searchPath: string): Generator<string> {
  const ownBin = join(OWN_ROOT, "node_modules", ".bin");
  for (const folder of searchPath.split(delimiter)) {
    if (folder !== "" && resolve(folder) !== ownBin) yield join(folder, name);
  }
}

async function programOf(
  file: string,
  path: string,
  origin: PiProgram["origin"],
  clock: Clock,
): Promise<PiProgram> {
  const found = await packageOf(file);
  if (!found) {
    const version = await askVersion(file, clock);
    return { command: [file], env: {}, path, origin, ...(version === undefined ? {} : { version }) };
  }
  return {
    // Without --no-install Bun would fetch what a bundle leaves out from the registry, at run time.
    command: [process.execPath, "--no-install", found.cli],
    env: isCompiled() ? { BUN_BE_BUN: "1" } : {},
    path,
    origin,
    ...(found.version === undefined ? {} : { version: found.version }),
  };
}

/** True inside the standalone binary, which is a Bun too when it is asked to be. */
export function isCompiled(): boolean {
  return Bun.main.includes("$bunfs") || Bun.main.includes("~BUN");
}

/** The pi package that `file` belongs to or is the folder of, and the script to run. */
async function packageOf(file: string): Promise<{ cli: string; version: string | undefined } | undefined> {
  for (let folder = file; ; folder = dirname(folder)) {
    const manifest = await manifestIn(folder);
    if (manifest) {
      const name = String(manifest["name"]);
      if (basename(name) !== "pi-coding-agent") return undefined;
      const cli = folder === file ? join(folder, binOf(manifest)) : file;
      const version = typeof manifest["version"] === "string" ? manifest["version"] : undefined;
      return /\.[cm]?js$/.test(cli) ? { cli, version } : undefined;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function binOf(manifest: Record<string, unknown>): string {
  const bin = manifest["bin"];
  if (isRecord(bin) && typeof bin["pi"] === "string") return bin["pi"];
  return typeof bin === "string" ? bin : "dist/cli.js";
}

async function manifestIn(folder: string): Promise<Record<string, unknown> | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return isRecord(manifest) && typeof manifest["name"] === "string" ? manifest : undefined;
  } catch {
    // No manifest here, or one that nobody can read: the search goes on further up.
    return undefined;
  }
}

/** The script of our own dependency, looked for upwards from this package and from the binary. */
async function ownPi(): Promise<string | undefined> {
  for (const start of [OWN_ROOT, dirname(process.execPath)]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const home = join(folder, "node_modules", "@mariozechner", "pi-coding-agent");
      const manifest = await manifestIn(home);
      if (manifest) return realpathIfThere(join(home, binOf(manifest)));
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    // Not there, or not for us to read: for the search both mean that this is not the one.
    return undefined;
  }
}

async function isExecutable(file: string): Promise<boolean> {
  const { mode } = await stat(file);
  return (mode & 0o111) !== 0;
}

/** What `file --version` prints, if it is a version and comes in time. */
async function askVersion(file: string, clock: Clock): Promise<string | undefined> {
  const done = new AbortController();
  try {
    const child = Bun.spawn([file, "--version"], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    void clock.sleep(VERSION_DEADLINE_MS, done.signal).then(() => child.kill("SIGKILL"));
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return /\d+\.\d+\.\d+[\w.-]*/.exec(out || err)?.[0];
  } catch {
    // It cannot be run: starting it for real says why.
    return undefined;
  } finally {
    done.abort();
  }
}
