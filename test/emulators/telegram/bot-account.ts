import type { BotCommand, MenuButton, User, UserFromGetMe } from "@grammyjs/types";
import type { UpdateQueue } from "./update-queue.ts";

export interface BotOptions {
  readonly username: string;
  readonly name?: string;
  readonly token?: string;
  /** Whether the bot sees in groups only what is meant for it. On by default, as at BotFather's. */
  readonly privacyMode?: boolean;
  /** Whether private chats with the bot have topics. */
  readonly hasTopics?: boolean;
}

export interface Webhook {
  readonly url: string;
  readonly secret: string | undefined;
  readonly maxConnections: number;
  lastErrorMs?: number;
  lastError?: string;
}

/** One bot: its token, its settings, and what waits for it. */
export class BotAccount {
  readonly id: number;
  readonly token: string;
  readonly username: string;
  readonly name: string;
  privacyMode: boolean;
  hasTopics: boolean;
  /** False once BotFather has revoked the token. */
  isTokenValid = true;
  readonly updates: UpdateQueue;
  /** By scope and language; see `commandKey`. */
  readonly commands = new Map<string, readonly BotCommand[]>();
  /** Where updates are sent to; undefined while the bot has to ask for them. */
  webhook: Webhook | undefined;
  webhookSetAtMs: number | undefined;
  readonly menuButtons = new Map<number | "default", MenuButton>();

  constructor(id: number, options: BotOptions, updates: UpdateQueue) {
    this.id = id;
    this.token = options.token ?? `${id}:AAF${"stand-in-token-of-a-bot".padEnd(32, "x")}`;
    this.username = options.username;
    this.name = options.name ?? options.username;
    this.privacyMode = options.privacyMode ?? true;
    this.hasTopics = options.hasTopics ?? false;
    this.updates = updates;
  }

  asUser(): User {
    return { id: this.id, is_bot: true, first_name: this.name, username: this.username } satisfies User;
  }

  asMe(): UserFromGetMe {
    return {
      id: this.id,
      is_bot: true,
      first_name: this.name,
      username: this.username,
      can_join_groups: true,
      can_read_all_group_messages: !this.privacyMode,
      supports_guest_queries: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: this.hasTopics,
      allows_users_to_create_topics: this.hasTopics,
      can_manage_bots: false,
      supports_join_request_queries: false,
    } satisfies UserFromGetMe;
  }
}
