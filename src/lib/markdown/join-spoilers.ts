import type { Node, PhrasingContent, Root, Text } from "mdast";

/** `||hidden until it is tapped||` */
export interface Spoiler extends Node {
  type: "spoiler";
  children: PhrasingContent[];
}

declare module "mdast" {
  interface PhrasingContentMap {
    spoiler: Spoiler;
  }
  interface RootContentMap {
    spoiler: Spoiler;
  }
}

const MARK = /(?<!\|)\|\|(?!\|)/;
const MARKS = new RegExp(MARK, "g");
const ENDS_IN_WORD = /[A-Za-z0-9_]$/;
const STARTS_WITH_WORD = /^[A-Za-z0-9_]/;

/** Where a mark stands among the children of a paragraph: in which text, and where in it. */
interface Mark {
  readonly child: number;
  readonly at: number;
  readonly opens: boolean;
  readonly closes: boolean;
}

/** Turns what stands between two `||` into a spoiler. Or-signs of code and escaped bars stay as they are. */
export function joinSpoilers(tree: Root, markdown: string): void {
  if (!MARK.test(markdown)) return;
  const waiting: { readonly node: Node; readonly source: string }[] = [{ node: tree, source: markdown }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node } = next;
    if (!("children" in node)) continue;
    const parent = node as Node & { children: PhrasingContent[] };
    const sourceOf = ({ position }: Node, around: string) =>
      position ? markdown.slice(position.start.offset, position.end.offset) : around;
    const source = sourceOf(node, next.source);
    if (parent.children.some((child) => child.type === "text")) {
      parent.children = joined(parent.children, (text) => sourceOf(text, source));
    }
    waiting.push(...parent.children.map((child) => ({ node: child, source })));
  }
}

/** Where a text stands in the source; beside a bare address it does not say so, and what stands around it counts. */
type SourceOf = (text: Text) => string;

function joined(children: readonly PhrasingContent[], sourceOf: SourceOf): PhrasingContent[] {
  const marks = children.flatMap((child, index) => marksIn(child, index, sourceOf));
  const result: PhrasingContent[] = [];
  let from = { child: 0, at: 0 };
  for (let first = 0; first < marks.length; first += 1) {
    const open = marks[first];
    const second = marks.findIndex((mark, index) => index > first && mark.closes);
    const close = marks[second];
    if (!open?.opens || close === undefined) continue;
    result.push(...between(children, from, open));
    result.push({ type: "spoiler", children: between(children, behind(open), close) });
    from = behind(close);
    first = second;
  }
  return [...result, ...between(children, from, { child: children.length, at: 0 })];
}

function behind(mark: Mark): { child: number; at: number } {
  return { child: mark.child, at: mark.at + 2 };
}

function marksIn(child: PhrasingContent, index: number, sourceOf: SourceOf): Mark[] {
  if (child.type !== "text" || !MARK.test(child.value) || sourceOf(child).includes("\\|")) return [];
  return [...child.value.matchAll(MARKS)].map(({ index: at }) => {
    const before = child.value.slice(0, at);
    const after = child.value.slice(at + 2);
    return {
      child: index,
      at,
      opens: !ENDS_IN_WORD.test(before) && !/^\s/.test(after),
      closes: !STARTS_WITH_WORD.test(after) && !/\s$/.test(before),
    };
  });
}

type Place = Pick<Mark, "child" | "at">;

function between(children: readonly PhrasingContent[], from: Place, to: Place): PhrasingContent[] {
  const parts = children.slice(from.child, to.child + 1).map((child, index) => {
    if (child.type !== "text") return from.child + index === to.child ? undefined : child;
    const end = from.child + index === to.child ? to.at : undefined;
    const value = child.value.slice(index === 0 ? from.at : 0, end);
    return value === "" ? undefined : { ...child, value };
  });
  return parts.filter((part) => part !== undefined);
}
