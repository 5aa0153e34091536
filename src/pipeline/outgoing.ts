import type { Channel } from "../core/channel.ts";
import type { HookContext, HookRunner } from "../core/hooks.ts";
import type { OutboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";

export type Checked =
  { readonly allowed: true; readonly message: OutboundMessage } | { readonly allowed: false };

/**
 * Where `message_sending` runs, for answers and for everything else we say: it may change or stop a
 * message. A guard that failed to answer makes it the short notice `withheld`: silence is never an accident.
 */
export async function checkOutgoing(
  message: OutboundMessage,
  session: SessionKey,
  channel: Channel,
  hooks: HookRunner,
  withheld: string,
): Promise<Checked> {
  const sending: HookContext<"message_sending"> = { sessionKey: session, message, channel: channel.name };
  const block = await hooks.run("message_sending", sending);
  if (block?.failed) return { allowed: true, message: { kind: "text", markdown: withheld } };
  return block ? { allowed: false } : { allowed: true, message: sending.message };
}
