import { NameTakenError } from "../core/errors.ts";
import type { Logger } from "../lib/logger.ts";

/** Something registered under a name, and the plugin it came from. */
export interface Registration<T> {
  readonly name: string;
  readonly value: T;
  readonly owner: string;
}

/**
 * Told of what comes and goes. `added` may throw: the addition is then refused with that error. What
 * `removed` returns is waited for by {@link Registrations.settled}.
 */
export interface RegistrationWatcher<T> {
  added?(entry: Registration<T>): void;
  removed?(entry: Registration<T>): void | Promise<void>;
}

/** What is registered of one kind, by name, in the order in which it was added. */
export class Registrations<T> {
  readonly #kind: string;
  readonly #log: Logger;
  readonly #entries = new Map<string, Registration<T>>();
  readonly #watchers = new Set<RegistrationWatcher<T>>();
  readonly #endings = new Set<Promise<void>>();

  /** `kind` is what error messages call it: `tool`, `command`. */
  constructor(kind: string, log: Logger) {
    this.#kind = kind;
    this.#log = log;
  }

  /** Adds until the result is disposed. Throws {@link NameTakenError}, which names who has the name. */
  add(name: string, value: T, owner: string): Disposable {
    const taken = this.#entries.get(name);
    if (taken) throw new NameTakenError(`the ${this.#kind} ${name} is already registered by ${taken.owner}`);
    const entry: Registration<T> = { name, value, owner };
    this.#entries.set(name, entry);
    try {
      for (const watcher of this.#watchers) watcher.added?.(entry);
    } catch (error) {
      this.#remove(entry);
      throw error;
    }
    return { [Symbol.dispose]: () => this.#remove(entry) };
  }

  get(name: string): T | undefined {
    return this.#entries.get(name)?.value;
  }

  /** Who registered `name`. */
  ownerOf(name: string): string | undefined {
    return this.#entries.get(name)?.owner;
  }

  get entries(): readonly Registration<T>[] {
    return [...this.#entries.values()];
  }

  get values(): readonly T[] {
    return this.entries.map((entry) => entry.value);
  }

  /** Tells `watcher` of what is there, and of every change from now on, until the result is disposed. */
  watch(watcher: RegistrationWatcher<T>): Disposable {
    for (const entry of this.entries) {
      try {
        watcher.added?.(entry);
      } catch (error) {
        const fields = { error, plugin: entry.owner, kind: this.#kind, name: entry.name };
        this.#log.error(fields, "something that was registered cannot be used and is taken back");
        this.#remove(entry);
      }
    }
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  /** Resolves once everything that follows from removals has happened. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#endings);
  }

  #remove(entry: Registration<T>): void {
    if (this.#entries.get(entry.name) !== entry) return;
    this.#entries.delete(entry.name);
    for (const watcher of this.#watchers) {
      const ending = this.#tell(watcher, entry).finally(() => this.#endings.delete(ending));
      this.#endings.add(ending);
    }
  }

  async #tell(watcher: RegistrationWatcher<T>, entry: Registration<T>): Promise<void> {
    try {
      await watcher.removed?.(entry);
    } catch (error) {
      const fields = { error, plugin: entry.owner, kind: this.#kind, name: entry.name };
      this.#log.error(fields, "something that was taken back did not end cleanly");
    }
  }
}
