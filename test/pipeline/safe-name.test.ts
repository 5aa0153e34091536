import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, win32 } from "node:path";
import { distinctNames, safeName } from "../../src/pipeline/safe-name.ts";

const folder = mkdtempSync(join(tmpdir(), "names-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["report.pdf", "report.pdf"],
  ["年度报告(最终版).pdf", "年度报告(最终版).pdf"],
  ["Q&A's answers.txt", "Q&A's answers.txt"],
  [".gitignore", ".gitignore"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\me\\x.doc", "x.doc"],
  ["a/b/", "file"],
  ["..", "file"],
  ["", "file"],
  ["...", "file"],
  [" . ", "file"],
  ["~", "file"],
  ["\u0000\u0007", "file"],
  ["photo\u202Egnp.exe", "photognp.exe"],
  ["zero\u200Bwidth\uFEFF.txt", "zerowidth.txt"],
  ["line\nbreak\u2028.txt", "linebreak.txt"],
  ['a<b>c:d"e|f?g*h`i$j.txt', "a_b_c_d_e_f_g_h_i_j.txt"],
  ["-rf", "rf"],
  ["--help.txt", "help.txt"],
  ["name. . ", "name"],
  ["two   spaces.txt", "two spaces.txt"],
  ["CON", "_CON"],
  ["con.txt", "_con.txt"],
  ["Lpt1 .log", "_Lpt1 .log"],
  ["console.log", "console.log"],
  ["half\uD83D.txt", "half_.txt"],
  ["e\u0301.txt", "\u00e9.txt"],
])("%p is written as %p", (name, safe) => {
  expect(safeName(name)).toBe(safe);
});

test("a long name keeps its beginning and its extension", () => {
  expect(safeName(`${"x".repeat(300)}.pdf`)).toBe(`${"x".repeat(176)}.pdf`);
  expect(safeName(`${"世".repeat(300)}.pdf`)).toBe(`${"世".repeat(58)}.pdf`);
  expect(safeName(`a.${"x".repeat(300)}`)).toHaveLength(180);
});

test("two files of the same name are two files, whatever the case of their letters", () => {
  expect(distinctNames(["a.txt", "a.txt", "A.TXT", "a (2).txt", "b"])).toEqual([
    "a.txt",
    "a (2).txt",
    "A (3).TXT",
    "a (2) (2).txt",
    "b",
  ]);
});

const PIECES = [
  ...Array.from("aA.-_ ~/\\:*?\"<>|$`'%&;\n\r\t\0"),
  "..",
  "世",
  "界",
  "é",
  "e\u0301",
  "👨‍👩‍👧",
  "🇨🇳",
  "\u202E",
  "\u2066",
  "\u200D",
  "\uFEFF",
  "\u2028",
  "\uD800",
  "\uDC00",
  "CON",
  "nul",
  ".txt",
  "con.",
  "x".repeat(120),
  "世".repeat(70),
  "ﬁ",
  "ſ",
  "İ",
  "ß",
  "\u3164",
  "\uE000",
];

test("any names are safe, distinct and can be written", () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  let state = seed;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let round = 0; round < 300; round++) {
    const names = Array.from({ length: 1 + next(6) }, () =>
      Array.from({ length: next(8) }, () => PIECES[next(PIECES.length)] ?? "").join(""),
    );
    const alone = names.map((name) => safeName(name));
    expect(alone.map((name) => safeName(name))).toEqual(alone);
    const safe = distinctNames(alone);
    const place = mkdtempSync(join(folder, "round-"));
    for (const name of safe) {
      expect(name).toBe(basename(name));
      expect(name).toBe(win32.basename(name));
      expect(name).not.toMatch(/^\.*$|^[-~\s]|[\s.]$|[<>:"|?*`$/\\]/);
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      writeFileSync(join(place, name), name, { flag: "wx" });
    }
    expect(new Set(safe.map((name) => name.normalize("NFKC").toLowerCase())).size).toBe(names.length);
    expect(readdirSync(place)).toHaveLength(names.length);
  }
});
