import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { missingFrom } from "../../scripts/setup.mjs";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "setup-"));
  await place("package.json", { dependencies: { wanted: "1.0.0" }, devDependencies: { checker: "2.0.0" } });
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function place(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), JSON.stringify(content));
}

const install = (name: string, version: string) => place(`node_modules/${name}/package.json`, { version });

test("an empty clone needs an installation", () => {
  expect(missingFrom(root, false)).toBe("wanted 1.0.0 is missing");
});

test("what is installed is not installed again, whoever did it", async () => {
  await install("wanted", "1.0.0");
  expect(missingFrom(root, false)).toBeUndefined();
});

test("tests need more than a start does", async () => {
  await install("wanted", "1.0.0");
  expect(missingFrom(root, true)).toBe("checker 2.0.0 is missing");
  await install("checker", "2.0.0");
  expect(missingFrom(root, true)).toBeUndefined();
});

test("another version is not the one that is wanted", async () => {
  await install("wanted", "1.0.1");
  expect(missingFrom(root, false)).toBe("wanted 1.0.0 is here as 1.0.1");
});

test("a lock that has moved on since npm installed is followed, below the direct dependencies too", async () => {
  await install("wanted", "1.0.0");
  const lock = (version: string) => ({
    packages: { "": {}, "node_modules/wanted": { version: "1.0.0" }, "node_modules/deep": { version } },
  });
  await place("node_modules/.package-lock.json", lock("3.0.0"));
  await place("package-lock.json", lock("3.0.0"));
  expect(missingFrom(root, false)).toBeUndefined();
  await place("package-lock.json", lock("3.0.1"));
  expect(missingFrom(root, false)).toBe("deep has changed in package-lock.json");
});

test("packages for other systems, and tools left out on purpose, are not missed", async () => {
  await install("wanted", "1.0.0");
  await place("node_modules/.package-lock.json", { packages: {} });
  await place("package-lock.json", {
    packages: {
      "node_modules/for-windows": { version: "1.0.0", optional: true },
      "node_modules/checker": { version: "2.0.0", dev: true },
    },
  });
  expect(missingFrom(root, false)).toBeUndefined();
});
