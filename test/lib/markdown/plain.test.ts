import { expect, test } from "bun:test";
import { parseMarkdown } from "../../../src/lib/markdown/parse.ts";
import { isLineBreak, plainText } from "../../../src/lib/markdown/plain.ts";

test("the words of a node come without marks and on one line", () => {
  expect(
    plainText(parseMarkdown("# A *b*\n\n- c `d`\n- [e](https://x.y)\n\n![f](g) h<br>i  \nj[^1]\n\n[^1]: k")),
  ).toBe("A b c d e f h i j[1] k");
});

test("only a tag for a line break is one", () => {
  expect(["<br>", "<br/>", "<BR />"].map(isLineBreak)).toEqual([true, true, true]);
  expect(["<b>", "<brx>", "a<br>"].map(isLineBreak)).toEqual([false, false, false]);
});
