import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const SYSTEMS = { darwin: "darwin", linux: "linux", win32: "windows", freebsd: "freebsd", android: "linux" };
const CPUS = { x64: "x64", arm64: "aarch64" };
/** Until its install script ran, the package `bun` holds a note of some 500 bytes under the binary's name. */
const SMALLEST_BINARY_BYTES = 1_000_000;

/**
 * Path of the Bun that this package pins, or undefined when none is installed for this machine. Looks from
 * `from` as Node does, so it is found in a clone, hoisted by a global install, and in pnpm's layout, with
 * install scripts run or not.
 */
export function findBun(from = import.meta.url) {
  const requireHere = createRequire(from);
  let manifest;
  try {
    manifest = requireHere.resolve("bun/package.json");
  } catch {
    // Not installed at all: the caller says so.
    return undefined;
  }
  const installed = join(dirname(manifest), "bin", "bun.exe");
  if (isBinary(installed)) return installed;
  const requireFromBun = createRequire(manifest);
  return platformPackages()
    .map((name) => binaryIn(name, requireFromBun))
    .find((path) => path !== undefined && isBinary(path));
}

/** The version of Bun that this package pins. */
export function pinnedVersion() {
  const manifest = new URL("../package.json", import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).dependencies.bun;
}

/** Packages that may hold Bun's binary for a machine, the best fit first. */
export function platformPackages(machine = thisMachine()) {
  const { platform, arch, musl } = machine;
  const system = SYSTEMS[platform];
  const cpu = CPUS[arch];
  if (system === undefined || cpu === undefined) return [];
  const libc = platform === "android" ? "-android" : musl ? "-musl" : "";
  const names = [`@oven/bun-${system}-${cpu}${libc}`];
  if (cpu === "x64") names.push(`${names[0]}-baseline`);
  return names;
}

function thisMachine() {
  return { platform: process.platform, arch: process.arch, musl: process.platform === "linux" && isMusl() };
}

function isMusl() {
  try {
    process.report.excludeNetwork = true;
    const { header } = process.report.getReport();
    return header.glibcVersionRuntime === undefined;
  } catch {
    // A runtime without reports does not say; glibc is what most machines have.
    return false;
  }
}

function binaryIn(name, requireFromBun) {
  try {
    const manifest = requireFromBun.resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", process.platform === "win32" ? "bun.exe" : "bun");
  } catch {
    // This variant is not installed; another may be.
    return undefined;
  }
}

function isBinary(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && found.size >= SMALLEST_BINARY_BYTES;
}
