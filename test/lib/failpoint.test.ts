import { expect, test } from "bun:test";
import { join } from "node:path";

const FAILPOINT = join(import.meta.dir, "../../src/lib/failpoint.ts");

/** Passes `name` three times in a process of its own; what it printed before it ended. */
function run(armed: string | undefined): {
  out: string;
  code: number | null;
  signal: string | number | undefined;
} {
  const script = `import { failpoint } from ${JSON.stringify(FAILPOINT)};
    const { writeSync } = await import("node:fs");
    for (const pass of [1, 2, 3]) { failpoint("here"); writeSync(1, String(pass)); }`;
  const env = { PATH: process.env["PATH"] ?? "", ...(armed ? { PI_GATEWAY_FAILPOINT: armed } : {}) };
  const child = Bun.spawnSync([process.execPath, "-e", script], { env });
  return { out: child.stdout.toString(), code: child.exitCode, signal: child.signalCode };
}

test("an armed failpoint ends the process as a power cut does, at the pass that was named", () => {
  expect(run("here")).toMatchObject({ out: "", signal: "SIGKILL" });
  expect(run("here@3")).toMatchObject({ out: "12", signal: "SIGKILL" });
});

test("without it, and for other names, nothing happens", () => {
  expect(run(undefined)).toMatchObject({ out: "123", code: 0 });
  expect(run("there")).toMatchObject({ out: "123", code: 0 });
});
