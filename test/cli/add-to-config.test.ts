import { describe, expect, test } from "bun:test";
import { parse } from "jsonc-parser";
import { withPlugin } from "../../src/cli/add-to-config.ts";

const ADDED = "./plugins/hello";

describe("a plugin is added to a configuration", () => {
  test("whose comments, order and layout stay as they are", () => {
    const text = `{
  // who answers
  "agent": { "model": "x" }, // for now
  "plugins": [
    "./a", // first
    "./b" // last
    // "./c",
  ],
}
`;
    expect(withPlugin(text, ADDED)).toBe(
      text.replace('"./b" // last\n    // "./c",\n', `"./b", // last\n    // "./c",\n    "${ADDED}"\n`),
    );
  });

  test("whatever its plugins look like, and what is there already is not added again", () => {
    const forms: Record<string, unknown> = {
      "{}": { plugins: [ADDED] },
      '{ "agent": {} }': { agent: {}, plugins: [ADDED] },
      '{ "plugins": [] }': { plugins: [ADDED] },
      '{ "plugins": [\n  // none yet\n] }': { plugins: [ADDED] },
      '{ "plugins": ["./a"] }': { plugins: ["./a", ADDED] },
      '{ "plugins": ["./a",] }': { plugins: ["./a", ADDED] },
      '{ "plugins": [{ "path": "./a" }], "x": 1 }': { plugins: [{ path: "./a" }, ADDED], x: 1 },
      '{ "plugins": { "hookTimeoutMs": 3 } }': { plugins: { hookTimeoutMs: 3, entries: [ADDED] } },
      '{ "plugins": { "entries": ["./a"] } }': { plugins: { entries: ["./a", ADDED] } },
      '{\r\n  "x": [1, 2],\r\n}\r\n': { x: [1, 2], plugins: [ADDED] },
    };
    for (const [text, wanted] of Object.entries(forms)) {
      const made = withPlugin(text, ADDED);
      expect(parse(made ?? "", [], { allowTrailingComma: true }), text).toEqual(wanted);
      expect(withPlugin(made ?? "", ADDED), text).toBe(made ?? "");
    }
    const known = `{ "plugins": [{ "path": "${ADDED}", "enabled": false }] }`;
    expect(withPlugin(known, ADDED)).toBe(known);
  });

  test("but not to one that cannot be read, or says something else under that name", () => {
    for (const text of ["", "{", "[]", '{ "plugins": 3 }', '{ "plugins": { "entries": {} } }']) {
      expect(withPlugin(text, ADDED), text).toBeUndefined();
    }
  });
});
