import { type ChatPlace, openChatPlace, type PlatformUnderBench, type SeenAnswer } from "../chat-place.ts";
import { ChatSocket } from "../chat-socket.ts";
import { estimated, type Figure, middle, single } from "../figures.ts";
import { assertAnswer, type BenchContext, type Part } from "../part.ts";
import { sessionOf } from "../place.ts";
import { cpuMsOf } from "../processes.ts";
import { bootstrap, median, quantile } from "../statistics.ts";
import { promptFor } from "../timed-model.ts";

/** An answer that is there before anybody could read along, a short one, and one of several messages. */
const ANSWERS = {
  "one word": { length: 8, chunk: 8, pauseMs: 0 },
  "200 letters in 0.5 s": { length: 200, chunk: 10, pauseMs: 25 },
  "10 kB in 4 s": { length: 10_000, chunk: 125, pauseMs: 50 },
} as const;

type Answer = (typeof ANSWERS)[keyof typeof ANSWERS];

const AIM_FIRST_MS = 400;
const AIM_COMPLETE_MS = 100;
const AIM_SHORT_CALLS = 3;
const CHATS = 20;
const PAUSE_MS = 15;

/** One answer in a chat, and the same one on the page of the gateway, which has no platform to wait for. */
interface Pair {
  readonly chat: SeenAnswer;
  readonly page: Omit<SeenAnswer, "calls">;
}

/** A platform's side of an answer, as somebody sees it who reads along, against the page's side. */
export const chatPart =
  (under: PlatformUnderBench): Part =>
  async (context) => [
    ...(await oneByOne(under, context)),
    ...(await atOnce(under, context)),
    ...(await cpu(under, context)),
  ];

async function oneByOne(
  under: PlatformUnderBench,
  { program, isQuick, random }: BenchContext,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const mode of under.modes) {
    await using place = await openChatPlace({ program, pool: { min: 1, max: 1 } }, under, mode);
    await askBoth(place, ANSWERS["one word"], `warm-${mode}`, true);
    const names = mode === "draft" ? (["200 letters in 0.5 s"] as const) : namesOf(ANSWERS);
    for (const name of names) {
      const count = isQuick ? 2 : name === "10 kB in 4 s" ? 5 : 60;
      const pairs: Pair[] = [];
      while (pairs.length < count) {
        const id = `${mode}-${name.replaceAll(/\W/g, "")}-${pairs.length}`;
        pairs.push(await askBoth(place, ANSWERS[name], id, pairs.length % 2 === 0));
      }
      figures.push(...figuresOf(`${name}, ${mode}`, pairs, random));
    }
  }
  return figures;
}

const namesOf = <Name extends string>(answers: Readonly<Record<Name, Answer>>) =>
  Object.keys(answers) as Name[];

async function askBoth(place: ChatPlace, answer: Answer, id: string, pageFirst: boolean): Promise<Pair> {
  const onPage = async () => pageAnswer(place, answer, `${id}-page`);
  const inChat = async () => {
    const seen = await place.ask(promptOf(answer, id), id);
    await Bun.sleep(PAUSE_MS);
    return seen;
  };
  if (pageFirst) return { page: await onPage(), chat: await inChat() };
  const chatFirst = await inChat();
  return { chat: chatFirst, page: await onPage() };
}

const promptOf = ({ length, chunk, pauseMs }: Answer, id: string) => promptFor(length, chunk, pauseMs, id);

async function pageAnswer({ gateway, model }: ChatPlace, answer: Answer, id: string): Promise<Pair["page"]> {
  using socket = await ChatSocket.connect(gateway.url, gateway.token);
  const askedAtMs = performance.now();
  const { text, firstDeltaMs, endMs } = await socket.ask(sessionOf(id), promptOf(answer, id));
  const written = model.writtenFor(id);
  assertAnswer(text, written.text);
  await Bun.sleep(PAUSE_MS);
  return {
    firstMs: askedAtMs + firstDeltaMs - written.firstMs,
    completeMs: askedAtMs + endMs - written.endMs,
  };
}

function figuresOf(name: string, pairs: readonly Pair[], random: () => number): Figure[] {
  const compare = (what: string, of: (seen: Pair["page"]) => number, aim: number) => {
    const added = (rows: readonly Pair[]) => median(rows.map((row) => of(row.chat) - of(row.page)));
    return [
      middle(
        `${name}: ${what}`,
        "ms",
        pairs.map((pair) => of(pair.chat)),
        { aim },
      ),
      middle(
        "  the same on the page",
        "ms",
        pairs.map((pair) => of(pair.page)),
      ),
      estimated("  added, median of the pairs", "ms", bootstrap(pairs, added, random)),
    ];
  };
  const calls = pairs.map((pair) => pair.chat.calls);
  return [
    ...compare("from the first delta to the first visible text", ({ firstMs }) => firstMs, AIM_FIRST_MS),
    ...compare("from the model's end to the complete text", ({ completeMs }) => completeMs, AIM_COMPLETE_MS),
    middle("  calls per message", "", calls, pairs.length > 5 ? { aim: AIM_SHORT_CALLS } : {}),
  ];
}

/** 20 people write at the same moment; the answers come side by side. */
async function atOnce(under: PlatformUnderBench, { program, isQuick }: BenchContext): Promise<Figure[]> {
  await using place = await openChatPlace(
    { program, pool: { min: 4, max: isQuick ? 4 : 10 } },
    under,
    "partial",
  );
  const ids = Array.from({ length: CHATS }, (_, chat) => `crowd-${chat}`);
  const ask = (id: string) => place.ask(promptOf(ANSWERS["200 letters in 0.5 s"], id), id);
  // The processes come up.
  await Promise.all(ids.slice(0, 10).map((id) => ask(`warm-${id}`)));
  const seen = await Promise.all(ids.map(ask));
  const most = (of: (answer: SeenAnswer) => number) => quantile(seen.map(of), 1);
  return [
    single(`${CHATS} chats at once: whole answers`, "", seen.length),
    single(
      "  longest from the first delta to the first visible text",
      "ms",
      most(({ firstMs }) => firstMs),
      {
        aim: AIM_FIRST_MS,
      },
    ),
    single(
      "  longest from the model's end to the complete text",
      "ms",
      most(({ completeMs }) => completeMs),
      {
        aim: AIM_COMPLETE_MS,
      },
    ),
  ];
}

/** What a message costs the gateway, in a chat and on the page. */
async function cpu(under: PlatformUnderBench, { program, isQuick }: BenchContext): Promise<Figure[]> {
  await using place = await openChatPlace({ program, pool: { min: 1, max: 1 } }, under, "partial");
  const { gateway } = place;
  const answer = ANSWERS["200 letters in 0.5 s"];
  const count = isQuick ? 5 : 50;
  const cost = async (way: string, ask: (id: string) => Promise<unknown>) => {
    for (let warm = 0; warm < 10; warm += 1) await ask(`${way}-warm-${warm}`);
    const before = cpuMsOf(gateway.pid);
    for (let message = 0; message < count; message += 1) await ask(`${way}-${message}`);
    return (cpuMsOf(gateway.pid) - before) / count;
  };
  const inChat = await cost("chat", (id) => place.ask(promptOf(answer, id), id));
  const onPage = await cost("page", (id) => pageAnswer(place, answer, id));
  return [
    single("CPU of the gateway per message, 200 letters in 0.5 s", "ms", inChat),
    single("  the same on the page", "ms", onPage),
  ];
}
