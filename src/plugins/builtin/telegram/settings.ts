import { groupSettings, type PlacedSettings, privateSettings, sectionOf } from "../../chat-rules.ts";
import type { Address, Logger } from "../../types.ts";
import type { TelegramAccount } from "./config.ts";
import { isPrivate } from "./incoming/places.ts";

const GROUPS_KEY = "channels.telegram.groups";

/** How the configuration wants the chats of one account to be treated. */
export class Settings {
  readonly #account: TelegramAccount;
  readonly #log: Logger;
  readonly #inexact = new Set<string>();

  constructor(account: TelegramAccount, log: Logger) {
    this.#account = account;
    this.#log = log;
  }

  /** A topic in a private chat is as private as the chat. */
  of({ chat, thread }: Pick<Address, "chat" | "thread">): PlacedSettings {
    if (isPrivate(chat)) return privateSettings(this.#account);
    const group = this.#groupOf(chat);
    const topic = thread === undefined ? undefined : group && sectionOf(group.topics, [thread])?.section;
    return groupSettings(this.#account, [...(group ? [group] : []), ...(topic ? [topic] : [])], GROUPS_KEY);
  }

  /** The section of a group, under its id or what people take for it: without `-100`, or without the minus. */
  #groupOf(chat: string) {
    const found = sectionOf(this.#account.groups, keysFor(chat));
    if (found === undefined) return undefined;
    if (found.key !== chat && found.key !== "*") this.#warn(found.key, chat);
    return found.section;
  }

  #warn(key: string, id: string): void {
    if (this.#inexact.has(key)) return;
    this.#inexact.add(key);
    this.#log.warn(
      { key: `${GROUPS_KEY}.${key}`, id },
      "a group is not listed under its exact id: put this id there",
    );
  }
}

/** The keys under which the group `chat` may be listed, the exact one first. */
export function keysFor(chat: string): readonly string[] {
  const supergroup = /^-100(\d+)$/.exec(chat)?.[1];
  return [chat, ...(supergroup === undefined ? [] : [supergroup]), chat.replace(/^-/, "")];
}

/** The ids that a key of `groups` may stand for, the likeliest first. */
export function idsFor(key: string): readonly string[] {
  return /^\d+$/.test(key) ? [`-100${key}`, `-${key}`] : [key];
}
