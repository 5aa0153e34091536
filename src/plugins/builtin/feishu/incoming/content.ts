import { fenceFor } from "../../../../lib/markdown/fence.ts";
import type { Attachment } from "../../../types.ts";
import { asRecord } from "./wire.ts";

/** What a message says: Markdown with keys in the place of names, and the files in it. */
export interface Content {
  readonly text: string;
  readonly files: readonly FileIn[];
}

/** A file in a message, by the platform's key. */
export interface FileIn {
  readonly kind: Attachment["kind"];
  readonly key: string;
  /** What the platform has it as. */
  readonly resource: "image" | "file";
  readonly mimeType: string;
  readonly name?: string;
  readonly isVoice?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the content of a message of any type. Undefined for what people did not say, such as that somebody came; what
 * has no words of its own is told in brackets.
 */
export function readContent(type: string, json: string): Content | undefined {
  const fields = fieldsOf(json);
  const read = READERS[type];
  if (read) return read(fields);
  return type === "system" ? undefined : said(`[${type.replaceAll("_", " ")}]`);
}

const READERS: Readonly<Record<string, (fields: Fields) => Content>> = {
  text: (fields) => said(stringIn(fields, "text")),
  post: readPost,
  image: (fields) => only(imageOf(fields)),
  file: (fields) => only(namedFile("document", fields)),
  folder: (fields) => said(`[folder: ${stringIn(fields, "file_name")}]`),
  audio: (fields) => only(voiceOf(fields)),
  media: (fields) => only(videoOf(fields)),
  // The platform does not hand out stickers.
  sticker: () => said("[sticker]"),
  share_chat: (fields) => said(`[a group was shared: ${stringIn(fields, "chat_id")}]`),
  share_user: (fields) => said(`[a contact was shared: ${stringIn(fields, "user_id")}]`),
  location: readLocation,
  merge_forward: () => said("[forwarded messages]"),
  interactive: readCard,
  hongbao: (fields) => said(note("red packet", stringIn(fields, "text"))),
  share_calendar_event: readCalendarEvent,
  calendar: readCalendarEvent,
  general_calendar: readCalendarEvent,
  video_chat: (fields) => said(note("video meeting", stringIn(fields, "topic"))),
  todo: readTask,
  vote: readVote,
};

/** Something broken counts as empty: that a message came is worth more than how it was written. */
function fieldsOf(json: string): Fields {
  try {
    return asRecord(JSON.parse(json)) ?? {};
  } catch {
    // Fetched messages that were taken back have a sentence in place of their content.
    return { text: json };
  }
}

const said = (text: string): Content => ({ text, files: [] });
const only = (file: FileIn | undefined): Content => ({ text: "", files: file ? [file] : [] });
const note = (what: string, more: string) => (more === "" ? `[${what}]` : `[${what}: ${more}]`);

function stringIn(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function imageOf(fields: Fields): FileIn | undefined {
  const key = stringIn(fields, "image_key");
  return key === "" ? undefined : { kind: "photo", key, resource: "image", mimeType: "image/jpeg" };
}

function namedFile(kind: FileIn["kind"], fields: Fields, mimeType?: string): FileIn | undefined {
  const key = stringIn(fields, "file_key");
  const name = stringIn(fields, "file_name");
  if (key === "") return undefined;
  const type = mimeType ?? Bun.file(name).type.split(";")[0] ?? "application/octet-stream";
  return { kind, key, resource: "file", mimeType: type, ...(name === "" ? {} : { name }) };
}

/** Voice messages are Opus, whoever recorded them. */
function voiceOf(fields: Fields): FileIn | undefined {
  const file = namedFile("audio", fields, "audio/ogg");
  return file && { ...file, isVoice: true };
}

function videoOf(fields: Fields): FileIn | undefined {
  return namedFile("video", fields, "video/mp4");
}

function readLocation(fields: Fields): Content {
  const [name, latitude, longitude] = ["name", "latitude", "longitude"].map((key) => stringIn(fields, key));
  return said(
    name ? `[place: ${name} (${latitude}, ${longitude})]` : `[location: ${latitude}, ${longitude}]`,
  );
}

/** Times are milliseconds. */
function readCalendarEvent(fields: Fields): Content {
  const [start, end] = ["start_time", "end_time"].map((key) => timeOf(stringIn(fields, key)));
  const when = [start, end].filter(Boolean).join(" – ");
  return said(note("calendar event", [stringIn(fields, "summary"), when].filter(Boolean).join(", ")));
}

function timeOf(digits: string): string {
  return /^\d{12,14}$/.test(digits) ? new Date(Number(digits)).toISOString() : "";
}

function readTask(fields: Fields): Content {
  const summary = asRecord(fields["summary"]) ?? {};
  const text = stringIn(summary, "title") || linesOf(summary["content"]).text;
  return said(note("task", text));
}

function readVote(fields: Fields): Content {
  const options = Array.isArray(fields["options"]) ? fields["options"] : [];
  const lines = options.flatMap((option) => (typeof option === "string" ? [`- ${option}`] : []));
  return said([note("poll", stringIn(fields, "topic")), ...lines].join("\n"));
}

/** A post: a title, and paragraphs of parts. What apps send may come under a language. */
function readPost(fields: Fields): Content {
  const post = "content" in fields ? fields : (Object.values(fields).map(asRecord).find(Boolean) ?? {});
  const title = stringIn(post, "title");
  const { text, files } = linesOf(post["content"]);
  return { text: [...(title === "" ? [] : [`**${title}**`]), text].join("\n").trim(), files };
}

function linesOf(content: unknown): Content {
  const paragraphs = Array.isArray(content) ? content : [];
  const files: FileIn[] = [];
  const lines = paragraphs.map((paragraph) => {
    const parts = Array.isArray(paragraph) ? paragraph : [];
    return parts.map((part) => partOf(asRecord(part) ?? {}, files)).join("");
  });
  return { text: lines.join("\n").trim(), files };
}

function partOf(part: Fields, files: FileIn[]): string {
  const text = stringIn(part, "text");
  switch (part["tag"]) {
    case "a":
      return linked(text, stringIn(part, "href"));
    case "at":
      return mentioned(part);
    case "img":
      return filed(imageOf(part), "image", files);
    case "media":
      return filed(videoOf(part), "video", files);
    case "emotion":
      return `:${stringIn(part, "emoji_type")}:`;
    case "hr":
      return "\n---\n";
    case "code_block":
      return codeBlock(text, stringIn(part, "language"));
    default:
      return styled(text, part["style"]);
  }
}

function filed(file: FileIn | undefined, what: string, files: FileIn[]): string {
  if (!file) return "";
  files.push(file);
  return `[${what}]`;
}

function mentioned(part: Fields): string {
  const id = stringIn(part, "user_id");
  if (id.startsWith("@_")) return id;
  return id === "all" ? "@all" : `@${stringIn(part, "user_name") || id}`;
}

function linked(label: string, href: string): string {
  if (href === "" || label === href) return label;
  return /[\s()<>]/.test(href)
    ? `[${label}](<${href.replaceAll(/[<>]/g, encodeURIComponent)}>)`
    : `[${label}](${href})`;
}

function codeBlock(code: string, language: string): string {
  const fence = fenceFor(code);
  return `${fence}${language.toLowerCase()}\n${code.replace(/\n$/, "")}\n${fence}\n`;
}

const MARKS: Readonly<Record<string, string>> = { bold: "**", italic: "*", lineThrough: "~~" };

/** Marks stand close to the words: with a space inside they would mark nothing. */
function styled(text: string, style: unknown): string {
  const marks = (Array.isArray(style) ? style : []).flatMap((name) => MARKS[String(name)] ?? []);
  const [, before = "", words = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  if (marks.length === 0 || words === "") return text;
  return `${before}${marks.join("")}${words}${marks.toReversed().join("")}${after}`;
}

/** Cards hold texts in parts that hold texts again: what matters here is what can be read, in order. */
function readCard(fields: Fields): Content {
  const text = textsIn(fields)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n");
  return said(text === "" ? "[card]" : text);
}

function textsIn(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(textsIn);
  const fields = asRecord(part);
  if (!fields) return [];
  return Object.entries(fields).flatMap(([key, value]) => {
    if (typeof value === "string") return TEXT_KEYS.has(key) ? [value] : [];
    return textsIn(value);
  });
}

/** Where readable text stands in a card; all else says how it looks. */
const TEXT_KEYS = new Set(["text", "content", "title"]);
