import { afterEach, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOrCreateToken, readToken } from "../../src/security/token-file.ts";

const folders: string[] = [];

async function tokenPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pi-gw-token-"));
  folders.push(folder);
  return join(folder, "token");
}

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

test("a token is made once, kept, and for the owner's eyes only", async () => {
  const path = await tokenPath();
  const token = await loadOrCreateToken(path);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await loadOrCreateToken(path)).toBe(token);
  expect(await readToken(path)).toBe(token);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(path, ".."))).toEqual(["token"]);
});

test("two gateways do not get the same token", async () => {
  expect(await loadOrCreateToken(await tokenPath())).not.toBe(await loadOrCreateToken(await tokenPath()));
});

test("a token that others could read is closed to them again", async () => {
  const path = await tokenPath();
  await writeFile(path, "kept\n");
  await chmod(path, 0o644);
  expect(await loadOrCreateToken(path)).toBe("kept");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("an empty file is no token", async () => {
  const path = await tokenPath();
  await writeFile(path, "\n");
  expect(await readToken(path)).toBeUndefined();
  expect(await loadOrCreateToken(path)).toMatch(/^[\w-]{43}$/);
});

test("no file is no token", async () => {
  expect(await readToken(await tokenPath())).toBeUndefined();
});
