import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BenchContext, Part } from "../part.ts";
import { cpuMsOf } from "../processes.ts";
import { middle } from "../figures.ts";

const ROOT = resolve(import.meta.dir, "../..");
const DEADLINE_MS = 20_000;
const AIM_MS = 200;

interface Start {
  readonly healthMs: number;
  /** CPU of the process until then: what is left of the time when the machine is busy. */
  readonly cpuMs: number;
}

/** From the exec of the pinned Bun to the first 200 of `/health`, on a new home and on a used one. */
export const start: Part = async ({ isQuick }: BenchContext) => {
  const runs = isQuick ? 2 : 20;
  const bun = [process.execPath, join(ROOT, "src/cli.ts"), "gateway"];
  const launched = ["node", join(ROOT, "bin/pi-gw.mjs"), "gateway"];
  const [fresh, existing, throughLauncher]: [Start[], Start[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    const home = makeHome();
    fresh.push(await startOnce(bun, home));
    existing.push(await startOnce(bun, home));
    if (run % 2 === 0) throughLauncher.push((await startOnce(launched, home)).healthMs);
    rmSync(home.path, { recursive: true, force: true });
  }
  const health = (starts: readonly Start[]) => starts.map(({ healthMs }) => healthMs);
  const cpu = (starts: readonly Start[]) => starts.map(({ cpuMs }) => cpuMs);
  return [
    middle("start to /health, new state", "ms", health(fresh), { aim: AIM_MS }),
    middle("start to /health, existing state", "ms", health(existing), { aim: AIM_MS }),
    middle("  of it CPU, existing state", "ms", cpu(existing)),
    middle("the same through the launcher on Node", "ms", throughLauncher),
  ];
};

interface Home {
  readonly path: string;
  readonly port: number;
}

function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), "bench-"));
  const port = freePort();
  mkdirSync(join(path, "cwd"));
  writeFileSync(join(path, "cwd/pi-gateway.jsonc"), JSON.stringify({ gateway: { port } }));
  return { path, port };
}

/** A port that was free a moment ago. */
function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}

async function startOnce(command: readonly string[], { path, port }: Home): Promise<Start> {
  const startedAt = performance.now();
  const child = Bun.spawn([...command], {
    cwd: join(path, "cwd"),
    env: { PATH: process.env["PATH"] ?? "", HOME: path, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  while (!(await isHealthy(port))) {
    if (child.exitCode !== null) throw new Error(`the gateway exited with ${child.exitCode}`);
    if (performance.now() - startedAt > DEADLINE_MS) throw new Error("the gateway did not start");
    await Bun.sleep(1);
  }
  const healthMs = performance.now() - startedAt;
  const cpuMs = cpuMsOf(child.pid);
  child.kill("SIGTERM");
  await child.exited;
  return { healthMs, cpuMs };
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: "close" } });
    return answer.status === 200;
  } catch {
    // Nobody listens yet.
    return false;
  }
}
