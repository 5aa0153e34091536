import { expect, test } from "bun:test";
import { fromMarkdown } from "mdast-util-from-markdown";
import { literalMath } from "../../../src/lib/markdown/literal-math.ts";

const parse = (markdown: string) => fromMarkdown(markdown, { extensions: [literalMath()] });

test("mathematics is text, joined with the text around it", () => {
  const [paragraph] = parse("If $x*y*z$ and \\(a\\_b\\) then.").children;
  expect(paragraph).toMatchObject({
    children: [{ type: "text", value: "If $x*y*z$ and \\(a\\_b\\) then." }],
  });
});

test("marks without a partner mean what they mean in Markdown", () => {
  for (const text of ["$*a*", "\\[*a*", "$ *a* $", "$$*a*", "$x*a*$1", "\\)*a*", "$", "\\("]) {
    expect(parse(text).children).toMatchObject([{ type: "paragraph" }]);
    if (text.includes("*")) expect(JSON.stringify(parse(text))).toContain("emphasis");
  }
});

test("mathematics never joins two paragraphs or two items", () => {
  expect(parse("$a\n\nb$").children).toHaveLength(2);
  expect(parse("- $a\n- b$").children).toMatchObject([{ children: [{}, {}] }]);
});
