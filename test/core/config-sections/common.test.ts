import { expect, test } from "bun:test";
import type { z } from "zod";
import {
  milliseconds,
  platformId,
  target,
  urlPath,
  webAddress,
} from "../../../src/core/config-sections/common.ts";

const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

test("a span fits into a timer", () => {
  expect(takes(milliseconds(), 0)).toBe(true);
  expect(takes(milliseconds(), 2 ** 31 - 1)).toBe(true);
  expect(takes(milliseconds(), 2 ** 31)).toBe(false);
  expect(takes(milliseconds(), 0.5)).toBe(false);
});

test("an id may be written as a number, and is text afterwards", () => {
  expect(platformId().parse(123_456_789)).toBe("123456789");
  expect(platformId().parse("-100123")).toBe("-100123");
  expect(takes(platformId(), "")).toBe(false);
});

test("a target names its channel", () => {
  for (const given of ["telegram:1", "telegram:default:1:topic:2", "my-chat:x"])
    expect(takes(target(), given)).toBe(true);
  for (const given of ["1", ":1", "telegram:", "Telegram 1"]) expect(takes(target(), given)).toBe(false);
});

test("paths and addresses have the form that others rely on", () => {
  expect(takes(urlPath(), "/telegram/work")).toBe(true);
  for (const given of ["x", "/a b", "/a?b", "/a#b"]) expect(takes(urlPath(), given)).toBe(false);
  expect(takes(webAddress(), "https://example.com/x")).toBe(true);
  for (const given of ["example.com", "file:///x", ""]) expect(takes(webAddress(), given)).toBe(false);
});
