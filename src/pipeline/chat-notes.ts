import type { InboundEvent } from "../core/message.ts";
import { shownOf } from "../core/outbound-text.ts";
import type { EventDeps } from "./act-on-event.ts";
import { nameOf, oneLine } from "./chat-context.ts";

type Reaction = InboundEvent & { readonly kind: "reaction" };
type Coming = InboundEvent & { readonly kind: "joined" | "left" };

/** As much of a message as tells which one it is. */
const WORDS = 80;

/** Lets the agent know of a reaction with its next prompt, as far as the chat's settings want it to. */
export async function noteReaction(event: Reaction, { store, channel }: EventDeps): Promise<void> {
  const { message, by, emoji, added } = event;
  const wanted = channel(message.address)?.settings?.(message.address).reactionNotifications ?? "off";
  if (wanted === "off") return;
  const own = await store.outbox.sentAs(message);
  if (!own && wanted === "own") return;
  const words = own ? shownOf(own.message).text : (await store.inbox.find(message))?.message.text;
  const which = `${own ? "your message" : "message"} ${message.id}${words ? ` (“${oneLine(words, WORDS)}”)` : ""}`;
  const did = added ? `reacted with ${emoji} to` : `took back ${emoji} from`;
  await store.chats.note(own?.to ?? message.address, {
    about: `reaction/${message.id}/${by.id}/${emoji}`,
    text: oneLine(`${nameOf(by.name)} ${did} ${which}.`),
  });
}

/** Lets the agent know with its next prompt who came or went. */
export async function noteComing({ kind, address, by }: Coming, { store }: EventDeps): Promise<void> {
  const did = kind === "joined" ? "joined the chat" : "left the chat";
  await store.chats.note(address, { about: `member/${by.id}`, text: oneLine(`${nameOf(by.name)} ${did}.`) });
}
