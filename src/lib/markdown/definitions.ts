import type { Nodes, Root } from "mdast";

/** What stands in a text for its links: `[name]: address`. */
export interface Definitions {
  /** The address behind each identifier; the first definition counts. */
  readonly urls: ReadonlyMap<string, string>;
  /** Identifiers that a link or a picture uses. */
  readonly used: ReadonlySet<string>;
}

export function definitionsIn(tree: Root): Definitions {
  const urls = new Map<string, string>();
  const used = new Set<string>();
  const waiting: Nodes[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "definition" && !urls.has(node.identifier)) urls.set(node.identifier, node.url);
    if (node.type === "linkReference" || node.type === "imageReference") used.add(node.identifier);
    if ("children" in node) waiting.push(...node.children);
  }
  return { urls, used };
}
