import type { Image, ImageReference, Link, LinkReference, PhrasingContent } from "mdast";
import { isLineBreak, plainText } from "../../../../lib/markdown/plain.ts";
import { saysWhere } from "../../../../lib/markdown/says-where.ts";
import { withoutCarets } from "../../../../lib/markdown/without-carets.ts";
import type { Page, Tag } from "./page.ts";
import { BOLD, CODE, ITALIC, linkTo, SPOILER, STRUCK, within } from "./tags.ts";

const STYLES = { strong: BOLD, emphasis: ITALIC, delete: STRUCK, spoiler: SPOILER };

/** What the setting of a text needs to know. */
export interface Setting {
  readonly page: Page;
  /** Without tags, addresses have to stand in the text. */
  readonly hasTags: boolean;
  /** The address behind a reference such as `[text][id]`. */
  urlOf(identifier: string): string | undefined;
}

/** Writes the words of a paragraph. */
export function writeInlines(
  nodes: readonly PhrasingContent[],
  setting: Setting,
  tags: readonly Tag[],
): void {
  for (const node of nodes) writeInline(node, setting, tags);
}

function writeInline(node: PhrasingContent, setting: Setting, tags: readonly Tag[]): void {
  const { page } = setting;
  switch (node.type) {
    case "text":
      return page.write(withoutCarets(node.value), tags);
    case "inlineCode":
      return page.write(node.value, within(tags, CODE));
    case "break":
      return page.write("\n", tags);
    case "html":
      return page.write(isLineBreak(node.value) ? "\n" : node.value, tags);
    case "footnoteReference":
      return page.write(`[${node.label ?? node.identifier}]`, tags);
    case "link":
    case "linkReference":
      return writeLink(node, setting, tags);
    case "image":
    case "imageReference":
      return writeImage(node, setting, tags);
    default:
      return writeInlines(node.children, setting, within(tags, STYLES[node.type]));
  }
}

function writeLink(node: Link | LinkReference, setting: Setting, tags: readonly Tag[]): void {
  const url = node.type === "link" ? node.url : setting.urlOf(node.identifier);
  const text = plainText(node);
  writeLinked(url ?? "", text === "" ? [{ type: "text", value: url ?? "" }] : node.children, setting, tags);
}

/** Telegram shows no pictures inside a text: a link to them stands for them. */
function writeImage(node: Image | ImageReference, setting: Setting, tags: readonly Tag[]): void {
  const url = (node.type === "image" ? node.url : setting.urlOf(node.identifier)) ?? "";
  const text = plainText(node);
  const name = text === "" ? url : text;
  // Inside a link the picture is the link's text.
  if (tags.some(({ kind }) => kind === "link")) return setting.page.write(name, tags);
  writeLinked(url, [{ type: "text", value: name }], setting, tags);
}

function writeLinked(
  url: string,
  text: readonly PhrasingContent[],
  setting: Setting,
  tags: readonly Tag[],
): void {
  const tag = setting.hasTags ? linkTo(url) : undefined;
  if (tag !== undefined) return writeInlines(text, setting, within(tags, tag));
  writeInlines(text, setting, tags);
  const shown = url.replace(/^mailto:/i, "");
  const isSaid = text.map(plainText).join("").includes(shown);
  if (!isSaid && saysWhere(shown)) setting.page.write(` (${shown})`, tags);
}
