import { ChatSocket } from "../chat-socket.ts";
import { replyTo } from "../model-words.ts";
import { assertAnswer, type BenchContext, type Part } from "../part.ts";
import { openPlace, sessionOf } from "../place.ts";
import { childrenOf, cpuMsOf, threadCpuMs } from "../processes.ts";
import { type Figure, single } from "../figures.ts";

const PROMPT = "say 200 8";
const TURNS_PER_SESSION = 20;
const IDLE_MS = 4000;
const AIM_MS = 10;

/** CPU of the gateway: for a short turn when it is warm, per second when nothing happens, and by thread. */
export const cpu: Part = async ({ program, isQuick }: BenchContext) => {
  await using place = await openPlace({ program, pool: { min: 1, max: 1 } });
  const { gateway } = place;
  using socket = await ChatSocket.connect(gateway.url, gateway.token);
  const turns = isQuick ? 40 : 400;
  const talk = async (name: string, count: number) => {
    const { text } = replyTo(PROMPT);
    for (let turn = 0; turn < count; turn += 1) {
      const session = sessionOf(`${name}${Math.floor(turn / TURNS_PER_SESSION)}`);
      assertAnswer((await socket.ask(session, PROMPT)).text, text);
      await Bun.sleep(2);
    }
  };
  const pi = () => childrenOf(gateway.pid).reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  await talk("cold", 40);
  const before = { gateway: cpuMsOf(gateway.pid), pi: pi(), threads: threadCpuMs(gateway.pid) };
  await talk("warm", turns);
  const after = { gateway: cpuMsOf(gateway.pid), pi: pi(), threads: threadCpuMs(gateway.pid) };
  const idleMs = isQuick ? 1000 : IDLE_MS;
  await Bun.sleep(idleMs);
  const idle = cpuMsOf(gateway.pid) - after.gateway;
  const perTurn = (later: number, earlier: number) => (later - earlier) / turns;
  return [
    single("CPU of the gateway per turn", "ms", perTurn(after.gateway, before.gateway), { aim: AIM_MS }),
    ...threadFigures(before.threads, after.threads, turns),
    single("CPU of pi per turn", "ms", perTurn(after.pi, before.pi)),
    single("CPU of the gateway when idle", "ms/s", (idle * 1000) / idleMs),
  ];
};

function threadFigures(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  turns: number,
): Figure[] {
  return [...after]
    .map(([name, ms]) => single(`  in threads named ${name}`, "ms", (ms - (before.get(name) ?? 0)) / turns))
    .filter(({ value }) => value >= 0.05)
    .toSorted((a, b) => b.value - a.value);
}
