import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { findBun, pinnedVersion, platformPackages } from "../../bin/find-bun.mjs";

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "find-bun-")));
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** As large as a binary needs to be to count as one. */
const BINARY = Buffer.alloc(1_000_000);
const PLACEHOLDER = Buffer.from("#!/bin/sh\nexit 1\n");
const PLATFORM = platformPackages()[0] ?? "";

async function place(path: string, content: Buffer | string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function installBun(folder: string, binary: Buffer): Promise<string> {
  await place(`${folder}/bun/package.json`, "{}");
  return place(`${folder}/bun/bin/bun.exe`, binary);
}

async function installPlatform(folder: string): Promise<string> {
  await place(`${folder}/${PLATFORM}/package.json`, "{}");
  return place(`${folder}/${PLATFORM}/bin/bun`, BINARY);
}

const launcherIn = (folder: string) => pathToFileURL(join(root, folder, "bin", "find-bun.mjs")).href;

test("after its install script Bun is in the package's own folder", async () => {
  const bun = await installBun("node_modules", BINARY);
  await installPlatform("node_modules");
  expect(findBun(launcherIn("."))).toBe(bun);
});

test("where install scripts are blocked the platform's package has it", async () => {
  await installBun("node_modules", PLACEHOLDER);
  const bun = await installPlatform("node_modules");
  expect(findBun(launcherIn("."))).toBe(bun);
});

test("a global install that puts everything side by side is understood", async () => {
  await installBun("lib/node_modules", PLACEHOLDER);
  const bun = await installPlatform("lib/node_modules");
  expect(findBun(launcherIn("lib/node_modules/pi-gateway"))).toBe(bun);
});

test("a package manager that keeps the platform's package inside Bun's own tree is understood", async () => {
  await installBun("node_modules", PLACEHOLDER);
  const bun = await installPlatform("node_modules/bun/node_modules");
  expect(findBun(launcherIn("."))).toBe(bun);
});

test("without a binary for this machine there is none, whatever is lying about", async () => {
  expect(findBun(launcherIn("."))).toBeUndefined();
  await installBun("node_modules", PLACEHOLDER);
  expect(findBun(launcherIn("."))).toBeUndefined();
});

test("each machine has its package, and old processors a second", () => {
  const on = (platform: NodeJS.Platform, arch: NodeJS.Architecture, musl = false) =>
    platformPackages({ platform, arch, musl });
  expect(on("linux", "x64")).toEqual(["@oven/bun-linux-x64", "@oven/bun-linux-x64-baseline"]);
  expect(on("linux", "arm64", true)).toEqual(["@oven/bun-linux-aarch64-musl"]);
  expect(on("linux", "x64", true)).toEqual(["@oven/bun-linux-x64-musl", "@oven/bun-linux-x64-musl-baseline"]);
  expect(on("darwin", "arm64")).toEqual(["@oven/bun-darwin-aarch64"]);
  expect(on("win32", "x64")[0]).toBe("@oven/bun-windows-x64");
  expect(on("android", "arm64")).toEqual(["@oven/bun-linux-aarch64-android"]);
  expect(on("aix", "ppc64")).toEqual([]);
});

test("the Bun of this repository is the one it pins", () => {
  const bun = findBun();
  expect(bun).toBeString();
  const { stdout } = Bun.spawnSync([bun ?? "", "--version"]);
  expect(stdout.toString().trim()).toBe(pinnedVersion());
});
