import { join } from "node:path";
import { ChatSocket } from "../chat-socket.ts";
import { DirectPi } from "../direct-pi.ts";
import { replyTo } from "../model-words.ts";
import { assertAnswer, type BenchContext, type Part } from "../part.ts";
import { openPlace, type Place, sessionOf } from "../place.ts";
import { childrenOf, cpuMsOf } from "../processes.ts";
import { type Figure, middle } from "../figures.ts";

/** 50 kB in 12,500 deltas, as fast as the model can say it. */
const PROMPT = "say 50000 4";

interface LongRun {
  readonly endMs: number;
  readonly frames?: number;
  readonly bytes: number;
  readonly gatewayCpuMs?: number;
  readonly piCpuMs: number;
}

/** A long reply in small deltas: through the gateway, and from a pi directly, with and without `slim`. */
export const longReply: Part = async ({ program, isQuick }: BenchContext) => {
  const runs = isQuick ? 1 : 5;
  await using place = await openPlace({ program, pool: { min: 1, max: 1 } });
  const through = await throughGateway(place, runs);
  const slim = await directly(
    await DirectPi.start({ program, home: place.gateway.home, slim: true }),
    place,
    runs,
  );
  const plain = await directly(await DirectPi.start({ program, home: place.gateway.home }), place, 1);
  return [
    ...figuresOf("through the gateway", through),
    ...figuresOf("direct, with slim", slim),
    ...figuresOf("direct", plain),
  ];
};

async function throughGateway({ gateway }: Place, runs: number): Promise<LongRun[]> {
  using socket = await ChatSocket.connect(gateway.url, gateway.token);
  const seen: LongRun[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const [pi = 0] = childrenOf(gateway.pid);
    const [gatewayBefore, piBefore] = [cpuMsOf(gateway.pid), cpuMsOf(pi)];
    const { text, ...turn } = await socket.ask(sessionOf(`long${run}`), PROMPT);
    assertAnswer(text, replyTo(PROMPT).text);
    const [gatewayCpuMs, piCpuMs] = [cpuMsOf(gateway.pid) - gatewayBefore, cpuMsOf(pi) - piBefore];
    // The first one warms up.
    if (run > 0) seen.push({ ...turn, gatewayCpuMs, piCpuMs });
    await Bun.sleep(100);
  }
  return seen;
}

async function directly(started: DirectPi, { gateway }: Place, runs: number): Promise<LongRun[]> {
  await using pi = started;
  const seen: LongRun[] = [];
  for (let run = 0; run <= runs; run += 1) {
    await pi.open(join(gateway.home, `long-${pi.pid}-${run}.jsonl`));
    const before = cpuMsOf(pi.pid);
    const { text, endMs, bytes } = await pi.ask(PROMPT);
    assertAnswer(text, replyTo(PROMPT).text);
    if (run > 0) seen.push({ endMs, bytes, piCpuMs: cpuMsOf(pi.pid) - before });
    await Bun.sleep(100);
  }
  return seen;
}

const KB = 1000;

function figuresOf(way: string, runs: readonly LongRun[]): Figure[] {
  const all = (name: string, unit: string, value: (run: LongRun) => number | undefined) => {
    const values = runs.map(value).filter((one) => one !== undefined);
    return values.length === 0 ? [] : [middle(name, unit, values)];
  };
  return [
    ...all(`final, ${way}`, "ms", ({ endMs }) => endMs),
    ...all("  CPU of the gateway", "ms", ({ gatewayCpuMs }) => gatewayCpuMs),
    ...all("  CPU of pi", "ms", ({ piCpuMs }) => piCpuMs),
    ...all("  received", "kB", ({ bytes }) => bytes / KB),
    ...all("  frames", "", ({ frames }) => frames),
  ];
}
