import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Person, type Room, startTelegram, type TelegramServer } from "../emulators/telegram/index.ts";
import type { BotAccount } from "../emulators/telegram/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

/** How messages reach the gateway. */
const WAYS = ["polling", "a webhook"] as const;

/** Where the gateway dies, from before a message is on disk to after its answer has been sent. */
const POINTS = [
  "inbox.before-record",
  "inbox.after-record",
  "inbox.before-settle",
  "turn.before-prompt",
  "turn.after-note",
  "turn.text@1",
  "turn.text@5",
  "turn.text@12",
  "preview.noted",
  "turn.tool_start",
  "turn.tool_end",
  "turn.before-finish",
  "turn.after-finish",
  "outbox.before-call",
  "outbox.after-call",
  "outbox.after-settle",
];

/** Slow enough for a preview to be seen before the answer is whole. */
const PACE = { PI_GATEWAY_DEMO_PACE_MS: "15" };

interface Chat extends AsyncDisposable {
  readonly telegram: TelegramServer;
  readonly bot: BotAccount;
  readonly anna: Person;
  readonly room: Room;
  readonly gateway: GatewayProcess;
}

/** A gateway with one bot, and somebody who may write to it. */
async function openChat(way: (typeof WAYS)[number], more: object = {}): Promise<Chat> {
  const telegram = await startTelegram();
  const bot = telegram.addBot({ username: "pi_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const port = freePort();
  const webhookUrl = `http://127.0.0.1:${port}/telegram/hook`;
  const channel = { botToken: bot.token, apiRoot: telegram.url, dmPolicy: "open", ...more };
  const gateway = new GatewayProcess({
    env: PACE,
    config: {
      gateway: { port: way === "polling" ? 0 : port },
      channels: {
        telegram: way === "polling" ? channel : { ...channel, webhookUrl, webhookSecret: "secret" },
      },
    },
  });
  return {
    telegram,
    bot,
    anna,
    room: anna.dm(bot),
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await telegram[Symbol.asyncDispose]();
    },
  };
}

/** Telegram has to know the port before the gateway listens on it. */
function freePort(): number {
  using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return server.port;
}

/** What Anna reads once nothing is on its way any more: a whole answer to each of `questions`. */
async function readOnceAnswered({ telegram, room }: Chat, questions: readonly string[]): Promise<string[]> {
  const lines = () => telegram.transcript(room).map((line) => line.replaceAll(/\s+/g, " "));
  const isWhole = (line: string) => line.startsWith("pi_bot:") && line.includes(LAST_WORDS);
  await telegram.until(
    () => lines().filter(isWhole).length >= questions.length,
    "an answer to each question",
  );
  return lines();
}

/** `agent.pool.max`, as it is by default. */
const MOST_PIS = 4;
const QUESTION = "Is anybody there?";
/** What the demo model's answers end with. */
const LAST_WORDS = "I can also show you a tool at work";

describe.each([...WAYS])("with %s", (way) => {
  test.each(POINTS)("a gateway that is killed at %s answers after its restart, and once", async (point) => {
    await using chat = await openChat(way);
    const { gateway, telegram, anna, room, bot } = chat;
    const usesTool = point.startsWith("turn.tool");
    const question = usesTool ? "run bash: echo forty-two" : QUESTION;
    await gateway.start(point);
    anna.say(room, question);
    expect(await gateway.exited()).toBe(137);
    const seenBefore = room.posts.length;
    await gateway.start();
    if (usesTool) await telegram.until(() => chat.room.posts.length > 1, "an answer");
    else await readOnceAnswered(chat, [question]);
    await settled(chat);
    const lines = telegram.transcript(room);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(`Anna: ${question}`);
    expect(lines[1]).toStartWith(`${bot.name}:`);
    // Nothing that was visible went away: what Anna saw of an answer has become the answer.
    expect(room.posts.filter(({ isDeleted }) => isDeleted)).toEqual([]);
    expect(room.posts.length - seenBefore).toBeLessThanOrEqual(1);
  });

  test("16 of 16 people whose messages wait when the gateway is killed are answered, each once", async () => {
    await using chat = await openChat(way);
    const { gateway, telegram, bot } = chat;
    await gateway.start();
    const people = Array.from({ length: 16 }, (_, index) => telegram.addPerson({ firstName: `P${index}` }));
    for (const person of people) person.say(person.dm(bot), `I am ${person.user.first_name}`);
    await telegram.until(() => people.some((person) => person.dm(bot).posts.length > 1), "a first answer");
    await gateway.kill();
    await gateway.start();
    const isAnswered = (person: Person) => telegram.transcript(person.dm(bot)).at(-1)?.includes(LAST_WORDS);
    await telegram.until(() => people.every(isAnswered), "an answer for everybody");
    await settled(chat);
    let strays = 0;
    for (const person of people) {
      const lines = telegram.transcript(person.dm(bot));
      const whole = lines.filter((line) => line.includes(LAST_WORDS));
      expect(whole).toEqual([expect.stringContaining(`I am ${person.user.first_name}`)]);
      strays += lines.length - 2;
    }
    // Begun answers whose first call was on its way when the gateway died: at most one for each pi.
    expect(strays).toBeLessThanOrEqual(MOST_PIS);
  });
});

test("an answer that had begun to show within one call of the crash stays as it is, and the whole one comes below", async () => {
  await using chat = await openChat("polling");
  await chat.gateway.start("preview.before-note");
  chat.anna.say(chat.room, QUESTION);
  expect(await chat.gateway.exited()).toBe(137);
  await chat.gateway.start();
  const [, begun, whole] = await readOnceAnswered(chat, [QUESTION]);
  await settled(chat);
  expect(chat.telegram.transcript(chat.room)).toHaveLength(3);
  expect(begun).not.toContain(LAST_WORDS);
  expect(whole).toContain(LAST_WORDS);
});

describe("the first hole: a message without a preview, and a crash within one call", () => {
  test("by default it is rather said twice than not at all", async () => {
    await using chat = await openChat("polling", { streamingMode: "off" });
    await chat.gateway.start("outbox.after-call");
    chat.anna.say(chat.room, QUESTION);
    expect(await chat.gateway.exited()).toBe(137);
    await chat.gateway.start();
    await chat.telegram.until(() => chat.telegram.transcript(chat.room).length === 3, "the second copy");
    const [, first, second] = chat.telegram.transcript(chat.room);
    expect(second).toBe(first ?? "");
  });

  test("with delivery.onDoubt `drop` it is not said again, and is listed as given up", async () => {
    await using chat = await openChat("polling", { streamingMode: "off" });
    const { gateway, telegram, room, anna } = chat;
    const config = JSON.parse(await Bun.file(`${gateway.home}/cwd/pi-gateway.jsonc`).text()) as object;
    gateway.configure({ ...config, delivery: { onDoubt: "drop" } });
    await gateway.start("outbox.before-call");
    anna.say(room, QUESTION);
    expect(await gateway.exited()).toBe(137);
    await gateway.start();
    anna.say(room, "And now?");
    await telegram.until(() => telegram.transcript(room).length === 3, "the answer to the second question");
    expect(telegram.transcript(room)[2]).toContain("And now?");
    expect(gateway.log()).toContain("may have been sent before a crash");
  });
});

/** Resolves once the gateway has nothing left to say: a stop waits for what it still has to deliver. */
async function settled({ gateway }: Chat): Promise<void> {
  expect(await gateway.kill("SIGTERM")).toBe(0);
}
