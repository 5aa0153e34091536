import type { Update } from "@grammyjs/types";
import { ApiFailure, badRequest } from "../api-failure.ts";
import type { BotAccount } from "../bot-account.ts";
import type { UpdateKind } from "../update-queue.ts";
import type { Methods } from "./visit.ts";

const WEBHOOK_SET =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

export const updateMethods: Methods<"getMe" | "getUpdates" | "getFile"> = {
  getMe: ({ bot }) => bot.asMe(),

  getUpdates: async ({ bot, gone }, args) => {
    if (bot.webhook) throw new ApiFailure(409, WEBHOOK_SET);
    setAllowed(bot, args.allowed_updates);
    const found = await bot.updates.poll(args, gone);
    return found.map(({ update }): Update => update);
  },

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
};

const MOST_DOWNLOADED = 20 * 1024 * 1024;
const LINK_MS = 3_600_000;

/** Takes over which updates a bot wants; an empty list is the default set again, none leaves what was. */
export function setAllowed(bot: BotAccount, allowed: readonly UpdateKind[] | undefined): void {
  if (allowed) bot.updates.allowed = allowed.length === 0 ? undefined : new Set(allowed);
}
