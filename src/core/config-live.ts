import { readFileSync } from "node:fs";
import { systemClock, type Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { diffConfig, planReload } from "./config-diff.ts";
import type { Config } from "./config-schema.ts";
import type { LoadedConfig } from "./config.ts";
import type { ReloadReport } from "./control.ts";
import { ConfigError } from "./errors.ts";

export interface LiveConfigOptions {
  /** Finds and reads the configuration; called again at each change. Throws `ConfigError` for a wrong one. */
  readonly load: () => LoadedConfig;
  /** The files that may hold it, the one in use included: each is watched, also while it does not exist. */
  readonly files: readonly string[];
  readonly log: Logger;
  readonly clock?: Clock;
  /** How often the files are looked at. */
  readonly pollMs?: number;
  /** Called after a change is in force, with the dotted paths that changed; a failure is logged. */
  readonly onChange?: (now: LoadedConfig, before: LoadedConfig, changed: readonly string[]) => unknown;
}

/**
 * The configuration in force. It changes as a whole and only for a good one: while the file is wrong or
 * gone, the last good configuration stays, and what is wrong is logged once.
 */
export class LiveConfig implements Service {
  readonly name = "config";
  readonly #options: LiveConfigOptions;
  readonly #stop = new AbortController();
  #loaded: LoadedConfig;
  /** Unknown at first: what changed between the first reading and the start counts as a change. */
  #seen = "";
  #watching: Promise<void> | undefined;

  constructor(initial: LoadedConfig, options: LiveConfigOptions) {
    this.#options = options;
    this.#loaded = initial;
  }

  get loaded(): LoadedConfig {
    return this.#loaded;
  }

  get config(): Config {
    return this.#loaded.config;
  }

  /** Reads the files again now. Never throws: a wrong file changes nothing and comes back as problems. */
  async reload(): Promise<ReloadReport> {
    this.#seen = this.#look();
    const before = this.#loaded;
    let now: LoadedConfig;
    try {
      now = this.#options.load();
    } catch (error) {
      return this.#refuse(error);
    }
    const { warnings } = now;
    if (before.file !== undefined && now.file === undefined) {
      return this.#refuse(new ConfigError([`${before.file}: this file is gone`]));
    }
    const changed = diffConfig(before.config, now.config);
    this.#loaded = now;
    if (changed.length > 0) await this.#announce(now, before, changed);
    return { changed, needsRestart: planReload(changed).afterRestart, problems: [], warnings };
  }

  async start(): Promise<void> {
    if (this.#watching) return;
    this.#watching = this.#watch(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  /**
   * Looks at the content and not at file events: those miss a file that was renamed into place, as most
   * editors do it. A change counts once two looks agree, so that half a file is never read.
   */
  async #watch(signal: AbortSignal): Promise<void> {
    const { clock = systemClock, pollMs = 700 } = this.#options;
    let last = this.#seen;
    while (!signal.aborted) {
      await clock.sleep(pollMs, signal);
      if (signal.aborted) return;
      const now = this.#look();
      if (now !== this.#seen && now === last) await this.reload();
      last = now;
    }
  }

  #refuse(error: unknown): ReloadReport {
    const { log } = this.#options;
    if (!(error instanceof ConfigError)) {
      log.error({ error }, "reading the configuration failed; the last good one stays in force");
      const reason = error instanceof Error ? error.message : String(error);
      return refusal([`reading the configuration failed: ${reason}`]);
    }
    const { problems, warnings } = error;
    log.error({ problems, warnings }, "the configuration is wrong; the last good one stays in force");
    return refusal(problems, warnings);
  }

  async #announce(now: LoadedConfig, before: LoadedConfig, changed: readonly string[]): Promise<void> {
    const { log, onChange } = this.#options;
    log.info({ changed, warnings: now.warnings }, "the configuration changed");
    try {
      await onChange?.(now, before, changed);
    } catch (error) {
      log.error({ error, changed }, "a change of the configuration could not be carried out in full");
    }
  }

  #look(): string {
    return this.#options.files.map(fingerprint).join("\n");
  }
}

function refusal(problems: readonly string[], warnings: readonly string[] = []): ReloadReport {
  return { changed: [], needsRestart: [], problems, warnings };
}

function fingerprint(file: string): string {
  try {
    return Bun.hash(readFileSync(file)).toString(36);
  } catch {
    // Missing or unreadable: either is a state of its own, and `load` says which.
    return "-";
  }
}
