import type { InboundMessage } from "../core/message.ts";

/**
 * A prompt with the ids of the messages in it in a line at its end, so that the model can react to one or answer it.
 * A command of pi's own stays as it is: what stands behind it would be its argument.
 */
export function withIds(text: string, messages: readonly InboundMessage[]): string {
  if (messages.length === 0 || text.startsWith("/") || messages.some((message) => message.isPiCommand))
    return text;
  const ids = messages
    .filter(({ pressedOn, errand }) => pressedOn === undefined && !errand)
    .map(({ id, replyTo }) => (replyTo ? `${id} (answers ${replyTo.id})` : id));
  if (ids.length === 0) return text;
  const name = ids.length === 1 ? "message_id" : "message_ids, in order";
  return [...(text === "" ? [] : [text]), `[${name}: ${ids.join(", ")}]`].join("\n\n");
}
