import type { Channel } from "../core/channel.ts";
import { RequestError } from "../core/errors.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, OutboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { DeliveryKey, OutboxLedger } from "../core/store.ts";
import { deliveriesOf } from "../delivery/deliveries-of.ts";
import { checkOutgoing } from "./outgoing.ts";
import type { Sentences } from "./sentences.ts";

export interface PostDeps {
  readonly outbox: OutboxLedger;
  readonly hooks: HookRunner;
  readonly channel: (to: Address) => Channel | undefined;
  readonly sentences: () => Sentences;
}

export interface Posting {
  readonly to: Address;
  readonly session: SessionKey;
  readonly message: OutboundMessage;
  /** Names the effect for ever: posting a known key says nothing again. */
  readonly key: DeliveryKey;
}

/**
 * The one way out for everyone but turns: the CLI, tools, schedules, plugins. Once it resolves the message is
 * durable and goes out once. False if a hook withheld it. Rejects with `RequestError` for an unknown channel.
 */
export async function post(posting: Posting, deps: PostDeps): Promise<boolean> {
  return (await postAs(posting, deps)) !== undefined;
}

/** The same, and what people read: hooks may have changed it. */
export async function postAs(
  { to, session, message, key }: Posting,
  deps: PostDeps,
): Promise<OutboundMessage | undefined> {
  const channel = deps.channel(to);
  if (!channel) {
    throw new RequestError("NOT_FOUND", `There is no channel ${to.channel} with the account ${to.account}.`);
  }
  const checked = await checkOutgoing(message, session, channel, deps.hooks, deps.sentences().withheld);
  if (!checked.allowed) return undefined;
  const keyOf = (part: number) => (part === 0 ? key : `${key}/${part}`);
  await deps.outbox.post(deliveriesOf(checked.message, { to, channel, session, keyOf }));
  return checked.message;
}
