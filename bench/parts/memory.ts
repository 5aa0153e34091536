import { ChatSocket } from "../chat-socket.ts";
import { assertAnswer, type BenchContext, type Part } from "../part.ts";
import { openPlace, sessionOf } from "../place.ts";
import { childrenOf, memoryOf } from "../processes.ts";
import { single } from "../figures.ts";

const SESSIONS = 100;
const AIM_MB = 60;

/** Resident memory of the gateway: idle with its first pi up, after 100 sessions, and after many turns in them. */
export const memory: Part = async ({ program, isQuick }: BenchContext) => {
  await using place = await openPlace({ program });
  const { gateway } = place;
  const settled = async () => {
    await Bun.sleep(isQuick ? 500 : 3000);
    return memoryOf(gateway.pid);
  };
  const idle = await settled();
  using socket = await ChatSocket.connect(gateway.url, gateway.token);
  const talk = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      for (let chat = 0; chat < SESSIONS; chat += 1) {
        const text = `round ${round} in ${chat}`;
        assertAnswer((await socket.ask(sessionOf(`m${chat}`), text)).text, `echo: ${text}`);
      }
    }
    return settled();
  };
  const talked = await talk(1);
  const talkedLong = await talk(isQuick ? 1 : 9);
  const pis = childrenOf(gateway.pid).map((pid) => memoryOf(pid).resident);
  return [
    single("resident, idle", "MB", idle.resident, { aim: AIM_MB }),
    single("  of it its own, the rest is Bun's program file", "MB", idle.anonymous),
    single("  shared pages counted by their share", "MB", idle.proportional),
    single(`resident, after ${SESSIONS} sessions`, "MB", talked.resident),
    single(`resident, after ${isQuick ? 2 : 10} turns in each of them`, "MB", talkedLong.resident),
    single("one pi, afterwards", "MB", Math.max(...pis)),
  ];
};
