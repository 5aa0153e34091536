import type { Image, ImageReference, Link, LinkReference, PhrasingContent } from "mdast";
import { isLineBreak, plainText } from "../../../../lib/markdown/plain.ts";
import { saysWhere } from "../../../../lib/markdown/says-where.ts";
import { withoutCarets } from "../../../../lib/markdown/without-carets.ts";
import { escapeAddresses, escapeText, inert } from "./escape.ts";
import { marked, type Run, type Style } from "./marked.ts";

/** What the setting of a text needs to know. */
export interface Setting {
  /** Without marks, a text is shown as it is. */
  readonly hasMarks: boolean;
  /** The text is that of a link: there is no link in it. */
  readonly isLabel?: boolean;
  /** Identifiers of the definitions that a link uses; the others are shown. */
  readonly used: ReadonlySet<string>;
  /** The address behind a reference such as `[text][id]`. */
  urlOf(identifier: string): string | undefined;
}

const STYLES: Readonly<Record<"strong" | "emphasis" | "delete", Style>> = {
  strong: "**",
  emphasis: "*",
  delete: "~~",
};
/** A line of the same paragraph. */
const SOFT = "\n";
/** A new line wherever it stands: two spaces in front of it. */
const HARD = "  \n";

/** The words of a paragraph, in one or more lines. */
export function inlineText(nodes: readonly PhrasingContent[], setting: Setting): string {
  return textOf(runsOf(nodes, setting, []), setting)
    .replaceAll(/\n[ \t]+/g, "\n")
    .trim();
}

/** The same on one line, as in a heading or the cell of a table. */
export function lineText(nodes: readonly PhrasingContent[], setting: Setting): string {
  const runs = runsOf(nodes, setting, []).map((run) =>
    run.text.endsWith("\n") && run.isWhole !== true ? { ...run, text: " " } : run,
  );
  return textOf(runs, setting);
}

/** Text in which nothing is marked up, such as HTML. */
export function literalText(text: string, setting: Setting): string {
  return textOf(linesOf(text.trim(), setting, []), setting);
}

function textOf(runs: readonly Run[], { hasMarks }: Setting): string {
  return hasMarks ? marked(runs) : runs.map(({ text }) => text).join("");
}

function runsOf(nodes: readonly PhrasingContent[], setting: Setting, styles: readonly Style[]): Run[] {
  return nodes.flatMap((node) => runsOfOne(node, setting, styles));
}

function runsOfOne(node: PhrasingContent, setting: Setting, styles: readonly Style[]): readonly Run[] {
  switch (node.type) {
    case "text":
      return linesOf(withoutCarets(node.value), setting, styles);
    case "inlineCode":
      return [codeRun(node.value, setting, styles)];
    case "break":
      return [lineBreak(setting, styles)];
    case "html":
      return isLineBreak(node.value) ? [lineBreak(setting, styles)] : linesOf(node.value, setting, styles);
    case "footnoteReference":
      return linesOf(`[${node.label ?? node.identifier}]`, setting, styles);
    case "link":
    case "linkReference":
      return linkRuns(node, setting, styles);
    case "image":
    case "imageReference":
      return imageRuns(node, setting, styles);
    case "spoiler": {
      // Feishu hides nothing: the bars say that it was meant to be hidden.
      const bars = { text: "||", styles };
      return [bars, ...runsOf(node.children, setting, styles), bars];
    }
    default:
      return runsOf(node.children, setting, within(styles, STYLES[node.type]));
  }
}

function lineBreak({ hasMarks }: Setting, styles: readonly Style[]): Run {
  return { text: hasMarks ? HARD : SOFT, styles };
}

function within(styles: readonly Style[], style: Style): readonly Style[] {
  return styles.includes(style) ? styles : [...styles, style];
}

/** Each line begins without spaces: four of them would make it code. */
function linesOf(text: string, { hasMarks, isLabel }: Setting, styles: readonly Style[]): Run[] {
  return text.split("\n").flatMap((line, index): Run[] => {
    const shown = index === 0 ? line : line.trimStart();
    const run = { text: hasMarks ? escaped(shown, isLabel) : shown, styles };
    return index === 0 ? [run] : [{ text: SOFT, styles }, run];
  });
}

function escaped(text: string, isLabel = false): string {
  // A bracket ends a label, in which nothing else becomes a link.
  return isLabel ? escapeText(text).replaceAll("]", "&#93;") : escapeAddresses(escapeText(text));
}

function codeRun(value: string, { hasMarks }: Setting, styles: readonly Style[]): Run {
  const code = inert(value.replaceAll(/\s*\n\s*/g, " "));
  if (!hasMarks) return { text: code, styles };
  const rows = new Set(code.match(/`+/g));
  let mark = "`";
  // The shortest that is not in it: three at the start of a line would begin a block of code.
  while (rows.has(mark)) mark += "`";
  const pad = /^`|`$|^ .* $/.test(code) ? " " : "";
  return { text: `${mark}${pad}${code}${pad}${mark}`, styles, isWhole: true };
}

function linkRuns(node: Link | LinkReference, setting: Setting, styles: readonly Style[]): readonly Run[] {
  const url = (node.type === "link" ? node.url : setting.urlOf(node.identifier)) ?? "";
  const isNamed = plainText(node) !== "";
  return linkedRuns(url, isNamed ? node.children : [{ type: "text", value: url }], setting, styles);
}

/** Feishu shows pictures by keys of its own only: a link stands for one. */
function imageRuns(node: Image | ImageReference, setting: Setting, styles: readonly Style[]): readonly Run[] {
  const url = (node.type === "image" ? node.url : setting.urlOf(node.identifier)) ?? "";
  const alt = plainText(node);
  return linkedRuns(url, [{ type: "text", value: alt === "" ? url : alt }], setting, styles);
}

function linkedRuns(
  url: string,
  words: readonly PhrasingContent[],
  setting: Setting,
  styles: readonly Style[],
): readonly Run[] {
  if (setting.isLabel === true) return runsOf(words, setting, styles);
  const address = setting.hasMarks ? linkAddress(url) : undefined;
  if (address !== undefined) {
    const label = lineText(words, { ...setting, isLabel: true }).trim();
    return [{ text: `[${label}](${address})`, styles, isWhole: true }];
  }
  const shown = url.replace(/^mailto:/i, "");
  // `www.x.y` is an address, too: readers put the rest in front of it.
  const bare = shown.replace(/^http:\/\//i, "");
  const isSaid = !saysWhere(shown) || words.map(plainText).join("").includes(bare);
  const said = runsOf(words, setting, styles);
  return isSaid ? said : [...said, ...linesOf(` (${shown})`, setting, styles)];
}

/** An address as it stands in the brackets of a link; undefined for one that Feishu would not make a link of. */
function linkAddress(url: string): string | undefined {
  if (!/^https?:\/\/[^\s/?#]/i.test(url) || !URL.canParse(url)) return undefined;
  return url.replaceAll(/[\s()<>"'\\`]/gu, encoded).replaceAll(/&(?=#?\w+;)/g, "&#38;");
}

function encoded(sign: string): string {
  const bytes = Array.from(new TextEncoder().encode(sign));
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
