import type { GatewayPluginApi } from "../../types.ts";
import type { FeishuSection } from "./config.ts";

/** Feishu and Lark apps. What it takes to speak to them is loaded only for an account that can use it. */
export default async function feishu(api: GatewayPluginApi): Promise<void> {
  const { addAccounts } = await import("./accounts.ts");
  // The section has passed the channel's own schema.
  await addAccounts(api, api.options as FeishuSection);
}
