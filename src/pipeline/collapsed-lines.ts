import type { InboundMessage } from "../core/message.ts";

const LINE_LENGTH = 200;
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
  const who = address.scope === "dm" ? "" : `${sender.name}: `;
  const files = attachments.map(({ kind, name }) => `[${name ?? kind}]`);
  const line = [text.replaceAll(/\s+/g, " ").trim(), ...files].filter((part) => part !== "").join(" ");
  return who + (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line);
}
