import type { GatewayPluginApi } from "../../types.ts";
import type { TelegramSection } from "./config.ts";

/** Telegram bots. What it takes to speak to Telegram is loaded only for those who have a bot. */
export default async function telegram(api: GatewayPluginApi): Promise<void> {
  const { addAccounts } = await import("./accounts.ts");
  // The section has passed the channel's own schema.
  await addAccounts(api, api.options as TelegramSection);
}
