import type { Channel } from "../core/channel.ts";
import type { HookContext, HookRunner } from "../core/hooks.ts";
import type { OutboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";

export type Checked =
  { readonly allowed: true; readonly message: OutboundMessage } | { readonly allowed: false };

/** Where `message_sending` runs, for answers and for everything else we say: it may change or stop a message. */
export async function checkOutgoing(
  message: OutboundMessage,
  session: SessionKey,
  channel: Channel,
  hooks: HookRunner,
): Promise<Checked> {
  const sending: HookContext<"message_sending"> = { sessionKey: session, message, channel: channel.name };
  const block = await hooks.run("message_sending", sending);
  return block ? { allowed: false } : { allowed: true, message: sending.message };
}
