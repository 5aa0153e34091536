import { expect, test } from "bun:test";
import { type Fence, fenceAfter, fenceFor, quoteOf } from "../../../src/lib/markdown/fence.ts";

const after = (text: string) => {
  let open: Fence | undefined;
  for (const line of text.split("\n")) open = fenceAfter(open, line);
  return open;
};

test("a code block is open from its mark to the same mark, at least as long, alone on a line", () => {
  expect(after("```ts title\na")).toMatchObject({ quote: "", indent: 0, mark: "```", info: "ts title" });
  expect(after("```\na\n```")).toBeUndefined();
  expect(after("````\n```\na")).toMatchObject({ mark: "````" });
  expect(after("```\n~~~\n``` x\n``")).toMatchObject({ mark: "```" });
  expect(after("```\na\n`````")).toBeUndefined();
  expect(after("~~~ `a`\n")).toMatchObject({ mark: "~~~", info: "`a`" });
});

test("code in a line is no code block", () => {
  expect(after("```a``` b")).toBeUndefined();
  expect(after("a ```")).toBeUndefined();
});

test("a code block in a list or a quote is one, and ends with its quote", () => {
  expect(after("- ```ts\n  a")).toMatchObject({ indent: 2, info: "ts" });
  expect(after("  1. ```\n     a")).toMatchObject({ indent: 5 });
  expect(after("> ```js\n> a")).toMatchObject({ quote: "> ", info: "js" });
  expect(after("> ```\n> a\n> ```")).toBeUndefined();
  expect(after("> ```\n> a\nb")).toBeUndefined();
  expect(after("- ```\n  a\nb")).toBeUndefined();
  expect(after("- ```\n  > ```\n  > a")).toMatchObject({ indent: 2 });
  expect(after("- ```\n  a\n\n  b")).toMatchObject({ isInItem: true });
});

test("the quote marks of a line are told", () => {
  expect(["> a", ">> a", " > > a", "a > b", ""].map(quoteOf)).toEqual(["> ", ">> ", " > > ", "", ""]);
});

test("a fence is longer than any row of backticks in the code", () => {
  expect(["a", "`a`", "```\na\n```", "a ````` b"].map(fenceFor)).toEqual(["```", "```", "````", "``````"]);
});
