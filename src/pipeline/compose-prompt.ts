import { writeFile, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Prompt } from "../core/agent.ts";
import type { Channel } from "../core/channel.ts";
import type { Attachment, InboundMessage } from "../core/message.ts";
import type { Turn } from "../core/store.ts";
import { isSharedByAll } from "../core/session-key.ts";
import { collapsedLines } from "./collapsed-lines.ts";

export interface ComposeDeps {
  readonly channel: Channel;
  /** pi's working directory: files that people send are put in `inbox/` there. */
  readonly workspace: string;
  readonly signal: AbortSignal;
  /** What the only message is instead: a command of pi's own, with which the prompt has to begin. */
  readonly command?: string | undefined;
}

/** The messages of a turn as one prompt: who, where it is not plain, then what; images as images, files as paths. */
export async function composePrompt(turn: Turn, deps: ComposeDeps): Promise<Prompt> {
  const { command } = deps;
  const inFull = turn.messages.slice(turn.collapsed);
  const isShared = isSharedByAll(turn.session);
  const parts = await Promise.all(inFull.map((message) => composeMessage(message, isShared, deps)));
  const texts = parts.map((part) => part.text);
  if (turn.collapsed > 0) texts.unshift(collapsedLines(turn.messages.slice(0, turn.collapsed)));
  const text = texts.join("\n\n");
  return {
    text: command === undefined ? escapeCommand(text) : text,
    images: parts.flatMap((part) => part.images),
    ...(command === undefined ? {} : { isCommand: true }),
  };
}

async function composeMessage(
  message: InboundMessage,
  isShared: boolean,
  deps: ComposeDeps,
): Promise<Prompt> {
  const files = await Promise.all(
    message.attachments.map((attachment) => fetchFile(attachment, message, deps)),
  );
  const notes = files.flatMap((file) => (file.note === undefined ? [] : [file.note]));
  const text = [deps.command ?? spoken(message, isShared), ...notes]
    .filter((part) => part !== "")
    .join("\n\n");
  return { text, images: files.flatMap((file) => (file.image ? [file.image] : [])) };
}

function spoken({ replyTo, address, sender, text }: InboundMessage, isShared: boolean): string {
  const quote = replyTo ? `${replyTo.text.replace(/^/gm, "> ")}\n\n` : "";
  const who = address.scope === "dm" && !isShared ? "" : `${sender.name}: `;
  return `${quote}${who}${text}`;
}

interface FetchedFile {
  readonly image?: Prompt["images"][number];
  readonly note?: string;
}

/** More than any platform lets a bot fetch. */
const MOST_BYTES = 100 * 1024 * 1024;

const IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

async function fetchFile(
  attachment: Attachment,
  message: InboundMessage,
  { channel, workspace, signal }: ComposeDeps,
): Promise<FetchedFile> {
  const bytes = await channel.download?.(attachment, { signal, maxBytes: MOST_BYTES });
  const name = safeName(attachment.name ?? attachment.kind);
  if (!bytes) return { note: `[file not available: ${name}]` };
  if (IMAGES.has(attachment.mimeType)) {
    return { image: { mimeType: attachment.mimeType, base64: Buffer.from(bytes).toString("base64") } };
  }
  const folder = join(workspace, "inbox", safeName(message.id));
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, bytes);
  return { note: `[file: ${path} (${attachment.mimeType})]` };
}

/** A name that stays in its folder, whatever the sender called the file. */
function safeName(name: string): string {
  const cleaned = basename(name.replaceAll("\\", "/"))
    .replaceAll(/[\p{Cc}<>:"|?*]/gu, "_")
    .slice(-100);
  return cleaned === "" || /^\.+$/.test(cleaned) ? "file" : cleaned;
}

/** pi runs commands, skills and templates for text that begins with `/`; a leading space prevents it. */
function escapeCommand(text: string): string {
  return text.startsWith("/") ? ` ${text}` : text;
}
