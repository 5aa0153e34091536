import type { Address } from "../core/message.ts";
import { routeTo } from "../core/session-router.ts";
import type { EventId } from "../core/store.ts";
import type { EventDeps } from "./act-on-event.ts";

/** The platform is asked who we are for this long. */
const ASK_MS = 5_000;

/** One line for a group that has just taken the bot in, if the bot listens there. */
export async function introduce(id: EventId, address: Address, deps: EventDeps): Promise<void> {
  const { router, config, sentences, post } = deps;
  const channel = deps.channel(address);
  const group = channel?.settings?.(address).access.group;
  if (!channel || !group?.isOpen) return;
  const name = await channel.probe?.(AbortSignal.timeout(ASK_MS)).catch((error: unknown) => {
    deps.log.warn({ error, channel: channel.name }, "the platform does not say who we are");
    return undefined;
  });
  const help = `\`${config().commands.prefix}help\``;
  const markdown = sentences().event.introduction({ name, needsMention: group.requireMention, help });
  await post({
    to: address,
    session: routeTo(address, channel, router).session,
    message: { kind: "text", markdown },
    key: `event/${id}/introduction`,
  });
}

/** The bot was put out of a chat: nobody there would read an answer. The conversation is kept. */
export async function cancelOfChat(address: Address, { store, events }: EventDeps): Promise<void> {
  for (const { id, message, session } of await store.inbox.waitingFrom(address)) {
    const isCancelled = await store.inbox.cancel(id);
    if (!isCancelled || session === undefined) continue;
    const messageIds = [message.id];
    events.publish(session, { kind: "end", state: "aborted", messageIds, text: "" });
  }
}
