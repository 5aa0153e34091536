import { expect, test } from "bun:test";
import { readCommand } from "../../src/core/command-text.ts";

test.each([
  ["/new", "new", ""],
  ["/NEW  hello ", "NEW", "hello"],
  ["/new\nhello\nyou", "new", "hello\nyou"],
  ["/new@my_bot hello", "new", "hello"],
  ["/new@my.bot-2", "new", ""],
  ["/skill:web-search\tcats", "skill:web-search", "cats"],
  ["/日报 今天", "日报", "今天"],
  ["/a@b@c", "a@b", ""],
])("%p is a command", (text, name, args) => {
  expect(readCommand(text, "/")).toEqual({ name, args });
});

test.each([
  "",
  "/",
  "//",
  "//x",
  "/ x",
  " /x",
  "\n/x",
  "x /y",
  "/a/b",
  "/a\\b",
  "/-x",
  "/@bot",
  "/.",
  `/${"x".repeat(200)}`,
])("%p is none", (text) => {
  expect(readCommand(text, "/")).toBeUndefined();
});

test("a long text costs no more than its head", () => {
  const long = `/help ${"a b ".repeat(250_000)}`;
  expect(readCommand(long, "/")?.name).toBe("help");
  expect(readCommand(`/${"@".repeat(1_000_000)}`, "/")).toBeUndefined();
});

test("the prefix is whatever it is set to", () => {
  expect(readCommand("!!new", "!!")).toEqual({ name: "new", args: "" });
  expect(readCommand("!new", "!!")).toBeUndefined();
  expect(readCommand("/new", "!!")).toBeUndefined();
});
