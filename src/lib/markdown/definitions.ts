import type { Nodes, Root } from "mdast";

/** The definitions of a text, such as `[id]: https://…`. */
export interface Definitions {
  /** Addresses by identifier; the first definition of one counts. */
  readonly urls: ReadonlyMap<string, string>;
  /** Identifiers that a link or a picture refers to. */
  readonly used: ReadonlySet<string>;
}

/** The definitions in a tree, wherever they stand. */
export function definitionsIn(tree: Root): Definitions {
  const urls = new Map<string, string>();
  const used = new Set<string>();
  for (const node of nodesIn(tree)) {
    if (node.type === "definition" && !urls.has(node.identifier)) urls.set(node.identifier, node.url);
    if (node.type === "linkReference" || node.type === "imageReference") used.add(node.identifier);
  }
  return { urls, used };
}

/** Whether a definition or a footnote's text stands in a tree. */
export function holdsDefinition(tree: Nodes): boolean {
  return nodesIn(tree).some(({ type }) => type === "definition" || type === "footnoteDefinition");
}

/** A node and all that is in it, in the order of the text. */
function* nodesIn(tree: Nodes): Generator<Nodes> {
  const waiting: Nodes[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    if ("children" in node) waiting.push(...node.children.toReversed());
  }
}
