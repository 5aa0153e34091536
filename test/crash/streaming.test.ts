import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type Room, startTelegram, type TelegramServer } from "../emulators/telegram/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { OWN_PI } from "../fakes/pi-world.ts";
import { StoryModel, type StoryOptions } from "../fakes/story-model.ts";

setDefaultTimeout(60_000);

type Mode = "block" | "draft";

interface Chat extends AsyncDisposable {
  readonly telegram: TelegramServer;
  readonly room: Room;
  readonly gateway: GatewayProcess;
  readonly model: StoryModel;
}

/** Somebody in a private chat with a bot whose answers are long. */
async function openChat(streamingMode: Mode, story: StoryOptions): Promise<Chat> {
  const telegram = await startTelegram();
  const model = new StoryModel(story);
  const bot = telegram.addBot({ username: "pi_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const account = { botToken: bot.token, apiRoot: telegram.url, dmPolicy: "open", streamingMode };
  const gateway = new GatewayProcess({
    config: { agent: { piCliPath: OWN_PI, model: "story/teller" }, channels: { telegram: account } },
  });
  model.addTo(join(gateway.home, ".pi/agent"));
  const room = anna.dm(bot);
  return {
    telegram,
    room,
    gateway,
    model,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await telegram[Symbol.asyncDispose]();
      model[Symbol.dispose]();
    },
  };
}

const said = ({ telegram, room }: Chat) => telegram.transcript(room).slice(1);
const words = (text: string) => text.replaceAll(/\s+/g, " ").trim();

/** How often each sentence of the story stands in what Anna reads. */
function tellings(chat: Chat): readonly number[] {
  const read = words(said(chat).join(" "));
  return chat.model.sentences.map((sentence) => read.split(sentence).length - 1);
}

/** Has the gateway killed at `point` while it answers, starts it again, and waits for the end of the story. */
async function tellThroughCrash(chat: Chat, point: string): Promise<void> {
  const { gateway, telegram, room, model } = chat;
  await gateway.start(point);
  const [anna] = telegram.world.people;
  if (!anna) throw new Error("nobody is there");
  telegram.world.post(room, anna, { text: "Tell me." });
  expect(await gateway.exited()).toBe(137);
  model.pieceMs = 0;
  await gateway.start();
  const last = model.sentences.at(-1) ?? "";
  await telegram.until(() => words(said(chat).join(" ")).includes(last), "the end of the story");
  // A stop waits for what is still to be delivered.
  expect(await gateway.kill("SIGTERM")).toBe(0);
}

const once = ({ model }: Chat) => model.sentences.map(() => 1);

describe.each(["goes on", "begins anew"] as const)("a model that %s after an interruption", (afterwards) => {
  test.each(["turn.block@1", "turn.block@2", "outbox.before-call"])(
    "in pieces: a gateway that is killed at %s says everything once, and takes nothing back",
    async (point) => {
      await using chat = await openChat("block", { afterwards });
      await tellThroughCrash(chat, point);
      expect(tellings(chat)).toEqual(once(chat));
      expect(chat.room.posts.filter(({ isDeleted }) => isDeleted)).toEqual([]);
    },
  );
});

test.each(["turn.text@60", "turn.before-finish", "turn.after-finish", "outbox.before-call"])(
  "as a draft: a gateway that is killed at %s says everything once",
  async (point) => {
    await using chat = await openChat("draft", { afterwards: "begins anew" });
    await tellThroughCrash(chat, point);
    expect(tellings(chat)).toEqual(once(chat));
  },
);

test("in pieces: pi is told what has been read", async () => {
  await using chat = await openChat("block", { afterwards: "goes on" });
  await tellThroughCrash(chat, "turn.block@2");
  expect(chat.model.asked).toHaveLength(2);
  const [, again = ""] = chat.model.asked;
  expect(again).toContain("This much has been read already");
  expect(again).toContain(chat.model.sentences[0] ?? "");
});

test("in pieces: an answer that was complete is not asked for again, and its end is said", async () => {
  await using chat = await openChat("block", { afterwards: "begins anew" });
  await tellThroughCrash(chat, "turn.before-finish");
  expect(chat.model.asked).toHaveLength(1);
  expect(tellings(chat)).toEqual(once(chat));
});

test("in pieces: each is in the first hole, so one that was cut off in its call comes twice, and no other", async () => {
  await using chat = await openChat("block", { afterwards: "goes on" });
  await tellThroughCrash(chat, "outbox.after-call");
  const counts = tellings(chat);
  expect(new Set(counts)).toEqual(new Set([1, 2]));
  const [first, second] = said(chat);
  expect(second).toBe(first ?? "");
  expect(Math.max(...counts.slice(counts.indexOf(1)))).toBe(1);
});
