import { isSamePlace } from "../core/message-queue.ts";
import type { InboundMessage } from "../core/message.ts";

/**
 * Messages as they were meant: what a platform delivered in pieces is one message, where its first piece stood. A long
 * text is joined as it was cut; an album has all files, and the captions one below the other.
 */
export function joinPieces(messages: readonly InboundMessage[]): readonly InboundMessage[] {
  const whole: InboundMessage[][] = [];
  for (const message of messages) {
    const begun = whole.find(([first]) => first !== undefined && isOneMessage(first, message));
    if (begun) begun.push(message);
    else whole.push([message]);
  }
  return whole.flatMap(([first, ...others]) => (first ? [joined(first, others)] : []));
}

function isOneMessage(one: InboundMessage, other: InboundMessage): boolean {
  return one.part !== undefined && one.part.of === other.part?.of && isSamePlace(one.address, other.address);
}

function joined(first: InboundMessage, others: readonly InboundMessage[]): InboundMessage {
  if (others.length === 0) return first;
  const pieces = [first, ...others];
  const attachments = pieces.flatMap((piece) => piece.attachments);
  const texts = pieces.map(({ text }) => text).filter((text) => text !== "");
  const context = pieces.flatMap((piece) => piece.context ?? []);
  return {
    ...first,
    text: texts.join(attachments.length > 0 ? "\n\n" : ""),
    attachments,
    ...(context.length > 0 ? { context } : {}),
  };
}
