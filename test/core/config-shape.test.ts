import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { branchFor, childOf, isOptional, shapeAt, shapeFor, shapeOf } from "../../src/core/config-shape.ts";

describe("a shape", () => {
  test("is what the schema accepts, without its wrappers, and with what is said about it anywhere", () => {
    const schema = z
      .string()
      .meta({ secret: true })
      .optional()
      .describe("inner")
      .default("d")
      .describe("outer");
    expect(shapeOf(schema)).toEqual({
      kind: "text",
      facts: { secret: true, description: "outer", fallback: "d" },
    });
  });

  test("of something with a transform is what goes in", () => {
    expect(shapeOf(z.array(z.int()).transform(String)).kind).toBe("list");
    expect(shapeOf(z.preprocess((value) => value, z.boolean())).kind).toBe("switch");
  });

  test("knows the limits of a number and the values of a choice of words", () => {
    expect(shapeOf(z.int().min(1).max(9))).toMatchObject({ kind: "number", whole: true, least: 1, most: 9 });
    expect(shapeOf(z.number())).toMatchObject({ whole: false });
    expect(shapeOf(z.enum(["a", "b"]))).toMatchObject({ kind: "values", values: ["a", "b"] });
    expect(shapeOf(z.literal("a"))).toMatchObject({ kind: "values", values: ["a"] });
  });

  test("knows whether a section takes further keys", () => {
    expect(shapeOf(z.strictObject({}))).toMatchObject({ kind: "section", isOpen: false });
    expect(shapeOf(z.object({}))).toMatchObject({ kind: "section", isOpen: false });
    expect(shapeOf(z.looseObject({}))).toMatchObject({ kind: "section", isOpen: true });
  });

  test("of what zod checks in a way of its own is anything", () => {
    expect(shapeOf(z.unknown()).kind).toBe("anything");
    expect(shapeOf(z.custom()).kind).toBe("anything");
  });
});

describe("a choice", () => {
  const at = z.strictObject({ kind: z.literal("at"), date: z.string() });
  const every = z.strictObject({ kind: z.literal("every"), span: z.string() });

  test("is decided by the form of the value", () => {
    const schema = z.union([z.int(), z.literal("auto"), z.array(z.string()), at]);
    expect(shapeFor(schema, 3)?.kind).toBe("number");
    expect(shapeFor(schema, "auto")?.kind).toBe("values");
    expect(shapeFor(schema, [])?.kind).toBe("list");
    expect(shapeFor(schema, { kind: "at" })?.kind).toBe("section");
    expect(shapeFor(schema, true)).toBeUndefined();
  });

  test("between sections is decided by their fixed key", () => {
    expect(branchFor([at, every], { kind: "every" })).toBe(1);
    expect(branchFor([at, every], { kind: "never" })).toBeUndefined();
  });

  test("stays open at the end of a path, and is decided on the way there", () => {
    const schema = z.strictObject({ jobs: z.array(z.discriminatedUnion("kind", [at, every])) });
    const value = { jobs: [{ kind: "every", span: 3 }] };
    expect(shapeAt(schema, value, ["jobs", 0])?.kind).toBe("choice");
    expect(shapeAt(schema, value, ["jobs", 0, "span"])?.kind).toBe("text");
    expect(shapeAt(schema, value, ["jobs", 0, "date"])).toBeUndefined();
  });
});

test("a key may be left out if it is optional or has a default", () => {
  expect(isOptional(z.string().optional())).toBe(true);
  expect(isOptional(z.string().default("a"))).toBe(true);
  expect(isOptional(z.string())).toBe(false);
});

test("only a value's own keys are looked at", () => {
  expect(childOf({ a: 1 }, "a")).toBe(1);
  expect(childOf({ a: 1 }, "toString")).toBeUndefined();
  expect(childOf("text", "length")).toBeUndefined();
  expect(childOf(null, "a")).toBeUndefined();
});
