import { expect, test } from "bun:test";
import { literal } from "../../../src/web/text/literal.ts";

test("nothing in a text is taken for Markdown", () => {
  for (const sign of ["\\", "*", "`", "_", "[", "]", "<", ">", "~", "|", "#"]) {
    expect(literal(`a ${sign} b`)).toBe(`a \\${sign} b`);
  }
  expect(literal("1. one\n- two\n3) three")).toBe("1\\. one  \n\\- two  \n3\\) three");
  expect(literal("a - b, 1.5 + 2")).toBe("a - b, 1.5 + 2");
});
