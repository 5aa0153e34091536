import { expect, test } from "bun:test";
import { definitionsIn, holdsDefinition } from "../../../src/lib/markdown/definitions.ts";
import { parseMarkdown } from "../../../src/lib/markdown/parse.ts";

test("definitions are found wherever they stand, and the first of two counts", () => {
  const tree = parseMarkdown("> [a]: https://one.y\n\n- b\n\n  [b]: https://b.y\n\n[a]: https://two.y");
  expect(Object.fromEntries(definitionsIn(tree).urls)).toEqual({ a: "https://one.y", b: "https://b.y" });
});

test("links and pictures that refer to one are known, others are not", () => {
  const tree = parseMarkdown("[x][a] ![y][b] [z](https://z.y)\n\n[a]: /1\n[b]: /2\n[c]: /3");
  expect([...definitionsIn(tree).used].toSorted()).toEqual(["a", "b"]);
});

test("a text holds a definition or the text of a footnote, or it holds none", () => {
  expect(holdsDefinition(parseMarkdown("> - [a]: https://x.y"))).toBe(true);
  expect(holdsDefinition(parseMarkdown("a[^1]\n\n[^1]: b"))).toBe(true);
  expect(holdsDefinition(parseMarkdown("[a][b] [c](https://x.y) `[a]: https://x.y`"))).toBe(false);
});
