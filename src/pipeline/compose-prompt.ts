import type { Prompt } from "../core/agent.ts";
import type { InboundMessage } from "../core/message.ts";
import type { Turn } from "../core/store.ts";
import { isSharedByAll } from "../core/session-key.ts";
import { contextBlock, nameOf } from "./chat-context.ts";
import { errandPrompt } from "./errand-answer.ts";
import { collapsedLines } from "./collapsed-lines.ts";
import type { ReceivedFile } from "./incoming-files.ts";
import { joinPieces } from "./join-pieces.ts";

export interface ComposeDeps {
  /** What came with messages, in their order. */
  readonly files: (messages: readonly InboundMessage[]) => Promise<readonly (readonly ReceivedFile[])[]>;
  /** What the only message is instead: a command of pi's own, with which the prompt has to begin. */
  readonly command?: string | undefined;
}

/** The messages of a turn as one prompt: who, where it is not plain, then what; pictures as such, files as paths. */
export async function composePrompt(turn: Turn, { files, command }: ComposeDeps): Promise<Prompt> {
  const inFull = joinPieces(turn.messages.slice(turn.collapsed));
  const isShared = isSharedByAll(turn.session);
  const received = await files(inFull);
  const texts = inFull.map((message, index) => {
    const of = received[index] ?? [];
    const said = command ?? spoken(message, of, isShared);
    return [said, ...of.map(({ note }) => note)].filter((part) => part !== "").join("\n\n");
  });
  const inShort = joinPieces(turn.messages.slice(0, turn.collapsed));
  if (inShort.length > 0) texts.unshift(collapsedLines(inShort));
  const text = texts.join("\n\n");
  return {
    text: command === undefined ? escapeCommand(text) : text,
    images: received.flat().flatMap(({ image }) => (image ? [image] : [])),
    ...(command === undefined ? {} : { isCommand: true }),
  };
}

function spoken(message: InboundMessage, files: readonly ReceivedFile[], isShared: boolean): string {
  const { replyTo, address, sender, text, forwardedFrom, context, errand } = message;
  if (errand) return errandPrompt(errand, text);
  const before = context && context.length > 0 ? `${contextBlock(context)}\n\n` : "";
  const from = replyTo?.from === undefined ? "" : `In reply to ${nameOf(replyTo.from)}:\n`;
  const quote = replyTo ? `${from}${replyTo.text.replace(/^/gm, "> ")}\n\n` : "";
  const passedOn = forwardedFrom === undefined ? "" : `forwarded from ${nameOf(forwardedFrom)}:\n`;
  const who = address.scope === "dm" && !isShared ? "" : `${nameOf(sender.name)}: `;
  const heard = files.flatMap(({ spoken: said }) => (said === undefined ? [] : [`[spoken] ${said}`]));
  return `${before}${quote}${who}${passedOn}${[text, ...heard].filter((part) => part !== "").join("\n")}`;
}

/** pi runs commands, skills and templates for text that begins with `/`; a leading space prevents it. */
function escapeCommand(text: string): string {
  return text.startsWith("/") ? ` ${text}` : text;
}
