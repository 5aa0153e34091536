import { expect, test } from "bun:test";
import { z } from "zod";
import { expectedBy, problemsOf } from "../../src/core/config-problems.ts";
import { shapeOf } from "../../src/core/config-shape.ts";

function sentences(schema: z.ZodType, value: unknown): readonly string[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return problemsOf(issues, schema, value, () => undefined).map(
    ({ path, sentence }) => `${path.join(".")}: ${sentence}`,
  );
}

test("what is missing is called missing", () => {
  expect(sentences(z.strictObject({ id: z.string() }), {})).toEqual(["id: missing; expected a text"]);
});

test("what stands there is shown, and never at length", () => {
  const schema = z.strictObject({ a: z.string() });
  expect(sentences(schema, { a: null })).toEqual(["a: expected a text, got null"]);
  expect(sentences(schema, { a: [] })).toEqual(["a: expected a text, got a list"]);
  expect(sentences(schema, { a: {} })).toEqual(["a: expected a text, got a section"]);
  expect(sentences(z.strictObject({ a: z.string().min(1) }), { a: "" })).toEqual([
    "a: expected a text, got an empty text",
  ]);
  expect(sentences(z.strictObject({ a: z.int() }), { a: "x".repeat(500) })[0]?.length).toBeLessThan(120);
});

test("of a choice, only the alternative that was meant is explained", () => {
  const entry = z.union([z.string(), z.strictObject({ path: z.string(), enabled: z.boolean() })]);
  const schema = z.strictObject({
    list: z.union([z.array(entry), z.strictObject({ entries: z.array(entry) })]),
  });
  expect(sentences(schema, { list: ["a", { path: "b", enabled: 3 }] })).toEqual([
    "list.1.enabled: expected true or false, got 3",
  ]);
  expect(sentences(schema, { list: { entries: [4] } })).toEqual([
    "list.entries.0: expected a text or a section { … }, got 4",
  ]);
  expect(sentences(schema, { list: 5 })).toEqual(["list: expected a list [ … ] or a section { … }, got 5"]);
});

test("of sections told apart by a key, an unknown value of that key is explained", () => {
  const schema = z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("cron") }),
    z.strictObject({ kind: z.literal("every") }),
  ]);
  expect(sentences(schema, { kind: "evry" })).toEqual([
    'kind: expected "cron" or "every", got "evry" (did you mean "every"?)',
  ]);
});

test("a rule's own sentence is kept", () => {
  const schema = z.strictObject({ a: z.string().refine(() => false, "must rhyme") });
  expect(sentences(schema, { a: "x" })).toEqual(["a: must rhyme"]);
  const other = z.strictObject({ a: z.string().regex(/^y/, "expected something with y") });
  expect(sentences(other, { a: "x" })).toEqual(['a: expected something with y, got "x"']);
});

test("every form has words", () => {
  const words = (schema: z.ZodType) => expectedBy(shapeOf(schema));
  expect(words(z.int())).toBe("a whole number");
  expect(words(z.number().min(0.5))).toBe("a number of at least 0.5");
  expect(words(z.int().max(3))).toBe("a whole number of at most 3");
  expect(words(z.record(z.string(), z.int()))).toBe("a section { … }");
  expect(words(z.url().meta({ format: "uri" }))).toBe("a web address");
  expect(words(z.unknown())).toBe("another value");
});
