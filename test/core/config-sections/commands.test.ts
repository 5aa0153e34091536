import { expect, test } from "bun:test";
import { commandsSchema } from "../../../src/core/config-sections/commands.ts";

test("without a word about it: a slash, nothing switched off, and no list of pi's own commands", () => {
  expect(commandsSchema.parse({})).toEqual({ prefix: "/", disabled: [], ownerOnly: [] });
});

test("the names of ours may be written in any case", () => {
  const written = { ownerOnly: ["Model"], disabled: ["USAGE"], allow: ["Review"] };
  expect(commandsSchema.parse(written)).toMatchObject({
    ownerOnly: ["model"],
    disabled: ["usage"],
    allow: ["Review"],
  });
});

test.each([{ allow: "all" }, { allow: "none" }, { allow: ["skill:weather", "review"] }, { allow: [] }])(
  "pi's own commands: %p",
  (section) => {
    expect(commandsSchema.parse(section)).toMatchObject(section);
  },
);

test.each([
  { allow: "some" },
  { allow: ["/new"] },
  { disabled: ["a b"] },
  { prefix: "cmd" },
  { prefix: " " },
  { prefix: "" },
])("%p is refused", (section) => {
  expect(commandsSchema.safeParse(section).success).toBe(false);
});
