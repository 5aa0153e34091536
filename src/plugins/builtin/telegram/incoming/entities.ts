import type { MessageEntity } from "grammy/types";

/** A stretch of a message, in the UTF-16 units in which Telegram counts. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The text of a message as Markdown, where that tells a reader more than the bare text: code, quotes, links, what is
 * struck out. Everything else stays as it was typed, character by character.
 */
export function markdownOf(text: string, entities: readonly MessageEntity[] = []): string {
  const inOrder = entities
    .filter((entity) => RENDERED.has(entity.type) && fits(entity, text))
    .toSorted((one, other) => one.offset - other.offset || other.length - one.length);
  return render(text, { start: 0, end: text.length }, inOrder);
}

const RENDERED: ReadonlySet<MessageEntity["type"]> = new Set<MessageEntity["type"]>([
  "code",
  "pre",
  "text_link",
  "blockquote",
  "expandable_blockquote",
  "strikethrough",
]);

const fits = ({ offset, length }: MessageEntity, text: string) =>
  offset >= 0 && length > 0 && offset + length <= text.length;

/** `entities` lie in `span`, outer ones before what is in them. */
function render(text: string, span: Span, entities: readonly MessageEntity[]): string {
  let markdown = "";
  let at = span.start;
  for (const [index, entity] of entities.entries()) {
    const end = entity.offset + entity.length;
    // One that begins in the last one was rendered with it, or crosses its end and is none.
    if (entity.offset < at) continue;
    markdown += text.slice(at, entity.offset);
    const within = entities.slice(index + 1).filter((one) => one.offset + one.length <= end);
    const inner = render(text, { start: entity.offset, end }, within);
    markdown += wrapped(entity, inner, { before: markdown, after: text.slice(end, end + 1) });
    at = end;
  }
  return markdown + text.slice(at, span.end);
}

function wrapped(entity: MessageEntity, inner: string, around: { before: string; after: string }): string {
  switch (entity.type) {
    case "code":
      return inlineCode(inner);
    case "pre":
      return onItsOwnLines(fenced(inner, entity.language), around);
    case "text_link":
      return linked(inner, entity.url);
    case "strikethrough":
      return `~~${inner}~~`;
    case "blockquote":
    case "expandable_blockquote":
      return onItsOwnLines(inner.replaceAll(/^/gm, "> "), around);
    default:
      return inner;
  }
}

function inlineCode(code: string): string {
  const ticks = "`".repeat(longestRun(code) + 1);
  const pad = code.startsWith("`") || code.endsWith("`") ? " " : "";
  return `${ticks}${pad}${code}${pad}${ticks}`;
}

function fenced(code: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(code) + 1));
  return `${fence}${language}\n${code.replace(/\n$/, "")}\n${fence}`;
}

function longestRun(code: string): number {
  return Math.max(0, ...Array.from(code.matchAll(/`+/g), ([run]) => run.length));
}

function linked(label: string, url: string): string {
  if (label === url) return url;
  return /[\s()<>]/.test(url)
    ? `[${label}](<${url.replaceAll(/[<>]/g, encodeURIComponent)}>)`
    : `[${label}](${url})`;
}

function onItsOwnLines(block: string, { before, after }: { before: string; after: string }): string {
  const start = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${start}${block}${after === "" || after === "\n" ? "" : "\n"}`;
}
