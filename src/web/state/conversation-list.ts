import { signal } from "@preact/signals";
import type { SessionSummary } from "../wire/frames.ts";
import { fieldsOf, stringOf } from "../wire/read.ts";
import { type KeyValueStore, readJson } from "./storage.ts";

/** A conversation as the sidebar shows it. */
export interface Listed {
  readonly key: string;
  /** Empty until somebody said something in it that we know of. */
  readonly title: string;
  /** Given by the person, so it never changes by itself. */
  readonly isNamed: boolean;
  readonly activeAtMs: number;
}

const KEY = "conversations";
const FORGOTTEN_KEY = "forgotten";
const OURS = /^agent:[^:]+:webchat:dm:[A-Za-z0-9_-]+$/;
const MAIN = "agent:main:webchat:dm:";
const TITLE_LENGTH = 48;

/** The session key of a conversation's id, as it stands in the address bar. */
export function keyOfId(id: string): string | undefined {
  const key = id.includes(":") ? id : MAIN + id;
  return OURS.test(key) ? key : undefined;
}

/** The session key of a new conversation with `agent`. */
export const keyWith = (agent: string, id: string): string => `agent:${agent}:webchat:dm:${id}`;

export function idOfKey(key: string): string {
  return key.startsWith(MAIN) ? key.slice(MAIN.length) : key;
}

/** The first words of a message, as a title. */
export function titleOf(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const characters = Array.from(line);
  if (characters.length <= TITLE_LENGTH) return line;
  const cut = characters.slice(0, TITLE_LENGTH).join("");
  // Between words where there are any; Chinese has none to wait for.
  const space = cut.lastIndexOf(" ");
  return `${space > TITLE_LENGTH / 2 ? cut.slice(0, space) : cut}…`;
}

/** The person's conversations, newest first, kept in this browser and shared between its tabs. */
export class ConversationList {
  readonly listed = signal<readonly Listed[]>([]);
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
    this.reload();
  }

  /** Reads the storage again: another tab may have written. */
  reload(): void {
    const value = readJson(this.#store, KEY);
    this.listed.value = (Array.isArray(value) ? value : []).flatMap(readListed).toSorted(newestFirst);
  }

  find(key: string): Listed | undefined {
    return this.listed.value.find((listed) => listed.key === key);
  }

  /** Notes that something was said; the first words become the title if there is none. */
  touch(key: string, text: string | undefined, nowMs: number): void {
    const known = this.find(key) ?? { key, title: "", isNamed: false, activeAtMs: 0 };
    const title = known.title || titleOf(text ?? "");
    this.#write([{ ...known, title, activeAtMs: Math.max(known.activeAtMs, nowMs) }], []);
    this.#remember(key);
  }

  /** Gives a title where there is none yet. */
  entitle(key: string, text: string): void {
    const known = this.find(key);
    if (known && !known.title && text.trim()) this.#write([{ ...known, title: titleOf(text) }], []);
  }

  rename(key: string, title: string): void {
    const known = this.find(key);
    const name = title.trim();
    if (known && name) this.#write([{ ...known, title: name, isNamed: true }], []);
  }

  /** Takes a conversation off this browser's list. The gateway keeps what was said. */
  forget(key: string): void {
    this.#store.set(FORGOTTEN_KEY, JSON.stringify([...this.#forgotten(), key].slice(-500)));
    this.#write([], [key]);
  }

  /** Adds the gateway's own conversations with people on this page, but none that was taken off. */
  merge(sessions: readonly SessionSummary[]): void {
    const forgotten = new Set(this.#forgotten());
    const changed = sessions
      .filter((session) => OURS.test(session.key) && !forgotten.has(session.key))
      .flatMap((session): Listed[] => {
        const known = this.find(session.key);
        if (known && known.activeAtMs >= session.lastActiveAtMs) return [];
        return [
          { title: "", isNamed: false, ...known, key: session.key, activeAtMs: session.lastActiveAtMs },
        ];
      });
    if (changed.length > 0) this.#write(changed, []);
  }

  #forgotten(): readonly string[] {
    const value = readJson(this.#store, FORGOTTEN_KEY);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  }

  #remember(key: string): void {
    const forgotten = this.#forgotten();
    if (!forgotten.includes(key)) return;
    this.#store.set(FORGOTTEN_KEY, JSON.stringify(forgotten.filter((other) => other !== key)));
  }

  #write(changed: readonly Listed[], gone: readonly string[]): void {
    this.reload();
    const replaced = new Set([...changed.map((listed) => listed.key), ...gone]);
    const rest = this.listed.value.filter((listed) => !replaced.has(listed.key));
    this.listed.value = [...changed, ...rest].toSorted(newestFirst);
    this.#store.set(KEY, JSON.stringify(this.listed.value));
  }
}

const newestFirst = (a: Listed, b: Listed) => b.activeAtMs - a.activeAtMs;

function readListed(value: unknown): Listed[] {
  const fields = fieldsOf(value);
  const key = stringOf(fields["key"]);
  if (!key || !OURS.test(key)) return [];
  return [
    {
      key,
      title: stringOf(fields["title"]) ?? "",
      isNamed: fields["isNamed"] === true,
      activeAtMs: typeof fields["activeAtMs"] === "number" ? fields["activeAtMs"] : 0,
    },
  ];
}
