import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const SLOW_MS = 60_000;

test(
  "npm start runs the gateway, passes arguments and signals on, and ends as it ends",
  async () => {
    const home = await mkdtemp(join(tmpdir(), "npm-start-"));
    try {
      const npm = Bun.spawn(["npm", "start", "--", "--port", "0"], {
        cwd: ROOT,
        env: { PATH: process.env["PATH"] ?? "", HOME: home, npm_config_update_notifier: "false" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      });
      const link = await linkIn(npm.stdout);
      expect(link).toMatch(/^http:\/\/localhost:\d+\/#token=\S+$/);
      expect(new URL(link).port).not.toBe("52134");
      expect(await (await fetch(new URL("/health", link))).json()).toMatchObject({ status: "ok" });
      const run = JSON.parse(await readFile(join(home, ".pi/gateway/run.json"), "utf8")) as { pid: number };
      npm.kill("SIGTERM");
      expect(await npm.exited).toBe(0);
      expect(() => process.kill(run.pid, 0)).toThrow("ESRCH");
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
  SLOW_MS,
);

async function linkIn(stdout: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stdout.values({ preventCancel: true })) {
    text += Buffer.from(chunk).toString();
    const link = /WebChat: (\S+)\n/.exec(text)?.[1];
    if (link !== undefined) return link;
  }
  throw new Error(`npm start ended without a link:\n${text}`);
}
