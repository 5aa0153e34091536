import { join } from "node:path";
import { ChatSocket, type SeenTurn } from "../chat-socket.ts";
import { DirectPi, type DirectRun } from "../direct-pi.ts";
import { replyTo } from "../model-words.ts";
import { assertAnswer, type BenchContext, type Part } from "../part.ts";
import { openPlace, sessionOf } from "../place.ts";
import { estimated, type Figure, middle } from "../figures.ts";
import { bootstrap, median } from "../statistics.ts";

/** As a short answer comes from a model: 200 characters in 25 pieces. */
const PROMPT = "say 200 8";
/** Turns of one conversation that count, after one that does not: a long history is another measurement. */
const TURNS_PER_SESSION = 10;
/** What a turn leaves behind, such as its delivery, is not to be in the way of the next one. */
const PAUSE_MS = 15;

const AIM_ADDED_MS = 2;
const AIM_ACK_MS = 5;

/** One prompt, asked both ways. */
interface Pair {
  readonly gateway: SeenTurn;
  readonly direct: DirectRun;
}

/** The same prompt through the gateway's socket and to a warm pi directly, in turns: who begins alternates. */
export const latency: Part = async ({ program, isQuick, random }: BenchContext) => {
  await using place = await openPlace({ program, pool: { min: 1, max: 1 } });
  const { gateway } = place;
  await using direct = await DirectPi.start({ program, home: gateway.home });
  using socket = await ChatSocket.connect(gateway.url, gateway.token);
  const pairs: Pair[] = [];
  for (let session = 0; session < (isQuick ? 2 : 25); session += 1) {
    const ways = {
      gateway: () => socket.ask(sessionOf(`l${session}`), PROMPT),
      direct: () => direct.ask(PROMPT),
    };
    await direct.open(join(gateway.home, `direct-${session}.jsonl`));
    await askBoth(ways, false);
    for (let turn = 0; turn < TURNS_PER_SESSION; turn += 1) {
      pairs.push(await askBoth(ways, (session + turn) % 2 === 0));
    }
  }
  return figuresOf(pairs, random);
};

interface Ways {
  readonly gateway: () => Promise<SeenTurn>;
  readonly direct: () => Promise<DirectRun>;
}

async function askBoth({ gateway, direct }: Ways, gatewayFirst: boolean): Promise<Pair> {
  const { text } = replyTo(PROMPT);
  const ask = async <Answer extends { readonly text: string }>(way: () => Promise<Answer>) => {
    const answer = await way();
    assertAnswer(answer.text, text);
    await Bun.sleep(PAUSE_MS);
    return answer;
  };
  if (gatewayFirst) return { gateway: await ask(gateway), direct: await ask(direct) };
  const first = await ask(direct);
  return { direct: first, gateway: await ask(gateway) };
}

function figuresOf(pairs: readonly Pair[], random: () => number): Figure[] {
  const compare = (what: string, ours: (pair: Pair) => number, theirs: (pair: Pair) => number) => {
    const added = (rows: readonly Pair[]) => median(rows.map((row) => ours(row) - theirs(row)));
    const ratio = (rows: readonly Pair[]) => median(rows.map(ours)) / median(rows.map(theirs));
    return [
      middle(`${what}, through the gateway`, "ms", pairs.map(ours)),
      middle(`${what}, direct`, "ms", pairs.map(theirs)),
      estimated("  added, median of the pairs", "ms", bootstrap(pairs, added, random), { aim: AIM_ADDED_MS }),
      estimated("  ratio of the medians", "×", bootstrap(pairs, ratio, random)),
    ];
  };
  const first = ({ firstDeltaMs }: { readonly firstDeltaMs: number }) => firstDeltaMs;
  const end = ({ endMs }: { readonly endMs: number }) => endMs;
  return [
    ...compare(
      "first delta",
      ({ gateway }) => first(gateway),
      ({ direct }) => first(direct),
    ),
    ...compare(
      "final",
      ({ gateway }) => end(gateway),
      ({ direct }) => end(direct),
    ),
    middle(
      "chat.send acknowledged after the durable write",
      "ms",
      pairs.map(({ gateway }) => gateway.ackMs),
      { aim: AIM_ACK_MS },
    ),
  ];
}
