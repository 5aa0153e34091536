import { expect, test } from "bun:test";
import { nameInMarkdown, shownName } from "../../src/lib/shown-name.ts";

const ESCAPE = String.fromCodePoint(0x1b);
const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCodePoint(code)).join("");

test.each([
  ["Una", "Una"],
  ["  Una \n\n Luz\t", "Una Luz"],
  ["李小龙", "李小龙"],
  ["👩‍👩‍👧 family", "👩‍👩‍👧 family"],
  [`${ESCAPE}[31mred${ESCAPE}[0m`, "[31mred [0m"],
  [`a${CONTROLS}b\u007f\u0085c`, "a b c"],
  ["gnp.\u202Eexe\u2066", "gnp. exe"],
  ["\u200b\u200f\ufeff", "7"],
  ["", "7"],
  ["\ud800", "7"],
])("the name %j is shown as %j", (name, shown) => {
  expect(shownName(name, "7")).toBe(shown);
});

test("a long name is cut between characters that people see", () => {
  expect(shownName("x".repeat(64), "7")).toBe("x".repeat(64));
  expect(shownName("x".repeat(65), "7")).toBe(`${"x".repeat(63)}…`);
  expect(shownName("👩‍👩‍👧".repeat(30), "7")).toBe("👩‍👩‍👧".repeat(30));
  expect([...new Intl.Segmenter().segment(shownName("👩‍👩‍👧".repeat(100), "7"))].length).toBeLessThanOrEqual(64);
  expect(shownName(`a${"\u0301".repeat(100_000)}`, "7").length).toBeLessThan(300);
});

test("in Markdown a name is code, whatever it is", () => {
  expect(nameInMarkdown("**[x](http://evil.example)** @all", "7")).toBe(
    "`**[x](http://evil.example)** @all`",
  );
  expect(nameInMarkdown("`` ` ``", "7")).toBe("`'' ' ''`");
  expect(nameInMarkdown("", "`7`")).toBe("`'7'`");
});
