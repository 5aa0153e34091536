import { expect, test } from "bun:test";
import { LineSplitter, LineTooLongError } from "../../src/lib/jsonl.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("lines come out whole however their bytes are cut", () => {
  const text = '{"a":"é漢🙂"}\n{"b":"x\u2028y\u2029z\u0085"}\n{"c":1}\n';
  const whole = bytes(text);
  for (let size = 1; size <= whole.length; size += 1) {
    const splitter = new LineSplitter(1000);
    const lines: string[] = [];
    for (let at = 0; at < whole.length; at += size)
      lines.push(...splitter.push(whole.subarray(at, at + size)));
    expect(lines).toEqual(text.trimEnd().split("\n"));
  }
});

test("only a newline ends a line: separators of Unicode do not", () => {
  expect(new LineSplitter(100).push(bytes('"a\u2028b"\n'))).toEqual(['"a\u2028b"']);
});

test("a carriage return and empty lines are no content", () => {
  expect(new LineSplitter(100).push(bytes("a\r\n\r\n\nb\n"))).toEqual(["a", "b"]);
});

test("a buffer that the reader uses again does not change what was read", () => {
  const splitter = new LineSplitter(100);
  const buffer = bytes("half");
  splitter.push(buffer);
  buffer.fill(0);
  expect(splitter.push(bytes(" done\n"))).toEqual(["half done"]);
});

test("a line without end is refused instead of filling the memory", () => {
  const splitter = new LineSplitter(10);
  splitter.push(bytes("12345"));
  expect(() => splitter.push(bytes("678901"))).toThrow(LineTooLongError);
});
