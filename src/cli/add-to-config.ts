import { createScanner, findNodeAtLocation, type Node, type ParseError, parseTree } from "jsonc-parser";

/** Kinds of tokens, as jsonc-parser numbers them. */
const COMMA = 5;
const END = 17;

/**
 * The text of a configuration with one more plugin in it; everything else stays as it stands, comments included.
 * Undefined where that cannot be done: the file is no good JSONC, or its `plugins` is nothing that we know.
 */
export function withPlugin(text: string, path: string): string | undefined {
  const root = treeOf(text);
  if (root?.type !== "object") return undefined;
  const plugins = findNodeAtLocation(root, ["plugins"]);
  if (plugins === undefined) return insert(text, root, `"plugins": ${JSON.stringify([path])}`);
  const list = plugins.type === "object" ? findNodeAtLocation(plugins, ["entries"]) : plugins;
  if (list === undefined) return insert(text, plugins, `"entries": ${JSON.stringify([path])}`);
  if (list.type !== "array") return undefined;
  return namesOf(list).includes(path) ? text : insert(text, list, JSON.stringify(path));
}

function namesOf(list: Node): readonly unknown[] {
  return (list.children ?? []).map((entry): unknown =>
    entry.type === "object" ? findNodeAtLocation(entry, ["path"])?.value : entry.value,
  );
}

/** Puts `item` behind the last one in `container`, on a line of its own where its neighbours have that. */
function insert(text: string, container: Node, item: string): string | undefined {
  const close = container.offset + container.length - 1;
  const last = container.children?.at(-1);
  const from = last === undefined ? container.offset + 1 : last.offset + last.length;
  const before = text.slice(0, close).trimEnd();
  const gap = text.slice(from, before.length);
  const isClosed = last === undefined || hasComma(gap);
  const inside = text.slice(container.offset, close);
  const isOnLines = inside.includes("\n");
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = last === undefined ? `${indentAt(text, container.offset)}  ` : indentAt(text, last.offset);
  const space = last === undefined ? "" : " ";
  const added = isOnLines ? `${eol}${indent}${item}${last && isClosed ? "," : ""}` : `${space}${item}`;
  const made = `${text.slice(0, from)}${isClosed ? "" : ","}${gap}${added}${text.slice(before.length)}`;
  return treeOf(made) === undefined ? undefined : made;
}

function hasComma(gap: string): boolean {
  const scanner = createScanner(gap, true);
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    if (token === COMMA) return true;
  }
  return false;
}

function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^\s*/.exec(line)?.[0] ?? "";
}

function treeOf(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? root : undefined;
}
