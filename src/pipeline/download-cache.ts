import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { SharedWork } from "../lib/shared-work.ts";

export interface DownloadCacheDeps {
  /** Where files are kept by their content; retention lets go of what was not needed for longest. */
  readonly folder: string;
  readonly clock: Clock;
}

/** A file that is kept, for as long as nobody lets go of it. */
export interface KeptFile {
  readonly path: string;
  readonly sizeBytes: number;
}

const MODE = 0o600;

/**
 * What was fetched, by its content, and by what its platform calls it: the same file is fetched once, however many
 * ask for it and however often it is sent. A loss costs nothing but another download.
 */
export class DownloadCache {
  readonly #deps: DownloadCacheDeps;
  readonly #loading = new SharedWork<KeptFile>();

  constructor(deps: DownloadCacheDeps) {
    this.#deps = deps;
  }

  /** The file that `key` names for ever, or what `load` brings; without a key nobody can know it again. */
  async file(
    key: string | undefined,
    signal: AbortSignal,
    load: (signal: AbortSignal) => Promise<Uint8Array>,
  ): Promise<KeptFile> {
    if (key === undefined) return this.#keep(await load(signal));
    const known = await this.#known(key);
    if (known) return known;
    return this.#loading.run(key, signal, async (shared) => {
      // Whoever asked a moment ago may have brought it since.
      const brought = await this.#known(key);
      if (brought) return brought;
      const kept = await this.#keep(await load(shared));
      await this.#note(key, [basename(kept.path), kept.sizeBytes]);
      return kept;
    });
  }

  /** A text that was found out about something, such as what is said in a recording; `make` finds it out. */
  async text(key: string, make: () => Promise<string | undefined>): Promise<string | undefined> {
    const known = await this.#noted(key);
    if (typeof known === "string") return known;
    const text = await make();
    if (text !== undefined) await this.#note(key, text);
    return text;
  }

  async #known(key: string): Promise<KeptFile | undefined> {
    const noted = await this.#noted(key);
    if (!Array.isArray(noted)) return undefined;
    const [name, sizeBytes]: readonly unknown[] = noted;
    if (typeof name !== "string" || typeof sizeBytes !== "number") return undefined;
    const path = join(this.#deps.folder, basename(name));
    if ((await sizeOf(path)) !== sizeBytes) return undefined;
    await this.#touch(path);
    return { path, sizeBytes };
  }

  async #note(key: string, what: string | readonly [string, number]): Promise<void> {
    await this.#write(this.#pathOf(key), JSON.stringify(what));
  }

  /** What is noted under a key; undefined also for what a power cut has left of a note. */
  async #noted(key: string): Promise<unknown> {
    const path = this.#pathOf(key);
    const text = await readFile(path, "utf8").catch(ignoreMissing);
    if (text === undefined) return undefined;
    await this.#touch(path);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // It is written anew then.
      return undefined;
    }
  }

  async #keep(bytes: Uint8Array): Promise<KeptFile> {
    const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
    const path = join(this.#deps.folder, Buffer.from(digest).toString("hex"));
    if ((await sizeOf(path)) === bytes.length) await this.#touch(path);
    else await this.#write(path, bytes);
    return { path, sizeBytes: bytes.length };
  }

  #pathOf(key: string): string {
    return join(this.#deps.folder, `${new Bun.CryptoHasher("sha256").update(key).digest("hex")}.note`);
  }

  async #write(path: string, content: string | Uint8Array): Promise<void> {
    const unfinished = join(this.#deps.folder, `.${crypto.randomUUID()}.part`);
    try {
      await mkdir(this.#deps.folder, { recursive: true, mode: 0o700 });
      await writeFile(unfinished, content, { mode: MODE, flag: "wx" });
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  /** It was needed now. */
  async #touch(path: string): Promise<void> {
    const now = this.#deps.clock.now() / 1000;
    await utimes(path, now, now).catch(ignoreMissing);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(ignoreMissing))?.size;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
