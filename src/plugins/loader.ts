import { basename, dirname, extname, join } from "node:path";
import type { PluginInfo } from "../core/plugin-info.ts";
import type { Config } from "../core/config-schema.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { LoadedPlugin } from "./loaded-plugin.ts";
import { PluginError } from "./plugin-error.ts";
import { ranksOf } from "./plugin-ranks.ts";
import { findPlugin, type PluginSource } from "./plugin-source.ts";
import type { PluginRegistry } from "./registry.ts";

/** An entry of the configuration's `plugins`. */
export interface PluginEntry {
  readonly path: string;
  readonly options?: unknown;
  readonly enabled: boolean;
}

export interface PluginLoaderDeps {
  readonly config: () => Config;
  readonly entries: () => readonly PluginEntry[];
  /** Where paths of the configuration start. */
  readonly folder: () => string;
  readonly registry: PluginRegistry;
  readonly log: Logger;
  /** Ids that are not to be had: those of the built-in plugins. */
  readonly taken?: readonly string[];
  readonly clock?: Clock;
  /** How long a plugin may take to load. */
  readonly loadWithinMs?: number;
  /** How long the next one waits for a plugin that takes its time. */
  readonly patienceMs?: number;
  /** How long calls to an old version may go on after a reload. */
  readonly graceMs?: number;
  /** Called when what is registered has changed, but not at the start. */
  readonly onChange?: () => unknown;
}

/** What the loader knows of one entry. */
interface Slot {
  readonly entry: PluginEntry;
  source: PluginSource | undefined;
  loaded: LoadedPlugin | undefined;
  problem: PluginError | undefined;
}

/** The folder of our own sources; also that of a standalone binary. */
const OWN_FILES = join(import.meta.dir, "..", "/");
const LOAD_WITHIN_MS = 10_000;
const GRACE_MS = 30_000;
const PATIENCE_MS = 1000;

/**
 * The plugins of the configuration: loaded at the start, loaded again when they or their entries change. One
 * that cannot be loaded costs nobody but itself; a version that runs stays until a newer one has loaded.
 */
export class PluginLoader implements Service {
  readonly name = "plugins";
  readonly #deps: PluginLoaderDeps;
  readonly #clock: Clock;
  #slots: readonly Slot[] = [];
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #retiring = new Set<Promise<void>>();
  /** Aborted once nobody has time any more for what still runs. */
  readonly #hard = new AbortController();

  constructor(deps: PluginLoaderDeps) {
    this.#deps = deps;
    this.#clock = deps.clock ?? systemClock;
  }

  /** Never rejects: a plugin that cannot be loaded is logged and listed. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#follow();
    });
  }

  stop(signal: AbortSignal): Promise<void> {
    const abort = () => this.#hard.abort();
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    return this.#inTurn(async () => {
      for (const slot of this.#slots.toReversed()) await this.#unload(slot);
      await Promise.all(this.#retiring);
      this.#slots = [];
      signal.removeEventListener("abort", abort);
    });
  }

  list(): readonly PluginInfo[] {
    return this.#slots.map(infoOf);
  }

  /** Brings what runs in line with the configuration: what is new is loaded, what is gone or changed follows. */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      if (await this.#follow()) await this.#deps.onChange?.();
    });
  }

  /**
   * Loads the plugin `id`, or all of them, afresh from the disk. Resolves to how they are then; empty if there
   * is none of that id.
   */
  reload(id?: string): Promise<readonly PluginInfo[]> {
    return this.#inTurn(async () => {
      const meant = this.#slots.filter((slot) => id === undefined || infoOf(slot).id === id);
      const enabled = meant.filter(({ entry }) => entry.enabled);
      await this.#oneByOne(enabled.map((slot) => () => this.#load(slot, slot.loaded?.rank)));
      if (meant.length > 0) await this.#deps.onChange?.();
      return meant.map(infoOf);
    });
  }

  /** The plugin in whose files `error` was thrown, where that can be told. */
  blame(error: unknown): string | undefined {
    const file = /(?:\(|at )(\/[^()\n]+?):\d+:\d+/.exec((error instanceof Error && error.stack) || "")?.[1];
    if (file === undefined || file.startsWith(OWN_FILES)) return undefined;
    return this.#slots.find(({ source }) => source && file.startsWith(join(source.folder, "/")))?.source?.id;
  }

  async #follow(): Promise<boolean> {
    const entries = this.#deps.entries();
    const before = this.#slots;
    const kept = entries.map((entry) => before.find((slot) => isSame(slot.entry, entry)));
    const ranks = ranksOf(kept.map((slot) => slot?.loaded?.rank));
    this.#slots = entries.map((entry, index) => kept[index] ?? this.#successor(entry, before));
    const gone = before.filter(
      (slot) => slot.loaded && !this.#slots.some(({ loaded }) => loaded === slot.loaded),
    );
    for (const slot of gone) await this.#unload(slot);
    const changes = this.#slots.flatMap((slot, index) => {
      const isInPlace =
        kept[index] === slot && (slot.loaded === undefined || slot.loaded.rank === ranks[index]);
      if (isInPlace) return [];
      return () => (slot.entry.enabled ? this.#load(slot, ranks[index]) : this.#unload(slot));
    });
    await this.#oneByOne(changes);
    return gone.length + changes.length > 0;
  }

  /** In order; but one that takes its time keeps the others waiting for a moment only. */
  async #oneByOne(changes: readonly (() => Promise<void>)[]): Promise<void> {
    const running: Promise<void>[] = [];
    const { patienceMs = PATIENCE_MS } = this.#deps;
    for (const change of changes) {
      const done = new AbortController();
      const one = change().finally(() => done.abort());
      running.push(one);
      await Promise.race([one, this.#clock.sleep(patienceMs, done.signal)]);
    }
    await Promise.all(running);
  }

  /** A changed entry takes over what its plugin has running, until that is loaded anew. */
  #successor(entry: PluginEntry, before: readonly Slot[]): Slot {
    const old = before.find((slot) => slot.entry.path === entry.path);
    return { entry, source: old?.source, loaded: old?.loaded, problem: undefined };
  }

  /** Never rejects. */
  async #load(slot: Slot, rank: number | undefined): Promise<void> {
    const { registry, log, config, folder } = this.#deps;
    const old = slot.loaded;
    let fresh: LoadedPlugin | undefined;
    try {
      slot.source = await findPlugin(slot.entry.path, folder());
      this.#refuseTakenId(slot.source.id, slot);
      fresh = await LoadedPlugin.load(slot.source, {
        registry,
        log,
        config: config(),
        options: slot.entry.options,
        place: `plugins[${this.#slots.indexOf(slot)}]`,
        rank: rank ?? this.#slots.indexOf(slot),
        clock: this.#clock,
        withinMs: this.#deps.loadWithinMs ?? LOAD_WITHIN_MS,
      });
      fresh.replace(old);
      slot.loaded = fresh;
      slot.problem = undefined;
      if (old) await this.#retire(old);
      log.info({ plugin: slot.source.id, registered: fresh.registered }, "a plugin is loaded");
    } catch (error) {
      slot.problem = toPluginError(error);
      const fields = { error, plugin: infoOf(slot).id, path: slot.entry.path };
      const what = old
        ? "a plugin cannot be loaded again, the version that runs stays"
        : "a plugin cannot be loaded, the others go on";
      log.error(fields, what);
      await fresh?.end(0);
    }
  }

  #refuseTakenId(id: string, slot: Slot): void {
    const other = this.#slots.find((one) => {
      const isMeant = one.loaded?.id === id || (one.source?.id === id && one.problem === undefined);
      return one !== slot && one.entry.enabled && isMeant;
    });
    const isBuiltIn = this.#deps.taken?.includes(id) ?? false;
    if (other === undefined && !isBuiltIn) return;
    const owner = other === undefined ? "a part of the gateway" : other.entry.path;
    throw new PluginError(
      `the id ${id} is taken by ${owner}`,
      'Give the plugin another "id" in its manifest, or its folder another name.',
    );
  }

  async #unload(slot: Slot): Promise<void> {
    const { loaded } = slot;
    if (!loaded) return;
    slot.loaded = undefined;
    await this.#retire(loaded);
    this.#deps.log.info({ plugin: loaded.id }, "a plugin is unloaded");
  }

  /** What it registered is gone at once. Calls to it may go on for a while: nobody but `stop` waits for those. */
  async #retire(old: LoadedPlugin): Promise<void> {
    const { isBusy } = old;
    const graceMs = this.#hard.signal.aborted ? 0 : (this.#deps.graceMs ?? GRACE_MS);
    const retired = old.end(graceMs, this.#hard.signal).finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
    if (!isBusy) await retired;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}

const isSame = (one: PluginEntry, other: PluginEntry) => Bun.deepEquals(one, other);

function infoOf({ entry, source, loaded, problem }: Slot): PluginInfo {
  return {
    id: loaded?.id ?? source?.id ?? guessId(entry.path),
    version: source?.version,
    path: entry.path,
    main: source?.main,
    state: stateOf(entry, loaded),
    problem: problem?.message,
    fix: problem?.fix,
    registered: loaded?.registered ?? [],
    strays: loaded?.strays,
  };
}

function stateOf({ enabled }: PluginEntry, loaded: LoadedPlugin | undefined): PluginInfo["state"] {
  if (!enabled) return "disabled";
  return loaded === undefined ? "failed" : "running";
}

/** Of a plugin that was not found. */
function guessId(path: string): string {
  const name = basename(path, extname(path));
  return name === "index" ? basename(dirname(path)) : name;
}

function toPluginError(error: unknown): PluginError {
  if (error instanceof PluginError) return error;
  return new PluginError(error instanceof Error ? error.message : String(error), undefined, error);
}
