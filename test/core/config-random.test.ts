import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "jsonc-parser";
import { ConfigError } from "../../src/core/errors.ts";
import { redactConfig } from "../../src/security/redact.ts";
import { configs } from "./config-of.ts";

const { load } = configs();
const FULL = readFileSync(join(import.meta.dir, "../guide/config-full.jsonc"), "utf8");

/** Loads `content`; what is refused must be refused in sentences. */
function loadOrRefuse(content: unknown): void {
  try {
    const loaded = load(content);
    JSON.stringify(redactConfig(loaded));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) expect(problem).toMatch(/^config-\d+\.jsonc:\d+:\d+ .+/s);
  }
}

/** A failing run prints its seed. */
const RUNS = { numRuns: 100 };

test("whatever letters the file has, it is loaded or refused with a place, never anything else", () => {
  const cut = fc.tuple(fc.nat(FULL.length), fc.nat(20), fc.string({ maxLength: 10, unit: "binary" }));
  fc.assert(
    fc.property(cut, ([at, length, put]) => loadOrRefuse(FULL.slice(0, at) + put + FULL.slice(at + length))),
    RUNS,
  );
});

test("whatever stands in the place of any value, it is loaded or refused with a place", () => {
  const paths: (readonly (string | number)[])[] = [];
  const collect = (value: unknown, path: readonly (string | number)[]) => {
    paths.push(path);
    if (typeof value !== "object" || value === null) return;
    for (const [key, item] of Object.entries(value))
      collect(item, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  collect(parse(FULL), []);
  const words = fc.constantFrom("${A}", "${A:-1}", "$$", "${", "", "~", "auto", "__proto__");
  const put = fc.oneof(fc.jsonValue({ maxDepth: 3 }), words, fc.dictionary(words, words), fc.array(words));
  fc.assert(
    fc.property(fc.constantFrom(...paths.slice(1)), put, (path, value) => {
      const root = parse(FULL) as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(at as object, key), root);
      Object.defineProperty(parent, path.at(-1) ?? "", { value, enumerable: true, configurable: true });
      loadOrRefuse(root);
    }),
    RUNS,
  );
});
