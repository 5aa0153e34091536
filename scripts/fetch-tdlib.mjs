// Fetches Telegram's own library, whose parser the tests ask about every text, into a cache folder of the
// repository, and prints its path. It is there for Linux on x64 with glibc only, and no dependency: 60 MB.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { platformPackages } from "../bin/find-bun.mjs";
import { npmCommand, ROOT } from "./setup.mjs";

const PACKAGE = "@prebuilt-tdlib/linux-x64-glibc";
const VERSION = "0.1008067.0";
const SHA256 = "47ad24192a3c84d0be783c7c07adb14af0d2f3f53b5830d4660f58c51f298197";

const FOLDER = join(ROOT, ".cache", `tdlib-${VERSION}`);
/** Where the library lies once it is fetched. */
export const TDLIB_PATH = join(FOLDER, "libtdjson.so");

/** Path of the library, fetched from npm unless it is there; undefined where it cannot be had. */
export function fetchTdlib() {
  if (existsSync(TDLIB_PATH)) return TDLIB_PATH;
  if (platformPackages()[0] !== "@oven/bun-linux-x64") return undefined;
  // Installed beside and then renamed: a run that was cut off leaves nothing that looks complete.
  const unfinished = `${FOLDER}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    return install(unfinished);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function install(folder) {
  writeFileSync(join(folder, "package.json"), '{"private":true}\n');
  const { command, first, shell } = npmCommand();
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${PACKAGE}@${VERSION}`];
  spawnSync(command, [...first, ...args], { cwd: folder, shell, stdio: ["ignore", "ignore", 2] });
  const library = join(folder, "node_modules", ...PACKAGE.split("/"), "libtdjson.so");
  if (!existsSync(library)) return complain("could not be fetched from npm");
  const found = createHash("sha256").update(readFileSync(library)).digest("hex");
  if (found !== SHA256) return complain(`is not the library that was looked at (${found})`);
  mkdirSync(FOLDER, { recursive: true });
  renameSync(library, TDLIB_PATH);
  return TDLIB_PATH;
}

function complain(what) {
  console.error(`${PACKAGE}@${VERSION} ${what}: texts for Telegram are checked by our own rules alone.`);
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(fetchTdlib() ?? "");
