import type { Channel } from "../core/channel.ts";
import type { ChatSettings } from "../core/chat-settings.ts";
import type { Address } from "../core/message.ts";

/** How answers appear in one chat. */
export type ReplyStyle = Pick<
  ChatSettings,
  "streamingMode" | "showTools" | "showThinking" | "replyToMode" | "ackReaction"
>;

const PLAIN: ReplyStyle = {
  streamingMode: "partial",
  showTools: true,
  showThinking: false,
  replyToMode: "off",
};

/** What the configuration says of a chat; for a channel that has no settings, what does no harm anywhere. */
export function replyStyleOf(channel: Pick<Channel, "settings">, to: Address): ReplyStyle {
  return channel.settings?.(to) ?? PLAIN;
}

/** Which message an answer quotes, and in which of its parts. */
export interface Quote {
  readonly id: string;
  readonly parts: "first" | "all";
}

/** The quote for an answer to the message `id`; undefined where answers quote nothing. */
export function quoteOf(
  { replyToMode }: Pick<ReplyStyle, "replyToMode">,
  id: string | undefined,
): Quote | undefined {
  return replyToMode === "off" || id === undefined ? undefined : { id, parts: replyToMode };
}

/** What part `index` of an answer quotes. */
export function replyToOf(quote: Quote | undefined, index: number): { readonly replyTo?: string } {
  return quote && (quote.parts === "all" || index === 0) ? { replyTo: quote.id } : {};
}
