import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Installs the dependencies if any that is needed is missing or of another version than the lock names, and
 * does nothing otherwise, whoever installed them. `dev`: also those that only tests and checks need. Throws
 * with one sentence when the installation fails.
 */
export function ensureInstalled({ dev, root = ROOT, say = console.error }) {
  const marker = join(root, ".cache", "installing");
  const reason = existsSync(marker) ? "an earlier set-up was interrupted" : missingFrom(root, dev);
  if (reason === undefined) return false;
  const everything = dev || hasDevDependencies(root);
  const args = ["ci", "--no-audit", "--no-fund", ...(everything ? [] : ["--omit=dev"])];
  say(`Setting up (${reason}): npm ${args.join(" ")}`);
  mkdirSync(join(root, ".cache"), { recursive: true });
  writeFileSync(marker, "");
  npm(args, root);
  rmSync(marker);
  return true;
}

/** Why an installation is needed, or undefined when what is there fits the lock. */
export function missingFrom(root, dev) {
  const manifest = readJson(join(root, "package.json"));
  const wanted = { ...manifest?.dependencies, ...(dev ? manifest?.devDependencies : {}) };
  for (const [name, version] of Object.entries(wanted)) {
    const found = readJson(join(root, "node_modules", name, "package.json"))?.version;
    if (found !== version)
      return `${name} ${version} is ${found === undefined ? "missing" : `here as ${found}`}`;
  }
  return staleInRecord(root, dev);
}

/** npm keeps a record of what it installed. Other package managers do not; then the direct ones must do. */
function staleInRecord(root, dev) {
  const installed = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
  const locked = readJson(join(root, "package-lock.json"))?.packages;
  if (installed === undefined || locked === undefined) return undefined;
  const stale = Object.entries(locked).find(([path, entry]) => {
    if (path === "") return false;
    return installed[path] === undefined ? isNeeded(entry, dev) : installed[path].version !== entry.version;
  });
  return stale && `${stale[0].replace(/^node_modules\//, "")} has changed in package-lock.json`;
}

function isNeeded(entry, dev) {
  if (entry.optional || entry.devOptional || entry.peer) return false;
  return dev || !entry.dev;
}

function hasDevDependencies(root) {
  const names = Object.keys(readJson(join(root, "package.json"))?.devDependencies ?? {});
  return names.some((name) => existsSync(join(root, "node_modules", name, "package.json")));
}

/** How to run npm from here: the one that runs this script, else the one on the PATH. */
export function npmCommand() {
  const own = process.env.npm_execpath ?? "";
  const isNode = process.versions.bun === undefined;
  if (isNode && basename(own) === "npm-cli.js") {
    return { command: process.execPath, first: [own], shell: false };
  }
  return { command: "npm", first: [], shell: process.platform === "win32" };
}

/** Runs npm in `cwd` with its output on stderr, so that what a script prints stays its own. */
function npm(args, cwd) {
  const { command, first, shell } = npmCommand();
  const result = spawnSync(command, [...first, ...args], { cwd, shell, stdio: ["ignore", 2, 2] });
  if (result.error !== undefined) throw new Error(`npm could not be started: ${result.error.message}.`);
  if (result.status !== 0) {
    throw new Error(
      `"npm ${args.join(" ")}" failed; what it says above tells why. Run it again once that is solved.`,
    );
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Missing or cut off: both mean that it is not installed.
    return undefined;
  }
}
