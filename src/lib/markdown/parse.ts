import type { Link, Node, PhrasingContent, Root } from "mdast";
import { fromMarkdown, type Options } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";
import { gfmStrikethroughCjkFriendly } from "micromark-extension-cjk-friendly-gfm-strikethrough";
import { gfm } from "micromark-extension-gfm";
import { joinSpoilers } from "./join-spoilers.ts";
import { literalMath } from "./literal-math.ts";
import { isTangled } from "./tangled.ts";

const SYNTAX: Options = {
  extensions: [gfm(), cjkFriendlyExtension(), gfmStrikethroughCjkFriendly(), literalMath()],
  mdastExtensions: [gfmFromMarkdown()],
};
/** Ends a sentence in Chinese and Japanese; in an address that stands in such a text it is not part of it. */
const WIDE_PUNCTUATION = /[\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u201c\u201d]/;

/**
 * Parses Markdown as GitHub reads it, with marks beside Chinese and Japanese words, `||spoilers||`, and
 * mathematics left as it is. Never throws and never takes long: a text that is too tangled to be
 * Markdown becomes one paragraph as it stands.
 */
export function parseMarkdown(markdown: string): Root {
  if (isTangled(markdown)) return asItStands(markdown);
  try {
    const tree = fromMarkdown(markdown, SYNTAX);
    joinSpoilers(tree, markdown);
    endAddresses(tree);
    return tree;
  } catch {
    // A text the parser stumbles over can still be read as it stands.
    return asItStands(markdown);
  }
}

function asItStands(markdown: string): Root {
  const value = markdown.trim();
  return {
    type: "root",
    children: value === "" ? [] : [{ type: "paragraph", children: [{ type: "text", value }] }],
  };
}

/** Cuts bare addresses where a sentence goes on in Chinese punctuation. */
function endAddresses(tree: Root): void {
  const waiting: Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!("children" in node)) continue;
    const parent = node as Node & { children: PhrasingContent[] };
    if (parent.children.some(isOverlong)) {
      parent.children = parent.children.flatMap((child) => (isOverlong(child) ? ended(child) : [child]));
    }
    waiting.push(...parent.children);
  }
}

function isOverlong(node: PhrasingContent): node is Link {
  if (node.type !== "link" || node.children.length !== 1) return false;
  const [text] = node.children;
  return text?.type === "text" && text.value === node.url && WIDE_PUNCTUATION.test(node.url);
}

function ended(link: Link): PhrasingContent[] {
  const at = link.url.search(WIDE_PUNCTUATION);
  const url = link.url.slice(0, at);
  const rest = sentence(link.url.slice(at)).flatMap((child) => (isOverlong(child) ? ended(child) : [child]));
  return [{ ...link, url, children: [{ type: "text", value: url }] }, ...rest];
}

/** What comes after the address was never looked at as Markdown. */
function sentence(value: string): readonly PhrasingContent[] {
  if (!/[*_~`]/.test(value)) return [{ type: "text", value }];
  const [paragraph] = fromMarkdown(value, SYNTAX).children;
  if (paragraph?.type !== "paragraph") return [{ type: "text", value }];
  return paragraph.children.flatMap((child) => (isOverlong(child) ? ended(child) : [child]));
}
