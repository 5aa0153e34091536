import type { HookContext, HookRunner } from "../core/hooks.ts";
import type { InboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";

type Heard = HookContext<"message_received">;

/** A message as hooks leave it, or why one of them does not let it pass. */
export type Hearing = { readonly heard: Heard } | { readonly heard: Heard; readonly blocked: string };

/** Lets hooks look at what somebody who may write has written: when it comes, and again when it is changed. */
export async function hear(
  message: InboundMessage,
  sessionKey: SessionKey,
  hooks: HookRunner,
): Promise<Hearing> {
  const heard: Heard = { sessionKey, message, channel: message.address.channel };
  const block = await hooks.run("message_received", heard);
  return block ? { heard, blocked: block.block } : { heard };
}
