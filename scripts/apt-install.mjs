import { spawnSync } from "node:child_process";

/** Installs a package of Debian where this process may do that; false where it may not, or where it failed. */
export function aptInstall(name, why, say = console.error) {
  if (process.getuid?.() !== 0 || !runs(["--version"], "ignore")) return false;
  say(`Setting up (${why}): apt-get install ${name}`);
  const install = ["install", "--yes", "--no-install-recommends", name];
  const isThere = runs(install, 2) || (runs(["update"], 2) && runs(install, 2));
  if (!isThere) say(`apt-get could not install ${name}.`);
  return isThere;
}

function runs(args, output) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", args, { stdio: ["ignore", output, output], env }).status === 0;
}
