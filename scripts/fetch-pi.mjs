// Fetches the newer pi that the tests also run on, into a cache folder of the repository, and prints the
// path of its script. It is no dependency: both packages own the command `pi`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "@earendil-works/pi-coding-agent";
const VERSION = "0.87.1";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, ".cache", `pi-${VERSION}`);
const script = join(folder, "node_modules", ...PACKAGE.split("/"), "dist", "bundle", "cli.js");

if (!existsSync(script)) {
  // Installed beside and then renamed: a run that was cut off leaves nothing that looks complete.
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, "package.json"), '{"private":true}\n');
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${PACKAGE}@${VERSION}`];
  const npm = spawnSync("npm", args, { cwd: unfinished, stdio: ["ignore", "ignore", "inherit"] });
  if (npm.status !== 0) {
    console.error(`${PACKAGE}@${VERSION} could not be fetched with npm; the tests on it need a registry.`);
    process.exit(1);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}
console.log(script);
