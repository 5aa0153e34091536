import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import manifest from "../package.json";
import { EXIT } from "../src/cli/exit-codes.ts";

const ROOT = resolve(import.meta.dir, "..");
const DOCS = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((file) =>
  file.endsWith(".md"),
);

const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** What stands in back quotes and looks like a file or a folder of the repository. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inside = ""]) => inside);
  return quoted.filter((one) => /^(src|test|docs|bin|scripts|bench|\.ci)\/[\w./-]*$/.test(one));
}

/** Targets of Markdown links that are no addresses. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

test("every file and folder that the documents name exists", () => {
  const missing = DOCS.flatMap((doc) =>
    pathsIn(textOf(doc))
      .filter((path) => !existsSync(join(ROOT, path)))
      .map((path) => `${doc} names ${path}`),
  );
  expect(missing).toEqual([]);
});

test("every link between documents leads somewhere", () => {
  const broken = DOCS.flatMap((doc) =>
    linksIn(textOf(doc))
      .filter((target) => !existsSync(join(ROOT, dirname(doc), target)))
      .map((target) => `${doc} links to ${target}`),
  );
  expect(broken).toEqual([]);
});

test("every npm script that the documents name exists", () => {
  const scripts = new Set(Object.keys(manifest.scripts));
  const named = DOCS.flatMap((doc) =>
    [...textOf(doc).matchAll(/\b(?:npm|bun) run ([a-z][\w:-]*)(?![\w./])/g)].map(([, name = ""]) => ({
      doc,
      name,
    })),
  );
  expect(named.filter(({ name }) => !scripts.has(name))).toEqual([]);
});

test("the exit codes are documented as they are", () => {
  const documented = [...textOf("docs/operations.md").matchAll(/^\| (\d+) +\| `(\w+)`/gm)].map(
    ([, code, name = ""]) => [name, Number(code)],
  );
  expect(Object.fromEntries(documented)).toEqual(EXIT);
});
