import { expect, test } from "bun:test";
import { isTangled } from "../../../src/lib/markdown/tangled.ts";

test("what nobody writes is tangled: deep nesting, hundreds of marks in one paragraph, a whole book", () => {
  for (const text of [
    ">".repeat(100),
    "> ".repeat(100),
    "- ".repeat(50) + "a",
    "1. ".repeat(100),
    "*a_ ".repeat(400),
    "[".repeat(1000),
    "](".repeat(1000),
    `${" ".repeat(300)}- a`,
    "word ".repeat(50_000),
  ]) {
    expect(isTangled(text), text.slice(0, 20)).toBe(true);
  }
});

test("what people and models write is not: long lists, wide tables, code full of marks, rules", () => {
  for (const text of [
    "- **a** _b_ `c` [d](e)\n".repeat(200),
    `${"| *a* ".repeat(20)}|\n`.repeat(50),
    `\`\`\`c\n${"*a[0] = **b;\n".repeat(500)}\`\`\``,
    `> \`\`\`\n${"> *a[0] = **b;\n".repeat(500)}> \`\`\``,
    "* * * * * * * * * * * * * * * * * * * * *",
    "**a** ".repeat(100),
    "> > > - 1. a",
  ]) {
    expect(isTangled(text), text.slice(0, 20)).toBe(false);
  }
});
