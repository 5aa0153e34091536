import type { GatewayPluginApi } from "../../types.ts";
import type { DiscordSection } from "./config.ts";

/** Discord bots. What it takes to speak to Discord is loaded only for those who have a bot. */
export default async function discord(api: GatewayPluginApi): Promise<void> {
  const { addAccounts } = await import("./accounts.ts");
  // The section has passed the channel's own schema.
  await addAccounts(api, api.options as DiscordSection);
}
