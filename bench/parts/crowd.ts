import { ChatSocket } from "../chat-socket.ts";
import { assertAnswer, type BenchContext, type Part } from "../part.ts";
import { openPlace, type Place, sessionOf } from "../place.ts";
import { cpuMsOf } from "../processes.ts";
import { type Figure, single } from "../figures.ts";
import { median } from "../statistics.ts";

const SESSIONS = 100;

/** 100 people write at the same moment, each on a socket and in a session of their own. */
export const crowd: Part = async ({ program, isQuick }: BenchContext) => {
  const figures: Figure[] = [];
  for (const max of isQuick ? [4] : [4, 8]) {
    await using place = await openPlace({ program, pool: { min: 1, max } });
    const { gateway } = place;
    const sockets: ChatSocket[] = [];
    while (sockets.length < SESSIONS) sockets.push(await ChatSocket.connect(gateway.url, gateway.token));
    figures.push(...(await askAll(place, sockets, `pool ${max}, one pi up`)));
    figures.push(...(await askAll(place, sockets, `pool ${max}, all up`)));
    for (const socket of sockets) socket[Symbol.dispose]();
  }
  return figures;
};

async function askAll(
  { gateway }: Place,
  sockets: readonly ChatSocket[],
  name: string,
): Promise<readonly Figure[]> {
  const cpuBefore = cpuMsOf(gateway.pid);
  const startedAt = performance.now();
  const turns = await Promise.all(
    sockets.map(async (socket, chat) => {
      const text = `${name}: ${chat} ${crypto.randomUUID()}`;
      const session = sessionOf(`c${chat}`);
      const turn = await socket.ask(session, text);
      assertAnswer(turn.text, `echo: ${text}`);
      assertAnswer(turn.sessionKey, session);
      return turn;
    }),
  );
  const totalMs = performance.now() - startedAt;
  return [
    single(`${name}: right answers of ${SESSIONS}`, "", turns.length),
    single("  all together", "ms", totalMs),
    single("  longest wait for the first text", "ms", Math.max(...turns.map((turn) => turn.firstDeltaMs))),
    single("  median wait for the first text", "ms", median(turns.map((turn) => turn.firstDeltaMs))),
    single("  longest wait for the acknowledgement", "ms", Math.max(...turns.map((turn) => turn.ackMs))),
    single("  CPU of the gateway per turn", "ms", (cpuMsOf(gateway.pid) - cpuBefore) / SESSIONS),
  ];
}
