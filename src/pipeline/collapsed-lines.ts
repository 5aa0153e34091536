import type { InboundMessage } from "../core/message.ts";
import { shownName } from "../lib/shown-name.ts";
import { nameOf, oneLine } from "./chat-context.ts";

const LINE_LENGTH = 201;
/** Older ones are only counted: a prompt must not grow with what piled up. */
const MOST_LINES = 50;

/** Messages that became too many to wait in full, as lines of a prompt: who, and how it began. */
export function collapsedLines(messages: readonly InboundMessage[]): string {
  const shown = messages.slice(-MOST_LINES);
  const leftOut = messages.length - shown.length;
  const count = messages.length === 1 ? "1 earlier message" : `${messages.length} earlier messages`;
  return [
    `[gateway] ${count} had to wait for too long; in short:`,
    ...(leftOut > 0 ? [`- (${leftOut} before these)`] : []),
    ...shown.map((message) => `- ${lineOf(message)}`),
  ].join("\n");
}

function lineOf({ sender, address, text, attachments }: InboundMessage): string {
  const who = address.scope === "dm" ? "" : `${nameOf(sender.name)}: `;
  const files = attachments.map(({ kind, name }) => `[${shownName(name ?? kind, kind)}]`);
  return who + oneLine([text, ...files].join(" "), LINE_LENGTH);
}
