// Fetches the oldest Bun that may start the gateway into .cache/, for the test of the hand-over.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { platformPackages } from "../bin/find-bun.mjs";
import { npmCommand, ROOT } from "./setup.mjs";

const VERSION = "1.1.0";
const FOLDER = join(ROOT, ".cache", `bun-${VERSION}`);

/** Path of Bun 1.1.0, fetched from npm unless it is there. Throws with one sentence when that fails. */
export function fetchOldBun() {
  const there = binary();
  if (there !== undefined) return there;
  mkdirSync(FOLDER, { recursive: true });
  const { command, first, shell } = npmCommand();
  const args = ["install", "--prefix", FOLDER, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  spawnSync(command, [...first, ...args, `bun@${VERSION}`], { cwd: FOLDER, shell, stdio: ["ignore", 2, 2] });
  const fetched = binary();
  if (fetched === undefined) throw new Error(`Bun ${VERSION} could not be fetched from npm into ${FOLDER}.`);
  return fetched;
}

function binary() {
  const file = process.platform === "win32" ? "bun.exe" : "bun";
  return platformPackages()
    .map((name) => join(FOLDER, "node_modules", name, "bin", file))
    .find((path) => existsSync(path));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(fetchOldBun());
