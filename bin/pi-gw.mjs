#!/usr/bin/env node
// The command `pi-gw` on any Node >= 18: finds the pinned Bun and lets it run src/cli.ts.
import { basename, delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runBun } from "./run-bun.mjs";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

runBun(["--no-install", cli, ...process.argv.slice(2)], { PI_GATEWAY_STARTED_AS: startedAs() });

/** How to start this command again, for hints: after a clone it is not on the PATH, but npx finds it. */
function startedAs() {
  const path = process.argv[1] ?? "";
  const onPath = (process.env.PATH ?? "").split(delimiter).includes(dirname(path));
  const throughNpm = process.env.npm_command !== undefined;
  return onPath && !throughNpm && basename(path).startsWith("pi-gw") ? "pi-gw" : "npx pi-gw";
}
