import { groupSettings, type PlacedSettings, privateSettings, sectionOf } from "../../chat-rules.ts";
import type { Address } from "../../types.ts";
import type { FeishuAccount } from "./config.ts";
import { type GroupSessionScope, isPrivate } from "./places.ts";

const GROUPS_KEY = "channels.feishu.groups";

/** How the configuration wants the chats of one account to be treated. */
export class Settings {
  readonly #account: FeishuAccount;

  constructor(account: FeishuAccount) {
    this.#account = account;
  }

  of({ chat }: Pick<Address, "chat">): PlacedSettings {
    if (isPrivate(chat)) return privateSettings(this.#account);
    const group = this.#groupOf(chat);
    const settings = groupSettings(this.#account, group ? [group] : [], GROUPS_KEY);
    // Where topics are no conversations of their own, only what quotes a message of a topic gets into it.
    const isQuoteNeeded = this.scopeIn(chat) === "group" && settings.replyToMode === "first";
    const isWished = (group?.replyToMode ?? this.#account.replyToMode) !== undefined;
    return isQuoteNeeded && !isWished ? { ...settings, replyToMode: "all" } : settings;
  }

  /** What is one conversation in the group `chat`. */
  scopeIn(chat: string): GroupSessionScope {
    return this.#groupOf(chat)?.groupSessionScope ?? this.#account.groupSessionScope;
  }

  #groupOf(chat: string) {
    return sectionOf(this.#account.groups, [chat])?.section;
  }
}
