// `npm start`: sets up what is missing, then runs the gateway with the arguments after `--`.
import { join } from "node:path";
import { runBun } from "../bin/run-bun.mjs";
import { ensureInstalled, ROOT } from "./setup.mjs";

try {
  ensureInstalled({ dev: false });
  const args = ["--no-install", join(ROOT, "src", "cli.ts"), "gateway", ...process.argv.slice(2)];
  runBun(args, { PI_GATEWAY_STARTED_AS: "npx pi-gw" });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
