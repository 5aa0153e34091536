import { escapeHtml, type Tag } from "./page.ts";

export const BOLD: Tag = { open: "<b>", close: "</b>", kind: "style" };
export const ITALIC: Tag = { open: "<i>", close: "</i>", kind: "style" };
/** Struck text says that it does not hold: that must not get lost for the sake of another tag. */
export const STRUCK: Tag = { open: "<s>", close: "</s>", kind: "hidden" };
export const SPOILER: Tag = { open: "<tg-spoiler>", close: "</tg-spoiler>", kind: "hidden" };
export const CODE: Tag = { open: "<code>", close: "</code>", kind: "code" };

const HOST = String.raw`(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}_-]+\.?|\[[0-9a-f:.]+\]`;
const WEB = new RegExp(String.raw`^https?://(?:[^\s/?#@\\]*@)?(?:${HOST})(?::\d+)?(?:[/?#]|$)`, "iu");

/** A block of code. Every one is an object of its own, so that two never become one. */
export function codeBlock(language: string): Tag {
  if (language === "") return { open: "<pre>", close: "</pre>", kind: "code" };
  return {
    open: `<pre><code class="language-${escapeAttribute(language)}">`,
    close: "</code></pre>",
    kind: "code",
  };
}

export function quote(isLong: boolean): Tag {
  return { open: isLong ? "<blockquote expandable>" : "<blockquote>", close: "</blockquote>", kind: "block" };
}

/** The tag of a link, or undefined for an address that Telegram would not make one. */
export function linkTo(url: string): Tag | undefined {
  if (!isLinkable(url)) return undefined;
  return { open: `<a href="${escapeAttribute(url)}">`, close: "</a>", kind: "link" };
}

/**
 * The tags that text has when one more is put around it: none twice, no link in a link, and code neither
 * inside nor around anything but a quote. In a link, under a spoiler or struck, code is mere text.
 */
export function within(tags: readonly Tag[], tag: Tag): readonly Tag[] {
  if (tags.includes(tag)) return tags;
  if (tag.kind === "link" && tags.some(({ kind }) => kind === "link")) return tags;
  if (tag.kind !== "code") return [...tags, tag];
  if (tags.some(({ kind }) => kind === "link" || kind === "hidden")) return tags;
  return [...tags.filter(({ kind }) => kind === "block"), tag];
}

/** What Telegram shows as a link: the web with a whole host name or a number, and its own pages. */
function isLinkable(url: string): boolean {
  return /^tg:\/\/\w/i.test(url) || (WEB.test(url) && URL.canParse(url));
}

function escapeAttribute(value: string): string {
  return escapeHtml(value).replaceAll('"', "&quot;");
}
