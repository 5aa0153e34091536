import { join, resolve } from "node:path";
import { isCompiled } from "../core/pi-program.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";

/**
 * `pi-gw plugin test`: runs `bun test` in a plugin's folder, with the Bun that runs the gateway and with what
 * `import … from "pi-gateway"` means there. A standalone binary has only the types of that.
 */
export async function testPlugin(folder = "."): Promise<ExitCode> {
  const preload = isCompiled() ? [] : ["--preload", join(import.meta.dir, "plugin-test-preload.ts")];
  const child = Bun.spawn([process.execPath, "test", ...preload], {
    cwd: resolve(folder),
    env: { ...process.env, BUN_BE_BUN: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return (await child.exited) === 0 ? EXIT.ok : EXIT.failed;
}
