import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeRuntimeFiles } from "../../src/bridge/runtime-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runtime-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("pi gets plain scripts that import nothing and have what it loads", async () => {
  const files = await writeRuntimeFiles(join(folder, "runtime"));
  for (const file of Object.values(files)) {
    const text = await Bun.file(file).text();
    expect(text).not.toMatch(/\bimport\b\s*["'{*(]/);
    expect(text).not.toContain("interface ");
    expect(await import(file)).toMatchObject({ default: expect.any(Function) });
  }
});

test("a file that is there is left as it is", async () => {
  const first = await writeRuntimeFiles(folder);
  const writtenAtMs = (await stat(first.extension)).mtimeMs;
  expect(await writeRuntimeFiles(folder)).toEqual(first);
  expect((await stat(first.extension)).mtimeMs).toBe(writtenAtMs);
  expect(await readdir(folder)).toHaveLength(Object.keys(first).length);
});

test("only the person may read them", async () => {
  const { extension } = await writeRuntimeFiles(folder);
  expect((await stat(extension)).mode & 0o077).toBe(0);
});

test("what pi starts does not take the standalone binary for a Bun", async () => {
  const { forgetBun } = await writeRuntimeFiles(folder);
  process.env["BUN_BE_BUN"] = "1";
  (await import(forgetBun)).default();
  expect(process.env["BUN_BE_BUN"]).toBeUndefined();
});
