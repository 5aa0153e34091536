import DOMPurify, { type Config } from "dompurify";
import { Parser, Renderer, type Token, type Tokens } from "marked";
import { hasCjk } from "./cjk.ts";
import { highlight } from "./highlight.ts";
import { strings } from "./strings.ts";

/** What of an answer's own HTML is shown as HTML; anything else is shown as it is written. */
const OWN_HTML = new Set([
  "b",
  "i",
  "u",
  "s",
  "br",
  "del",
  "em",
  "hr",
  "ins",
  "kbd",
  "mark",
  "strong",
  "sub",
  "sup",
]);

const OURS =
  "a blockquote code div h3 h4 h5 h6 img li ol p pre span table tbody td th thead tr ul details summary";

/** All that can ever reach the page from a text. */
const CLEAN: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [...OWN_HTML, ...OURS.split(" ")],
  ALLOWED_ATTR: ["href", "title", "src", "alt", "dir", "class", "align", "start", "role", "aria-label"],
  ADD_URI_SAFE_ATTR: ["dir", "align", "start", "aria-label"],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const INLINE_IMAGE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/i;
const OUR_CLASS = /^(?:hljs-[\w-]+|language-[\w+#.-]+|cjk|task|level-[1-6]|remote-image)$/;

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A" && node.hasAttribute("href")) {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer");
  }
  if (node.tagName === "IMG" && !INLINE_IMAGE.test(node.getAttribute("src") ?? "")) node.remove();
  // An answer must not dress up as a part of the page.
  const classes = [...node.classList].filter((name) => OUR_CLASS.test(name));
  if (classes.length > 0) node.setAttribute("class", classes.join(" "));
  else node.removeAttribute("class");
});

class PageRenderer extends Renderer {
  override paragraph({ tokens }: Tokens.Paragraph): string {
    return `<p dir="auto">${this.parser.parseInline(tokens)}</p>\n`;
  }
  /** The page has the first two levels for itself. */
  override heading({ tokens, depth }: Tokens.Heading): string {
    const level = Math.min(depth + 2, 6);
    return `<h${level} dir="auto" class="level-${depth}">${this.parser.parseInline(tokens)}</h${level}>\n`;
  }
  override blockquote({ tokens }: Tokens.Blockquote): string {
    return `<blockquote dir="auto">\n${this.parser.parse(tokens)}</blockquote>\n`;
  }
  override listitem(item: Tokens.ListItem): string {
    return `<li dir="auto">${this.parser.parse(item.tokens)}</li>\n`;
  }
  override checkbox({ checked }: Tokens.Checkbox): string {
    const label = checked ? strings.taskDone : strings.taskOpen;
    return `<span class="task" role="img" aria-label="${label}">${checked ? "☑" : "☐"}</span> `;
  }
  override tablecell(token: Tokens.TableCell): string {
    const tag = token.header ? "th" : "td";
    const align = token.align ? ` align="${token.align}"` : "";
    return `<${tag} dir="auto"${align}>${this.parser.parseInline(token.tokens)}</${tag}>\n`;
  }
  override em({ tokens, text }: Tokens.Em): string {
    return `<em${hasCjk(text) ? ' class="cjk"' : ""}>${this.parser.parseInline(tokens)}</em>`;
  }
  /** Fetching a picture from elsewhere would tell that place what was talked about. */
  override image({ href, text }: Tokens.Image): string {
    if (INLINE_IMAGE.test(href)) return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">`;
    const label = escapeHtml(text || href);
    return `<a class="remote-image" href="${escapeHtml(href)}">${label}</a>`;
  }
  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    const tags = [...text.matchAll(/<\/?([a-z][\w:-]*)/gi)].map((found) => found[1]?.toLowerCase() ?? "");
    const isPlain = tags.length > 0 && tags.every((tag) => OWN_HTML.has(tag)) && !text.includes("<!");
    // The bare tags: attributes have nothing to say here, and the browser would complain about some of them.
    return isPlain ? text.replaceAll(/<(\/?)([a-z]+)[^>]*>/gi, "<$1$2>") : escapeHtml(text);
  }
  override code({ text, lang }: Tokens.Code): string {
    const language = lang?.match(/^[\w+#.-]+/)?.[0] ?? "";
    const code = highlight(text, language.toLowerCase()) ?? escapeHtml(text);
    return `<pre><code class="language-${language || "text"}">${code}</code></pre>\n`;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const renderer = new PageRenderer();

/** A block of an answer as clean DOM, ready to be put into the page. */
export function renderToken(token: Token): DocumentFragment {
  const html = Parser.parse([token], { renderer, gfm: true, breaks: true });
  const fragment = DOMPurify.sanitize(html, CLEAN);
  for (const pre of fragment.querySelectorAll("pre")) frameCode(pre);
  for (const table of fragment.querySelectorAll("table")) frameTable(table);
  return fragment;
}

/** Puts a bar with the language and a copy button above a piece of code. */
function frameCode(pre: HTMLPreElement): void {
  const code = pre.querySelector("code");
  const language = code?.className.match(/language-(\S+)/)?.[1] ?? "text";
  const name = document.createElement("span");
  name.textContent = language;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-code";
  button.textContent = strings.copy;
  const bar = document.createElement("div");
  bar.className = "code-bar";
  bar.append(name, button);
  const frame = document.createElement("div");
  frame.className = "code";
  frame.dir = "ltr";
  pre.replaceWith(frame);
  makeScrollable(pre, strings.codeIn(language));
  frame.append(bar, pre);
}

function frameTable(table: HTMLTableElement): void {
  const frame = document.createElement("div");
  frame.className = "table";
  table.replaceWith(frame);
  makeScrollable(frame, strings.table);
  frame.append(table);
}

/** What scrolls sideways must be reachable by keyboard, and have a name then. */
function makeScrollable(element: HTMLElement, label: string): void {
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
}
