import { signal } from "@preact/signals";
import { LostRequest, RefusedRequest } from "../wire/connection.ts";
import type { AttachmentName, WireError } from "../wire/frames.ts";
import { fieldsOf, readError, stringOf } from "../wire/read.ts";
import type { FileShelf, OutgoingFile } from "./file-shelf.ts";
import { type KeyValueStore, readJson } from "./storage.ts";

/** A message that the gateway has not acknowledged yet. */
export interface OutboxEntry {
  /** Sent as `idempotencyKey`: however often it goes out, the gateway takes it once. */
  readonly key: string;
  readonly sessionKey: string;
  readonly text: string;
  readonly atMs: number;
  readonly attachments: readonly AttachmentName[];
  readonly state: "waiting" | "sending" | "failed";
  /** Why it failed, or why it has to wait although there is a connection. */
  readonly error?: WireError;
}

/** Hands one message to the gateway; resolves when it is acknowledged. */
export type Deliver = (entry: OutboxEntry, files: readonly OutgoingFile[]) => Promise<void>;

const PREFIX = "outbox.";
const RETRIES = 3;
const RETRY_AFTER_MS = 2_000;

/**
 * What was written and not yet acknowledged, kept in the browser's storage until it is. One
 * storage key per message, so that tabs do not write over each other.
 */
export class Outbox {
  readonly entries = signal<readonly OutboxEntry[]>([]);
  readonly #store: KeyValueStore;
  readonly #shelf: FileShelf;
  readonly #deliver: Deliver;
  readonly #senders = new Map<string, Promise<void>>();

  constructor(store: KeyValueStore, shelf: FileShelf, deliver: Deliver) {
    this.#store = store;
    this.#shelf = shelf;
    this.#deliver = deliver;
    this.reload();
  }

  /** Reads the storage again: another tab may have added something. Returns the conversations of what it sent. */
  reload(): readonly string[] {
    const known = new Map(this.entries.value.map((entry) => [entry.key, entry]));
    const kept = this.#store
      .keys()
      .filter((key) => key.startsWith(PREFIX))
      .flatMap((key) => {
        const entry = readEntry(readJson(this.#store, key), key.slice(PREFIX.length));
        return entry ? [known.get(entry.key) ?? entry] : [];
      });
    this.entries.value = kept.toSorted((a, b) => a.atMs - b.atMs);
    const keys = new Set(kept.map((entry) => entry.key));
    const gone = [...known.values()].filter((entry) => !keys.has(entry.key));
    return [...new Set(gone.map((entry) => entry.sessionKey))];
  }

  /** Keeps a message, then sends what can be sent. */
  async add(entry: Omit<OutboxEntry, "state">, files: readonly OutgoingFile[]): Promise<void> {
    const waiting: OutboxEntry = { ...entry, state: "waiting" };
    // Files first: a message that is kept without them could not be sent after a reload.
    if (files.length > 0) await this.#shelf.put(entry.key, files);
    this.#keep(waiting);
    this.entries.value = [...this.entries.value, waiting];
    this.flush();
  }

  /** Tries a failed message again, under the same key. */
  retry(key: string): void {
    this.#change(key, { state: "waiting" });
    this.flush();
  }

  remove(key: string): void {
    this.#store.remove(PREFIX + key);
    this.entries.value = this.entries.value.filter((entry) => entry.key !== key);
    void this.#shelf.remove(key);
  }

  /** Sends what waits: one at a time and in order within a conversation. */
  flush(): void {
    const sessions = new Set(this.entries.value.filter(isWaiting).map((entry) => entry.sessionKey));
    for (const session of sessions) {
      if (this.#senders.has(session)) continue;
      const sender = this.#sendAll(session).finally(() => this.#senders.delete(session));
      this.#senders.set(session, sender);
    }
  }

  /** Resolves when nothing of this conversation is on its way. Never rejects. */
  async settled(session: string): Promise<void> {
    await this.#senders.get(session);
  }

  /** Never rejects: what cannot be sent stays, and says why. */
  async #sendAll(session: string): Promise<void> {
    for (let retries = 0; ;) {
      const next = this.entries.value.find((entry) => entry.sessionKey === session && isWaiting(entry));
      if (!next) return;
      const outcome = await this.#sendOne(next);
      if (outcome === "offline") return;
      if (outcome === "again") {
        if (retries++ === RETRIES)
          this.#change(next.key, { state: "failed", error: this.#errorOf(next.key) });
        else await pause(Math.max(this.#errorOf(next.key)?.retryAfterMs ?? 0, RETRY_AFTER_MS * retries));
      } else retries = 0;
    }
  }

  async #sendOne(entry: OutboxEntry): Promise<"settled" | "offline" | "again"> {
    this.#change(entry.key, { state: "sending" });
    try {
      const files = entry.attachments.length > 0 ? await this.#shelf.get(entry.key) : [];
      if (!files) throw new RefusedRequest({ code: "FILES_LOST", message: "", retryable: false });
      await this.#deliver(entry, files);
      this.remove(entry.key);
      return "settled";
    } catch (reason) {
      if (reason instanceof RefusedRequest) return this.#refused(entry.key, reason.error);
      this.#change(entry.key, { state: "waiting" });
      if (!(reason instanceof LostRequest)) throw reason;
      return "offline";
    }
  }

  #refused(key: string, error: WireError): "settled" | "again" {
    this.#change(key, { state: error.retryable ? "waiting" : "failed", error });
    return error.retryable ? "again" : "settled";
  }

  #errorOf(key: string): WireError | undefined {
    return this.entries.value.find((entry) => entry.key === key)?.error;
  }

  #change(key: string, change: { state: OutboxEntry["state"]; error?: WireError | undefined }): void {
    this.entries.value = this.entries.value.map((entry) => {
      if (entry.key !== key) return entry;
      const { error: _error, ...rest } = entry;
      const changed = { ...rest, state: change.state, ...(change.error ? { error: change.error } : {}) };
      this.#keep(changed);
      return changed;
    });
  }

  #keep({ key, ...entry }: OutboxEntry): void {
    this.#store.set(PREFIX + key, JSON.stringify(entry));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const isWaiting = (entry: OutboxEntry) => entry.state === "waiting";

function readEntry(value: unknown, key: string): OutboxEntry | undefined {
  const fields = fieldsOf(value);
  const sessionKey = stringOf(fields["sessionKey"]);
  const text = stringOf(fields["text"]);
  if (!sessionKey || text === undefined) return undefined;
  const attachments = Array.isArray(fields["attachments"]) ? fields["attachments"] : [];
  return {
    key,
    sessionKey,
    text,
    atMs: typeof fields["atMs"] === "number" ? fields["atMs"] : 0,
    attachments: attachments.map((item) => {
      const { name, mimeType } = fieldsOf(item);
      return { name: stringOf(name) ?? "", mimeType: stringOf(mimeType) ?? "" };
    }),
    // What was on its way when the page went away has to go out again.
    state: fields["state"] === "failed" ? "failed" : "waiting",
    ...(fields["error"] ? { error: readError(fields["error"]) } : {}),
  };
}
