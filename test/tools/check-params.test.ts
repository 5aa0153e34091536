import { expect, test } from "bun:test";
import type { JsonSchema } from "../../src/core/tool.ts";
import { problemOf } from "../../src/tools/check-params.ts";

const job: JsonSchema = {
  type: "object",
  properties: {
    id: { type: "string", minLength: 1, maxLength: 5, pattern: "^[a-z]+$" },
    kind: { type: "string", enum: ["cron", "every"] },
    version: { const: 1 },
    times: { type: "integer", minimum: 1, maximum: 9 },
    share: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
    tags: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 },
    at: { type: "object", properties: { hour: { type: "integer" } }, required: ["hour"] },
    note: { type: ["string", "null"] },
  },
  required: ["id"],
  additionalProperties: false,
};

const CASES: readonly (readonly [params: object, problem: string])[] = [
  [{}, '"id" is missing'],
  [{ id: 5 }, '"id" must be a string, not 5'],
  [{ id: "" }, '"id" must not be empty'],
  [{ id: "toolong" }, '"id" is longer than 5'],
  [{ id: "A" }, '"id" must be of the form ^[a-z]+$'],
  [{ id: "a", kind: "at" }, '"kind" must be one of "cron", "every", not "at"'],
  [{ id: "a", version: 2 }, '"version" must be 1, not 2'],
  [{ id: "a", times: 1.5 }, '"times" must be an integer, not 1.5'],
  [{ id: "a", times: 0 }, '"times" must be at least 1'],
  [{ id: "a", times: 10 }, '"times" must be at most 9'],
  [{ id: "a", share: 0 }, '"share" must be more than 0'],
  [{ id: "a", share: 1 }, '"share" must be less than 1'],
  [{ id: "a", tags: [] }, '"tags" must have at least 1'],
  [{ id: "a", tags: ["x", "y", "z"] }, '"tags" must have at most 2'],
  [{ id: "a", tags: ["x", 5] }, '"tags[1]" must be a string, not 5'],
  [{ id: "a", at: {} }, '"at.hour" is missing'],
  [{ id: "a", at: [] }, '"at" must be an object, not []'],
  [{ id: "a", note: 1 }, '"note" must be a string or null, not 1'],
  [{ id: "a", color: 1 }, '"color" is not known; there are id, kind, version, times, share, tags, at, note'],
];

test.each(CASES)("%j: %s", (params, problem) => {
  expect(problemOf(params, job)).toBe(problem);
});

test("what fits has no problem", () => {
  const full = {
    id: "ab",
    kind: "cron",
    version: 1,
    times: 9,
    share: 0.5,
    tags: ["x"],
    at: { hour: 1 },
    note: null,
  };
  expect(problemOf(full, job)).toBeUndefined();
  expect(problemOf({ id: "ab", note: undefined }, job)).toBeUndefined();
});

test("forms that are combined are all looked at", () => {
  const either: JsonSchema = {
    anyOf: [{ required: ["path"] }, { required: ["url"] }],
    not: { required: ["both"] },
    if: { required: ["url"] },
    // oxlint-disable-next-line unicorn/no-thenable -- the word of the schema
    then: { properties: { url: { pattern: "^https:" } } },
  };
  expect(problemOf({}, either)).toBe(
    'The parameters fits none of its forms: "path" is missing; or "url" is missing',
  );
  expect(problemOf({ path: 1 }, either)).toBeUndefined();
  expect(problemOf({ path: 1, both: 1 }, either)).toContain("not allowed");
  expect(problemOf({ url: "http:" }, either)).toBe('"url" must be of the form ^https:');
  expect(problemOf({ a: 1 }, { oneOf: [{ required: ["a"] }, { type: "object" }] })).toContain(
    "more than one",
  );
  expect(
    problemOf({ a: 1 }, { allOf: [{ type: "object" }, { properties: { a: { type: "string" } } }] }),
  ).toBe('"a" must be a string, not 1');
});

test("a schema may refer to its parts and to itself", () => {
  const tree: JsonSchema = {
    $ref: "#/$defs/node",
    $defs: {
      node: { type: "object", properties: { "a/b": { $ref: "#/$defs/node" }, n: { type: "number" } } },
    },
  };
  expect(problemOf({ "a/b": { "a/b": { n: 1 } } }, tree)).toBeUndefined();
  expect(problemOf({ "a/b": { "a/b": { n: "x" } } }, tree)).toBe('"a/b.a/b.n" must be a number, not "x"');
  expect(problemOf({}, { $ref: "#" })).toBeUndefined();
});

test("what a schema says in words that are not known, or wrongly, allows everything", () => {
  expect(problemOf({ a: 1 }, { type: "object", unevaluatedProperties: false })).toBeUndefined();
  expect(problemOf({ a: "x" }, { properties: { a: { pattern: "(" }, b: 5 } })).toBeUndefined();
  expect(problemOf({}, {})).toBeUndefined();
});

test("names that every object has are no properties of a schema", () => {
  expect(problemOf({ constructor: 1 }, { properties: {}, additionalProperties: false })).toBe(
    '"constructor" is not known; there are no parameters',
  );
});
