import { z } from "zod";
import type { Reply } from "../../common/http-server.ts";
import { ApiFailure } from "../api-failure.ts";
import { ALL_SCOPES } from "../scopes.ts";
import { route } from "../route.ts";

const GRANTED = 1;
const NOT_GRANTED = 2;

export const APPLICATION_ROUTES = [
  route({
    name: "bot.info",
    verb: "GET",
    path: "/open-apis/bot/v3/info",
    serve: ({ app }): Reply => {
      const bot = {
        activate_status: app.isPublished ? 2 : 0,
        app_name: app.name,
        avatar_url: "",
        ip_white_list: [],
        open_id: app.openId,
      };
      // An old address: the bot stands beside the code, in no `data`.
      return { status: 200, body: JSON.stringify({ code: 0, msg: "ok", bot }) };
    },
  }),
  route({
    name: "application.scope.list",
    verb: "GET",
    path: "/open-apis/application/v6/scopes",
    serve: ({ app }) => ({
      scopes: [...new Set([...ALL_SCOPES, ...app.scopes])].map((name) => ({
        scope_name: name,
        grant_status: app.scopes.has(name) ? GRANTED : NOT_GRANTED,
        scope_type: "tenant",
      })),
    }),
  }),
  route({
    name: "application.application.get",
    verb: "GET",
    path: "/open-apis/application/v6/applications/:app_id",
    scopes: ["application:application:self_manage", "admin:app.info:readonly"],
    query: z.strictObject({ lang: z.string(), user_id_type: z.string().optional() }),
    serve: ({ app, path }) => {
      if (path("app_id") !== app.appId && path("app_id") !== "me") {
        throw new ApiFailure(210508, "no permission for this app");
      }
      const [events, callbacks] = [false, true].map((isCallback) =>
        [...app.subscriptions].filter((type) => (type === "card.action.trigger") === isCallback),
      );
      const way = app.webhook ? "webhook" : "websocket";
      const url = app.webhook?.url ?? "";
      return {
        app: {
          app_id: app.appId,
          app_name: app.name,
          status: app.isPublished ? 1 : 0,
          scopes: [...app.scopes].map((scope) => ({ scope, description: "", token_types: ["tenant"] })),
          event: { subscription_type: way, request_url: url, subscribed_events: events },
          callback: { callback_type: way, request_url: url, subscribed_callbacks: callbacks },
        },
      };
    },
  }),
];
