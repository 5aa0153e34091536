import type { Image, ImageReference, Link, LinkReference, PhrasingContent } from "mdast";
import { isLineBreak, plainText } from "../../../../lib/markdown/plain.ts";
import { saysWhere } from "../../../../lib/markdown/says-where.ts";
import { withoutCarets } from "../../../../lib/markdown/without-carets.ts";
import { linkable, piecesOf } from "./escape.ts";
import { type Run, setRuns, type Style } from "./runs.ts";

const STYLES = { strong: "bold", emphasis: "italic", delete: "struck", spoiler: "spoiler" } as const;

/** What the setting of a text needs to know. */
export interface Setting {
  /** With Discord's marks; without them, addresses have to stand in the text. */
  readonly hasMarks: boolean;
  /** Links may have previews. */
  readonly hasPreviews: boolean;
  /** The address behind a reference such as `[text][id]`. */
  urlOf(identifier: string): string | undefined;
}

/** The words of a paragraph, in Discord's Markdown or as they are. May have several lines. */
export function setInlines(
  nodes: readonly PhrasingContent[],
  setting: Setting,
  style?: Style,
  isLineStart = true,
): string {
  const runs = runsOf(nodes, setting, style === undefined ? [] : [style]);
  return setting.hasMarks
    ? setRuns(runs, setting.hasPreviews, isLineStart)
    : runs.map(({ text }) => text).join("");
}

function runsOf(nodes: readonly PhrasingContent[], setting: Setting, styles: readonly Style[]): Run[] {
  return nodes.flatMap((node) => runsOfOne(node, setting, styles));
}

function runsOfOne(node: PhrasingContent, setting: Setting, styles: readonly Style[]): Run[] {
  switch (node.type) {
    case "text":
      return textRuns(withoutCarets(node.value), setting, styles);
    case "inlineCode":
      return [{ kind: setting.hasMarks ? "code" : "text", text: node.value, styles }];
    case "break":
      return [{ kind: "text", text: "\n", styles }];
    case "html":
      return isLineBreak(node.value)
        ? [{ kind: "text", text: "\n", styles }]
        : textRuns(node.value, setting, styles);
    case "footnoteReference":
      return [{ kind: "text", text: `[${node.label ?? node.identifier}]`, styles }];
    case "link":
    case "linkReference":
      return linkRuns(node, setting, styles);
    case "image":
    case "imageReference":
      return imageRuns(node, setting, styles);
    default:
      return runsOf(node.children, setting, withStyle(styles, STYLES[node.type]));
  }
}

function withStyle(styles: readonly Style[], style: Style): readonly Style[] {
  return styles.includes(style) ? styles : [...styles, style];
}

/** Addresses that are no links to Markdown may be links to Discord. */
function textRuns(value: string, { hasMarks }: Setting, styles: readonly Style[]): Run[] {
  if (!hasMarks) return [{ kind: "text", text: value, styles }];
  return piecesOf(value).flatMap(({ text, url }): Run[] => {
    const address = url === undefined ? undefined : linkable(url);
    const said: Run = { kind: "text", text: address === undefined ? text + (url ?? "") : text, styles };
    return address === undefined ? [said] : [said, { kind: "address", text: address, styles }];
  });
}

function linkRuns(node: Link | LinkReference, setting: Setting, styles: readonly Style[]): Run[] {
  const url = (node.type === "link" ? node.url : setting.urlOf(node.identifier)) ?? "";
  return linkedRuns(url, node.children, setting, styles);
}

/** Discord shows no pictures inside a text: a link to them stands for them. */
function imageRuns(node: Image | ImageReference, setting: Setting, styles: readonly Style[]): Run[] {
  const url = (node.type === "image" ? node.url : setting.urlOf(node.identifier)) ?? "";
  const name = plainText(node);
  return linkedRuns(url, name === "" ? [] : [{ type: "text", value: name }], setting, styles);
}

function linkedRuns(
  url: string,
  children: readonly PhrasingContent[],
  setting: Setting,
  styles: readonly Style[],
): Run[] {
  const said = children.map(plainText).join("");
  const address = linkable(url);
  if (!setting.hasMarks || address === undefined) return spelledOut(url, said, children, setting, styles);
  const bare: Run = { kind: "address", text: address, styles };
  if (isAddressItself(said, url)) return [bare];
  // Discord makes no link of a text that looks like another address.
  if (/https?:\/\//i.test(said)) {
    const text: Run = { kind: "text", text: `${said.replaceAll(/https?:\/\//gi, "")} (`, styles };
    return [text, bare, { kind: "text", text: ")", styles }];
  }
  const inner = setInlines(children.map(withoutLinks), setting, undefined, false);
  const text = `[${withEvenBrackets(inner).replaceAll("\n", " ")}]`;
  const target = setting.hasPreviews && !/[()]/.test(address) ? `(${address})` : `(<${address}>)`;
  return [{ kind: "link", text: text + target, styles }];
}

/** Without a link, the address stands behind the text, unless it is the text or tells nothing. */
function spelledOut(
  url: string,
  said: string,
  children: readonly PhrasingContent[],
  setting: Setting,
  styles: readonly Style[],
): Run[] {
  const shown = url.replace(/^mailto:/i, "");
  if (said === "") return textRuns(saysWhere(shown) ? shown : "", setting, styles);
  const runs = runsOf(children, setting, styles);
  if (said.includes(shown) || !saysWhere(shown)) return runs;
  return [...runs, { kind: "text", text: ` (${shown})`, styles }];
}

function isAddressItself(said: string, url: string): boolean {
  const bare = (text: string) => text.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  return said === "" || bare(said) === bare(url);
}

/** Inside a link a picture is the link's text. */
function withoutLinks(node: PhrasingContent): PhrasingContent {
  return node.type === "image" || node.type === "imageReference"
    ? { type: "text", value: plainText(node) }
    : node;
}

/** Discord finds the end of a link's text by counting brackets. */
function withEvenBrackets(text: string): string {
  const isEven = /^[^[\]]*(?:\[[^[\]]*\][^[\]]*)*$/.test(text);
  return isEven ? text : text.replaceAll(/\\?\[/g, "［").replaceAll(/\\?\]/g, "］");
}
