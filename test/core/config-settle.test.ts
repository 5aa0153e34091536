import { expect, test } from "bun:test";
import { z } from "zod";
import { settle, strangeChannels } from "../../src/core/config-settle.ts";
import { path } from "../../src/core/config-sections/common.ts";

function settled(value: unknown, schema: z.ZodType, fromVariables = false) {
  const unknown: string[] = [];
  const result = settle(value, schema, {
    folder: "/etc/gateway",
    home: "/h",
    isFromVariable: () => fromVariables,
    unknownKey: (at, hint) => unknown.push(`${at.join(".")}${hint === undefined ? "" : ` → ${hint}`}`),
  });
  return { result, unknown };
}

test("an unknown key is left out and reported with what was probably meant; what is in it is not looked at", () => {
  const schema = z.strictObject({ botToken: z.string(), deep: z.strictObject({ only: z.string() }) });
  expect(settled({ bot_token: { x: 1 }, botToken: "t", zzz: 1, only: 2 }, schema)).toEqual({
    result: { botToken: "t" },
    unknown: ['bot_token → "botToken"', "zzz", "only → deep.only"],
  });
});

test("the value it is given stays as it is", () => {
  const given = Object.freeze({ p: "a", list: Object.freeze(["b"]) });
  const schema = z.strictObject({ p: path(), list: z.array(path()) });
  expect(settled(given, schema).result).toEqual({ p: "/etc/gateway/a", list: ["/etc/gateway/b"] });
});

test("what has not the form of its schema passes, for zod to refuse", () => {
  const schema = z.strictObject({ list: z.array(z.string()), section: z.strictObject({}) });
  expect(settled({ list: { a: 1 }, section: [1] }, schema).result).toEqual({ list: { a: 1 }, section: [1] });
});

test("text from a variable becomes what its place wants, if it can be read as such", () => {
  const schema = z.strictObject({
    number: z.number(),
    flag: z.boolean(),
    either: z.union([z.string(), z.number()]),
    word: z.union([z.number(), z.literal("auto")]),
  });
  const given = { number: "2.5", flag: "true", either: "3", word: "auto" };
  expect(settled(given, schema, true).result).toEqual({ number: 2.5, flag: true, either: "3", word: "auto" });
  expect(settled({ number: " ", flag: "yes" }, schema, true).result).toEqual({ number: " ", flag: "yes" });
  expect(settled(given, schema).result).toEqual(given);
});

test("channels that no schema knows are named", () => {
  const schema = z.strictObject({ channels: z.looseObject({ known: z.unknown().optional() }).prefault({}) });
  expect(strangeChannels(schema, { channels: { known: {}, other: {} } })).toEqual(["other"]);
  expect(strangeChannels(schema, {})).toEqual([]);
  expect(strangeChannels(schema, { channels: 3 })).toEqual([]);
});
