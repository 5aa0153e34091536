import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../core/config-schema.ts";
import type { SessionLedger, Store } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { sweepInbox } from "./inbox-folder.ts";

export interface RetentionDeps {
  readonly store: Pick<Store, "prune"> & { readonly sessions: Pick<SessionLedger, "idleJobs" | "remove"> };
  readonly config: () => Config;
  /** Where files that came with messages are kept. */
  readonly mediaDir: string;
  /** Where agents work, with the files that came for them in `inbox/`. */
  readonly workspaces: () => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
/** What scheduled jobs did is worth looking at for a week. */
const RUN_DAYS = 7;
/**
 * Conversations that are in no chat: whoever calls a webhook may name ever new ones. A job of once a year still knows
 * what it did the last time.
 */
const JOB_DAYS = 400;
const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 3_600_000;
/** Rows deleted in one step: few enough that a message does not notice. */
const STEP = 200;
const BETWEEN_STEPS_MS = 50;

/** Lets go of what is past its time, in small steps, once an hour. */
export class Retention implements Service {
  readonly name = "retention";
  readonly #deps: RetentionDeps;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#loop = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  /** Never rejects: what fails now is tried again in an hour. */
  async #run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    await clock.sleep(FIRST_AFTER_MS, signal);
    while (!signal.aborted) {
      try {
        await this.#pruneRows(signal);
        await this.#pruneJobs(signal);
        await this.#pruneMedia();
        await this.#pruneInboxes();
      } catch (error) {
        log.warn({ error }, "old things could not be let go, it is tried again in an hour");
      }
      await clock.sleep(EVERY_MS, signal);
    }
  }

  async #pruneRows(signal: AbortSignal): Promise<void> {
    const { store, config, clock } = this.#deps;
    const { finishedDays, historyDays } = config().store;
    const now = clock.now();
    const history = historyDays === undefined ? {} : { historyBeforeMs: now - historyDays * DAY_MS };
    const runs = { runsBeforeMs: now - RUN_DAYS * DAY_MS };
    const retention = { finishedBeforeMs: now - finishedDays * DAY_MS, ...runs, ...history };
    while (!signal.aborted && (await store.prune(retention, STEP)) > 0) {
      await clock.sleep(BETWEEN_STEPS_MS, signal);
    }
  }

  /** With their transcripts, which nobody looks for once the row is gone. */
  async #pruneJobs(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#deps;
    const beforeMs = clock.now() - JOB_DAYS * DAY_MS;
    while (!signal.aborted) {
      const idle = await store.sessions.idleJobs(beforeMs, STEP);
      if (idle.length === 0) return;
      for (const { key, file } of idle) {
        await rm(file, { force: true });
        await store.sessions.remove(key);
      }
      await clock.sleep(BETWEEN_STEPS_MS, signal);
    }
  }

  /** The copies that agents work with go at the latest with the messages that they came with. */
  async #pruneInboxes(): Promise<void> {
    const { workspaces, config, clock } = this.#deps;
    const { media, store } = config();
    const days = Math.min(media.inboxDays, store.historyDays ?? media.inboxDays);
    for (const workspace of workspaces()) await sweepInbox(workspace, clock.now() - days * DAY_MS);
  }

  /** Oldest first, by age and by what all of them may take together. */
  async #pruneMedia(): Promise<void> {
    const { mediaDir, config, clock } = this.#deps;
    const { maxAgeDays, maxMb } = config().media.cache;
    const files = await Promise.all(
      (await readdir(mediaDir)).map(async (name) => ({
        path: join(mediaDir, name),
        ...(await sizeOf(mediaDir, name)),
      })),
    );
    let keptBytes = 0;
    for (const file of files.toSorted((one, other) => other.atMs - one.atMs)) {
      keptBytes += file.bytes;
      const isOld = file.atMs < clock.now() - maxAgeDays * DAY_MS;
      if (isOld || keptBytes > maxMb * 1_048_576) await rm(file.path, { force: true });
    }
  }
}

async function sizeOf(folder: string, name: string): Promise<{ bytes: number; atMs: number }> {
  try {
    const { size, mtimeMs } = await stat(join(folder, name));
    return { bytes: size, atMs: mtimeMs };
  } catch (error) {
    // One that was not finished a moment ago has its name by now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { bytes: 0, atMs: 0 };
    throw error;
  }
}
