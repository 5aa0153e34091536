import type { FeishuApi } from "../outgoing/api.ts";
import type { FetchedMessage } from "./wire.ts";

/** The bot of an app. */
export interface BotInfo {
  readonly open_id: string;
  readonly app_name: string;
}

/** How an app is told of things, as the developer console has it. */
export interface AppInfo {
  readonly event?: { readonly subscription_type?: string; readonly subscribed_events?: readonly string[] };
  readonly callback?: { readonly callback_type?: string; readonly subscribed_callbacks?: readonly string[] };
}

/** A permission, and whether the app has it. */
export interface ScopeInfo {
  readonly scope_name?: string;
  /** 1: granted. */
  readonly grant_status?: number;
}

/** What is asked of Feishu to make sense of what it tells. Each is one call, and rejects as `FeishuApi` does. */
export interface AppCalls {
  bot(signal?: AbortSignal): Promise<BotInfo>;
  /** A message, and behind it those that it forwards together. */
  message(id: string, signal?: AbortSignal): Promise<readonly FetchedMessage[]>;
  /** What somebody is called; undefined where the app may not know. */
  personName(openId: string, signal?: AbortSignal): Promise<string | undefined>;
  /** `p2p`, `group` or `topic`, and what the chat is called. */
  chat(id: string, signal?: AbortSignal): Promise<{ readonly chat_mode?: string; readonly name?: string }>;
  /** Needs a permission that nothing else does. */
  app(signal?: AbortSignal): Promise<AppInfo>;
  scopes(signal?: AbortSignal): Promise<readonly ScopeInfo[]>;
  /** A token for a download. */
  token(signal?: AbortSignal): Promise<string>;
}

const IM = "/open-apis/im/v1";

/** The calls, through the client that sends as well. */
export function appCalls(api: Pick<FeishuApi, "call" | "token">, appId: string): AppCalls {
  return {
    bot: async (signal) => {
      const path = "/open-apis/bot/v3/info";
      return (await api.call<{ readonly bot: BotInfo }>({ method: "GET", path, signal })).bot;
    },
    message: async (id, signal) => {
      const path = `${IM}/messages/${encodeURIComponent(id)}`;
      const answer = await api.call<{ readonly items?: readonly FetchedMessage[] }>({
        method: "GET",
        path,
        query: { user_id_type: "open_id" },
        signal,
      });
      return answer.items ?? [];
    },
    personName: async (openId, signal) => {
      const path = `/open-apis/contact/v3/users/${encodeURIComponent(openId)}`;
      const query = { user_id_type: "open_id" };
      const answer = await api.call<{ readonly user?: { readonly name?: string } }>({
        method: "GET",
        path,
        query,
        signal,
      });
      return answer.user?.name;
    },
    chat: (id, signal) => api.call({ method: "GET", path: `${IM}/chats/${encodeURIComponent(id)}`, signal }),
    app: async (signal) => {
      const path = `/open-apis/application/v6/applications/${encodeURIComponent(appId)}`;
      const query = { lang: "en_us" };
      return (await api.call<{ readonly app: AppInfo }>({ method: "GET", path, query, signal })).app;
    },
    scopes: async (signal) => {
      const path = "/open-apis/application/v6/scopes";
      const answer = await api.call<{ readonly scopes?: readonly ScopeInfo[] }>({
        method: "GET",
        path,
        signal,
      });
      return answer.scopes ?? [];
    },
    token: (signal) => api.token(signal),
  };
}
