import type { Update, WebhookInfo } from "@grammyjs/types";
import { ApiFailure, badRequest } from "../api-failure.ts";
import type { BotAccount } from "../bot-account.ts";
import type { Args } from "../fields.ts";
import type { UpdateKind } from "../update-queue.ts";
import type { Methods } from "./visit.ts";

const WEBHOOK_SET =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const MOST_DOWNLOADED = 20 * 1024 * 1024;
const LINK_MS = 3_600_000;
const WEBHOOK_PORTS = new Set(["", "80", "88", "443", "8443"]);

/** Who the bot is, how it gets its updates, and where it finds files. */
export const updateMethods: Methods<
  "getMe" | "getUpdates" | "setWebhook" | "deleteWebhook" | "getWebhookInfo" | "getFile" | "logOut" | "close"
> = {
  getMe: ({ bot }) => bot.asMe(),

  getUpdates: async ({ bot, gone }, args) => {
    if (bot.webhook) throw new ApiFailure(409, WEBHOOK_SET);
    setAllowed(bot, args.allowed_updates);
    const found = await bot.updates.poll(args, gone);
    return found.map(({ update }): Update => update);
  },

  setWebhook: ({ bot, world }, args) => {
    if (bot.webhookSetAtMs !== undefined && world.clock.now() - bot.webhookSetAtMs < 1000) {
      throw new ApiFailure(429, "Too Many Requests: retry after 1", { retry_after: 1 });
    }
    if (args.url !== "") checkWebhook(args);
    bot.webhookSetAtMs = world.clock.now();
    setAllowed(bot, args.allowed_updates);
    if (args.drop_pending_updates) bot.updates.clear();
    bot.webhook =
      args.url === ""
        ? undefined
        : { url: args.url, secret: args.secret_token, maxConnections: args.max_connections ?? 40 };
    if (bot.webhook) bot.updates.endPoll("setWebhook");
    bot.updates.announce();
    return true;
  },

  deleteWebhook: ({ bot }, { drop_pending_updates }) => {
    bot.webhook = undefined;
    if (drop_pending_updates) bot.updates.clear();
    return true;
  },

  getWebhookInfo: ({ bot }) => infoOf(bot),

  getFile: ({ world }, { file_id }) => {
    if (!file_id) throw badRequest("file_id not specified");
    const file = world.files.byId(file_id);
    if (!file) throw badRequest("wrong file_id or the file is temporarily unavailable");
    if (file.bytes.length > MOST_DOWNLOADED) throw badRequest("file is too big");
    world.files.link(file, world.clock.now() + LINK_MS);
    return {
      file_id,
      file_unique_id: file.uniqueId,
      file_size: file.bytes.length,
      file_path: file.path,
    };
  },

  logOut: () => true,

  close: () => true,
};

/** Takes over which updates a bot wants; an empty list is the default set again, none leaves what was. */
function setAllowed(bot: BotAccount, allowed: readonly UpdateKind[] | undefined): void {
  if (allowed) bot.updates.allowed = allowed.length === 0 ? undefined : new Set(allowed);
}

/** As the real server, but that plain HTTP to any port of this machine will do. */
function checkWebhook({ url, secret_token, max_connections = 40 }: Args<"setWebhook">): void {
  if (!URL.canParse(url)) throw badRequest("bad webhook: invalid URL specified");
  const { protocol, hostname, port } = new URL(url);
  const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  if (protocol !== "https:" && !isHere)
    throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  if (!isHere && !WEBHOOK_PORTS.has(port)) {
    throw badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
  if (secret_token !== undefined && !/^[\w-]{1,256}$/.test(secret_token)) {
    throw badRequest("secret token contains unallowed characters");
  }
  if (max_connections < 1 || max_connections > 100)
    throw badRequest("max_connections must be between 1 and 100");
}

function infoOf({ webhook, updates }: BotAccount): WebhookInfo {
  return {
    url: webhook?.url ?? "",
    has_custom_certificate: false,
    pending_update_count: updates.pendingCount,
    ...(webhook ? { max_connections: webhook.maxConnections, ip_address: "127.0.0.1" } : {}),
    ...(webhook?.lastError === undefined
      ? {}
      : {
          last_error_date: Math.floor((webhook.lastErrorMs ?? 0) / 1000),
          last_error_message: webhook.lastError,
        }),
    ...(updates.allowed ? { allowed_updates: [...updates.allowed] } : {}),
  };
}
