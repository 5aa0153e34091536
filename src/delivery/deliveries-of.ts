import type { Channel } from "../core/channel.ts";
import type { Address, MessageRef, OutboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Delivery, DeliveryKey, TurnId } from "../core/store.ts";
import { chunkMarkdown } from "./chunk.ts";
import { fileMessages } from "./file-messages.ts";
import { type Quote, replyToOf } from "./reply-style.ts";

export interface Destination {
  readonly to: Address;
  readonly channel: Channel;
  readonly session?: SessionKey;
  readonly turn?: TurnId;
  /** The key of part `index`: it must name the effect for ever. */
  readonly keyOf: (index: number) => DeliveryKey;
  /** What the preview left, page by page. Each becomes the message of its page. */
  readonly previews?: readonly MessageRef[];
  /** What those that are complete say: a part that is the same needs no call. */
  readonly sealed?: ((page: number) => string | undefined) | undefined;
  /** What it answers, where answers quote that. */
  readonly quote?: Quote | undefined;
}

/** A message as the outbox wants it: cut to fit the platform, each part named once and for all. */
export function deliveriesOf(message: OutboundMessage, destination: Destination): Delivery[] {
  const { to, session, turn, keyOf, channel, quote } = destination;
  const parts = messagesOf(message, channel);
  return parts.map((part, page) => ({
    key: keyOf(page),
    to,
    message: { ...replyToOf(quote, page), ...part },
    ...(session === undefined ? {} : { session }),
    ...(turn === undefined ? {} : { turn }),
    ...(message.kind === "text" ? inPlaceOf(page, part, destination) : {}),
  }));
}

function inPlaceOf(
  page: number,
  part: OutboundMessage,
  { previews, sealed }: Destination,
): Pick<Delivery, "replaces" | "isShown"> {
  const replaces = previews?.[page];
  if (!replaces) return {};
  const isShown = part.kind === "text" && !part.buttons && part.markdown === sealed?.(page);
  return { replaces, ...(isShown ? { isShown } : {}) };
}

/** Takes back the previews from page `from` on: what they showed did not become part of the reply. */
export function withdrawals(
  previews: readonly MessageRef[],
  keyOf: (page: number) => DeliveryKey,
  from = 0,
): Delivery[] {
  return previews.slice(from).map((ref, index) => ({
    key: keyOf(from + index),
    to: ref.address,
    message: { kind: "withdrawal" },
    replaces: ref,
  }));
}

/** The messages that the platform has to show for one of ours, in order. */
function messagesOf(message: OutboundMessage, channel: Channel): OutboundMessage[] {
  if (message.kind === "text") return split(message, channel);
  return fileMessages(message, channel.capabilities).flatMap((part) =>
    part.kind === "text" ? split(part, channel) : [part],
  );
}

/** Buttons belong under the end of what they are about. */
function split(message: OutboundMessage & { kind: "text" }, channel: Channel): OutboundMessage[] {
  const { buttons, ...rest } = message;
  const parts = chunkMarkdown(message.markdown, channel.capabilities.text);
  return parts.map((markdown, at) => ({
    ...rest,
    markdown,
    ...(buttons && at === parts.length - 1 ? { buttons } : {}),
  }));
}
