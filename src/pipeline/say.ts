import type { Channel } from "../core/channel.ts";
import { RequestError } from "../core/errors.ts";
import type { Address } from "../core/message.ts";
import { routeTo, type SessionRouter } from "../core/session-router.ts";
import { addressOf, parseTarget } from "../core/target.ts";
import type { Pipeline } from "./pipeline.ts";

/**
 * Says `text` in the chat that `to` names, as the gateway: for the CLI and whoever has the gateway's own
 * credential. The same `idempotencyKey` says it once. Throws `RequestError` for a target that is none.
 */
export async function sayTo(
  to: string,
  text: string,
  idempotencyKey: string,
  channelFor: (to: Pick<Address, "channel" | "account">) => Channel | undefined,
  { post, router }: Pick<Pipeline, "post"> & { readonly router: SessionRouter },
): Promise<{ key: string }> {
  const target = parseTarget(to);
  const channel = channelFor(target);
  if (!channel) {
    throw new RequestError(
      "NOT_FOUND",
      `There is no channel ${target.channel} with the account ${target.account}.`,
    );
  }
  const address = addressOf(target, channel);
  const { session } = routeTo(address, channel, router);
  const key = `said/${Bun.hash.wyhash(`${session}\n${idempotencyKey}`).toString(36)}`;
  const isPosted = await post({
    to: address,
    session,
    message: { kind: "text", markdown: text },
    key,
  });
  if (!isPosted) throw new RequestError("FORBIDDEN", "A plugin withheld this message.");
  return { key };
}
