import type { Api } from "grammy";
import type { ChatFullInfo, ChatMember, File, Update, UserFromGetMe, WebhookInfo } from "grammy/types";
import { signalFor } from "../outgoing/api.ts";
import type { UpdateKind } from "./allowed-updates.ts";

export interface WebhookWish {
  readonly url: string;
  readonly secret: string;
  readonly kinds: readonly UpdateKind[];
}

/** What is asked of Telegram to hear of messages. Each is one call, and rejects as `createApi` says. */
export interface BotCalls {
  getMe(signal?: AbortSignal): Promise<UserFromGetMe>;
  getUpdates(
    asked: { readonly offset?: number; readonly limit: number; readonly timeout: number },
    kinds: readonly UpdateKind[],
    signal: AbortSignal,
  ): Promise<readonly Update[]>;
  getWebhookInfo(signal?: AbortSignal): Promise<WebhookInfo>;
  setWebhook(wish: WebhookWish, signal: AbortSignal): Promise<void>;
  /** What waits is kept. */
  deleteWebhook(signal: AbortSignal): Promise<void>;
  answerCallbackQuery(query: string, signal?: AbortSignal): Promise<void>;
  getChat(chat: string, signal?: AbortSignal): Promise<ChatFullInfo>;
  getChatMember(chat: string, user: number, signal?: AbortSignal): Promise<ChatMember>;
  getFile(file: string, signal: AbortSignal): Promise<File>;
}

const forGrammy = (signal?: AbortSignal) => signal && signalFor(signal);

/** The calls, through grammY. */
export function botCalls(api: Api): BotCalls {
  return {
    getMe: (signal) => api.getMe(forGrammy(signal)),
    getUpdates: (asked, kinds, signal) =>
      api.getUpdates({ ...asked, allowed_updates: kinds }, forGrammy(signal)),
    getWebhookInfo: (signal) => api.getWebhookInfo(forGrammy(signal)),
    setWebhook: async ({ url, secret, kinds }, signal) => {
      await api.setWebhook(url, { secret_token: secret, allowed_updates: kinds }, forGrammy(signal));
    },
    deleteWebhook: async (signal) => {
      await api.deleteWebhook({ drop_pending_updates: false }, forGrammy(signal));
    },
    answerCallbackQuery: async (query, signal) => {
      await api.answerCallbackQuery(query, {}, forGrammy(signal));
    },
    getChat: (chat, signal) => api.getChat(chat, forGrammy(signal)),
    getChatMember: (chat, user, signal) => api.getChatMember(chat, user, forGrammy(signal)),
    getFile: (file, signal) => api.getFile(file, forGrammy(signal)),
  };
}
