import { mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "./rpc-protocol.ts";

/**
 * A folder of ours that shows pi the person's own agent folder, so that pi finds their login, models,
 * skills and extensions, and changes nothing of theirs.
 *
 * - Everything is a link, also `auth.json`: pi rewrites it in place when it renews a login, and the
 *   new one must be theirs. A link exists only while its target does, as pi would otherwise create it.
 * - What pi rewrites by itself is a copy, renewed when theirs changes.
 * - What appears later (a login, a first skill) is linked by the next {@link refresh}.
 */
export class AgentDirView {
  readonly #theirs: string;
  readonly #ours: string;
  readonly #settings: SettingsEdit;

  /** `settings` is what pi gets to see of their settings, and may add to them. */
  constructor(theirs: string, ours: string, settings: SettingsEdit = (text) => text) {
    this.#theirs = theirs;
    this.#ours = ours;
    this.#settings = settings;
  }

  /** Brings our folder up to date and returns it. */
  async refresh(): Promise<string> {
    await mkdir(this.#ours, { recursive: true, mode: 0o700 });
    const names = (await namesIn(this.#theirs)).filter((name) => !isLeftOut(name));
    await this.#removeStale(new Set([...names, SETTINGS]));
    await this.#writeSettings();
    for (const name of names) {
      if (name === SETTINGS) continue;
      if (COPIED.has(name)) await copyIfDifferent(join(this.#theirs, name), join(this.#ours, name));
      else if (OPENED.has(name)) await this.#linkChildren(name);
      else await linkIfDifferent(join(this.#theirs, name), join(this.#ours, name));
    }
    return this.#ours;
  }

  /** Takes away links and copies of what is no longer theirs; what pi itself made here stays. */
  async #removeStale(names: ReadonlySet<string>): Promise<void> {
    for (const name of await namesIn(this.#ours)) {
      if (names.has(name)) continue;
      const path = join(this.#ours, name);
      if (isLeftOut(name) ? await linkTarget(path) : COPIED.has(name) || (await linkTarget(path))) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }

  async #writeSettings(): Promise<void> {
    const wanted = this.#settings(await readIfThere(join(this.#theirs, SETTINGS)));
    if (wanted === undefined) await rm(join(this.#ours, SETTINGS), { force: true });
    else await writeIfDifferent(join(this.#ours, SETTINGS), wanted);
  }

  async #linkChildren(name: string): Promise<void> {
    await mkdir(join(this.#ours, name), { recursive: true });
    for (const child of await namesIn(join(this.#theirs, name))) {
      await linkIfDifferent(join(this.#theirs, name, child), join(this.#ours, name, child));
    }
  }
}

/** Undefined: there are none. */
export type SettingsEdit = (text: string | undefined) => string | undefined;

/**
 * Settings with which each try at a model is one request, as far as a person has not said otherwise: the
 * libraries of providers try again by themselves, unseen, and whoever counts tries would count too few.
 */
export function withPlainTries(text: string | undefined): string | undefined {
  const settings = parsed(text ?? "{}");
  if (!settings) return text;
  const { retry = {} } = settings;
  if (!isRecord(retry)) return text;
  const { provider = {} } = retry;
  if (!isRecord(provider) || provider["maxRetries"] !== undefined) return text;
  return JSON.stringify(
    { ...settings, retry: { ...retry, provider: { ...provider, maxRetries: 0 } } },
    undefined,
    2,
  );
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Theirs, and broken: pi says so itself.
    return undefined;
  }
}

const SETTINGS = "settings.json";

/** pi writes these by itself: set_model and migrations the first two, catalogues and trust the others. */
const COPIED: ReadonlySet<string> = new Set([
  SETTINGS,
  "keybindings.json",
  "models-store.json",
  "trust.json",
]);

/** pi moves and downloads programs here: the folder is ours, what is in it is linked. */
const OPENED: ReadonlySet<string> = new Set(["bin", "tools"]);

/** Transcripts and logs are not for us; pi would even sort stray transcripts into their `sessions`. */
function isLeftOut(name: string): boolean {
  return name === "sessions" || name === "crashes.json" || /\.(jsonl|lock|log|tmp)$/.test(name);
}

/**
 * Changes when a running pi would have to be started again to know what is in `dir`: settings, models,
 * who is logged in where (not when a login was renewed), and which extensions, skills and prompts there are.
 */
export async function agentDirRevision(dir: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for (const file of ["settings.json", "models.json", "AGENTS.md", "SYSTEM.md", "APPEND_SYSTEM.md"]) {
    hash.update(`${file}\n${(await readIfThere(join(dir, file))) ?? ""}\n`);
  }
  hash.update(credentialsIn(await readIfThere(join(dir, "auth.json"))));
  for (const folder of ["extensions", "skills", "prompts"]) {
    hash.update(`${folder} ${await changedAtMs(join(dir, folder))}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

/** What of `auth.json` decides which models can be used; tokens that a renewal changes are left out. */
function credentialsIn(text: string | undefined): string {
  try {
    const auth: unknown = JSON.parse(text ?? "{}");
    if (!isRecord(auth)) return "";
    return Object.entries(auth)
      .map(([provider, credential]) =>
        isRecord(credential) && credential["type"] === "oauth"
          ? `${provider}=oauth`
          : `${provider}=${JSON.stringify(credential)}`,
      )
      .toSorted()
      .join("\n");
  } catch {
    // Half-written or broken: pi cannot use it either, and the next look sees the whole file.
    return "unreadable";
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function changedAtMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch {
    // Not there, or no link: either way not ours to take away.
    return undefined;
  }
}

async function copyIfDifferent(from: string, to: string): Promise<void> {
  const wanted = await readIfThere(from);
  if (wanted !== undefined) await writeIfDifferent(to, wanted);
}

async function writeIfDifferent(to: string, wanted: string): Promise<void> {
  if ((await readIfThere(to)) === wanted && !(await linkTarget(to))) return;
  await writeFile(`${to}.tmp`, wanted, { mode: 0o600 });
  await rename(`${to}.tmp`, to);
}

async function linkIfDifferent(target: string, path: string): Promise<void> {
  if ((await linkTarget(path)) === target) return;
  await rm(path, { recursive: true, force: true });
  await symlink(target, path);
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
