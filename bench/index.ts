/**
 * The bench: `npm run bench [-- part…] [-- --quick] [-- --seed N] [-- --pi PATH]`. Prints a table and writes
 * `bench/results.json`. Never a test: what it measures depends on the machine and on who else works on it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../package.json";
import type { PiProgram } from "../src/core/pi-program.ts";
import { piFor } from "./direct-pi.ts";
import { listenForNoise, load, machineFacts, untilQuiet } from "./machine.ts";
import type { BenchContext, Part } from "./part.ts";
import { chatPart } from "./parts/chat.ts";
import { cpu } from "./parts/cpu.ts";
import { crowd } from "./parts/crowd.ts";
import { latency } from "./parts/latency.ts";
import { longReply } from "./parts/long-reply.ts";
import { memory } from "./parts/memory.ts";
import { start } from "./parts/start.ts";
import { discord } from "./platforms/discord.ts";
import { feishu } from "./platforms/feishu.ts";
import { telegram } from "./platforms/telegram.ts";
import { type PartReport, tableOfPart } from "./figures.ts";
import { seededRandom } from "./statistics.ts";
import { store } from "./store.ts";

const PARTS: Readonly<Record<string, Part>> = {
  start,
  memory,
  latency,
  cpu,
  "long-reply": longReply,
  crowd,
  telegram: chatPart(telegram),
  discord: chatPart(discord),
  feishu: chatPart(feishu),
  store,
};

/** Above this the part is run once more, and the quieter run counts. */
const NOISY_PERCENT = 15;
/** What waiting for silence and running again may cost in the whole. */
const PATIENCE_MS = 90_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    pi: { type: "string", default: "pi" },
  },
});
const unknown = positionals.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(", ")}. There are: ${Object.keys(PARTS).join(", ")}.`);
  process.exit(2);
}
await bench(positionals.length > 0 ? positionals : Object.keys(PARTS));

async function bench(names: readonly string[]): Promise<void> {
  const seed = Number(values.seed);
  const program = await piFor(values.pi);
  const context = { program, isQuick: values.quick, random: seededRandom(seed) };
  const machine = machineFacts();
  const loadBefore = load();
  console.log(
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, load ${loadBefore[0]}, seed ${seed}`,
  );
  const reports: PartReport[] = [];
  let patienceMs = values.quick ? 0 : PATIENCE_MS;
  for (const name of names) {
    const startedAt = performance.now();
    await untilQuiet(startedAt + Math.min(patienceMs, 15_000));
    patienceMs -= performance.now() - startedAt;
    let report = await runPart(name, context);
    const againAt = performance.now();
    if (report.noise.othersPercent > NOISY_PERCENT && patienceMs > 0) {
      report = quieter(report, await runPart(name, context));
      patienceMs -= performance.now() - againAt;
    }
    reports.push(report);
    console.log(`\n${tableOfPart(report)}`);
  }
  const versions = versionsOf(program);
  const ran = { isQuick: values.quick, seed, loadBefore, loadAfter: load() };
  const results = { ...ran, machine, versions, parts: reports };
  writeFileSync(join(import.meta.dir, "results.json"), `${JSON.stringify(results, rounded, 2)}\n`);
}

async function runPart(name: string, context: BenchContext): Promise<PartReport> {
  const listen = listenForNoise();
  const figures = await PARTS[name]!(context);
  return { part: name, figures, noise: listen(), noisierRuns: [] };
}

function quieter(one: PartReport, other: PartReport): PartReport {
  const [kept, thrown] = one.noise.othersPercent <= other.noise.othersPercent ? [one, other] : [other, one];
  return { ...kept, noisierRuns: [thrown.noise.othersPercent] };
}

function versionsOf(program: PiProgram) {
  return { gateway: manifest.version, bun: Bun.version, pi: program.version ?? "unknown" };
}

/** For JSON: three digits behind the point are more than anything here can be known to. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
