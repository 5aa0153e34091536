import { expect, test } from "bun:test";
import fc from "fast-check";
import { BlockReader, mendTail } from "../../../src/web/text/markdown.ts";

const TEXT = `# Title

A paragraph with **bold** and a [link](https://example.org).

- one
- two

  still two

\`\`\`ts
const a = 1;

const b = 2;
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

> quote

The end.`;

test("while a text grows only its last block is read again", () => {
  const reader = new BlockReader();
  const first = reader.read("One.\n\nTwo.\n\nThr", false);
  const second = reader.read("One.\n\nTwo.\n\nThree", false);
  expect(first).toHaveLength(3);
  expect(second[0]).toBe(first[0]);
  expect(second[1]).toBe(first[1]);
  expect(second[2]).not.toBe(first[2]);
  expect(second.map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
});

test("however the text is cut while it grows, the blocks before the last are those of the whole text", () => {
  const whole = new BlockReader().read(TEXT, true).map(({ source }) => source.trim());
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: TEXT.length })), (cuts) => {
      const reader = new BlockReader();
      for (const cut of cuts.toSorted((a, b) => a - b)) {
        const blocks = reader.read(TEXT.slice(0, cut), false);
        const closed = blocks.filter(({ isOpen }) => !isOpen).map(({ source }) => source.trim());
        expect(closed).toEqual(whole.slice(0, closed.length));
      }
      expect(reader.read(TEXT, true).map(({ source }) => source.trim())).toEqual(whole);
    }),
  );
});

test("a finished text keeps the blocks that are on the screen", () => {
  const reader = new BlockReader();
  const [before] = reader.read("One.\n\nTwo", false);
  expect(reader.read("One.\n\nTwo", true)[0]).toBe(before);
});

test("a text that begins anew is read anew", () => {
  const reader = new BlockReader();
  reader.read("One.\n\nTwo.\n\nThree", false);
  expect(reader.read("Other", false).map(({ source }) => source)).toEqual(["Other"]);
});

test("link definitions at the end reach the links before them once the text is whole", () => {
  const reader = new BlockReader();
  const text = "See [this].\n\n[this]: https://example.org";
  reader.read(text, false);
  expect(JSON.stringify(reader.read(text, true)[0]?.token)).toContain("https://example.org");
});

test("what is half written looks as it will look", () => {
  expect(mendTail("some **bo")).toBe("some **bo**");
  expect(mendTail("some **")).toBe("some ");
  expect(mendTail("some **bold*")).toBe("some **bold**");
  expect(mendTail("some `co")).toBe("some `co`");
  expect(mendTail("a [link](https://exa")).toBe("a link");
  expect(mendTail("An ![image](https://exa")).toBe("An image");
  expect(mendTail("Items:\n-")).toBe("Items:");
  expect(mendTail("Items:\n1")).toBe("Items:");
  expect(mendTail("`**` is bold")).toBe("`**` is bold");
  expect(mendTail("all **done**")).toBe("all **done**");
});

test("line ends of other systems change nothing", () => {
  expect(new BlockReader().read("One.\r\n\r\nTwo.", false)).toHaveLength(2);
});

test("a long answer in small pieces costs little more than its own length", () => {
  const reader = new BlockReader();
  const long = Array.from({ length: 400 }, (_, at) => `Paragraph ${at} with **bold** words.`).join("\n\n");
  let blocks = 0;
  for (let end = 0; end <= long.length; end += 20) blocks = reader.read(long.slice(0, end), false).length;
  expect(blocks).toBe(400);
});
