import { expect, test } from "bun:test";
import { menuCommands, menuDescription } from "../../src/plugins/menu-commands.ts";

const naming = {
  nameOf: (name: string) => name.toLowerCase().replaceAll("-", "_"),
  pattern: /^[a-z_]+$/,
  mostCommands: 3,
};
const shown = (...names: readonly string[]) =>
  menuCommands(
    names.map((name) => ({ name, summary: name })),
    naming,
  ).map(({ name, command }) => `${name} is ${command.name}`);

test("commands are listed in their order, under names that the platform takes", () => {
  expect(shown("my-skill", "help", "7z")).toEqual(["my_skill is my-skill", "help is help"]);
});

test("whoever is called so by right has the name, and each is there once", () => {
  expect(shown("a-b", "a_b", "A-B", "a_b")).toEqual(["a_b is a_b"]);
});

test("no more are listed than the platform takes", () => {
  expect(shown("one", "two", "three", "four")).toEqual(["one is one", "two is two", "three is three"]);
});

test("a description is one line that fits, and never empty", () => {
  expect(menuDescription("Begin\n  anew", "new", 20)).toBe("Begin anew");
  expect(menuDescription("  ", "new", 20)).toBe("new");
  expect(menuDescription("聊天🙂聊天", "new", 4)).toBe("聊天…");
});
