import { discordSchema } from "./discord/config.ts";
import { feishuSchema } from "./feishu/config.ts";
import { telegramSchema } from "./telegram/config.ts";
import { webchatSchema } from "./webchat-config.ts";

/** The sections of the built-in channels, handed to `loadConfig`. */
export const channelSchemas = {
  telegram: telegramSchema,
  discord: discordSchema,
  feishu: feishuSchema,
  webchat: webchatSchema,
};
