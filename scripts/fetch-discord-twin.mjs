// Fetches a stand-in of Discord that somebody else wrote, with which the Discord channel is tested besides our own,
// into a cache folder of the repository, and prints its path. It is no dependency: 175 MB, with a database of its own.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { npmCommand, ROOT } from "./setup.mjs";

const PACKAGE = "discord-digital-twin";
const VERSION = "0.1.1";
/** The package wants a pre-release of this one that npm no longer has. */
const OVERRIDES = { spiceflow: "1.19.0" };

const FOLDER = join(ROOT, ".cache", `${PACKAGE}-${VERSION}`);
/** Where its module lies once it is fetched. */
export const DISCORD_TWIN_PATH = entryIn(FOLDER);

/** Path of its module, fetched from npm unless it is there; undefined where it cannot be had. */
export function fetchDiscordTwin() {
  if (existsSync(DISCORD_TWIN_PATH)) return DISCORD_TWIN_PATH;
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
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, overrides: OVERRIDES }));
  const { command, first, shell } = npmCommand();
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${PACKAGE}@${VERSION}`];
  const npm = spawnSync(command, [...first, ...args], { cwd: folder, shell, stdio: ["ignore", "ignore", 2] });
  if (npm.status !== 0) return complain("could not be fetched from npm");
  // Its database is a native library, which is not there for every system.
  const load = `await import(${JSON.stringify(pathToFileURL(entryIn(folder)).href)})`;
  const loaded = spawnSync(process.execPath, ["--input-type=module", "-e", load], { stdio: "ignore" });
  if (loaded.status !== 0) return complain("does not run on this system");
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(folder, FOLDER);
  return DISCORD_TWIN_PATH;
}

function entryIn(folder) {
  return join(folder, "node_modules", PACKAGE, "dist", "index.js");
}

function complain(what) {
  console.error(`${PACKAGE}@${VERSION} ${what}: the Discord channel is tested with our own stand-in alone.`);
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(fetchDiscordTwin() ?? "");
