import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "../cli/cli-world.ts";
import { type BotAccount, type Person, type Room, startTelegram } from "../emulators/telegram/index.ts";
import type { TelegramServer } from "../emulators/telegram/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

/** A real gateway with the real pi, and Telegram as the people in it see it. */
let telegram: TelegramServer;
let bot: BotAccount;
let anna: Person;
let gateway: GatewayProcess;
let shell: CliWorld;

const channelOf = (more: object = {}) => ({
  botToken: bot.token,
  apiRoot: telegram.url,
  dmPolicy: "pairing",
  allowFrom: [String(anna.id)],
  groupPolicy: "open",
  ...more,
});

beforeAll(async () => {
  telegram = await startTelegram();
  bot = telegram.addBot({ username: "pi_bot", privacyMode: false });
  anna = telegram.addPerson({ firstName: "Anna" });
  gateway = new GatewayProcess({
    env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
    config: { channels: { telegram: channelOf() } },
  });
  await gateway.start();
  shell = await CliWorld.make();
  shell.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

/** The text of the first message of the bot, behind the `from`-th of the chat, that has all of `words`. */
async function answer(room: Room, from: number, ...words: readonly string[]): Promise<string> {
  const found = () =>
    room.posts
      .slice(from)
      .filter(({ message }) => message.from?.id === bot.id)
      .map(({ message }) => message.text ?? "")
      .find((text) => words.every((word) => text.includes(word)));
  return telegram.until(found, `a message of the bot with ${words.join(", ")}`);
}

/** What the demo model's answers end with, in each language. */
const WHOLE = "run bash: ls";

describe("in a private chat", () => {
  test("a stranger is told a code, let in from the shell, told so, and answered", async () => {
    const eve = telegram.addPerson({ firstName: "Eve" });
    const room = eve.dm(bot);
    eve.say(room, "let me in");
    const told = await answer(room, 0, "pi-gw pairing approve telegram");
    const [, code = ""] = /approve telegram ([A-Z2-9]{8})/.exec(told) ?? [];
    const approved = await shell.run("pairing", "approve", "telegram", code.toLowerCase());
    expect(approved.code).toBe(EXIT.ok);
    await answer(room, 2, "let in");
    eve.say(room, "and now?");
    await answer(room, 3, "and now?", WHOLE);
  });

  test("somebody is spoken to in the language of their app, where the gateway speaks it", async () => {
    const mei = telegram.addPerson({ firstName: "Mei", language: "zh-hans" });
    const room = mei.dm(bot);
    mei.say(room, "你好");
    const told = await answer(room, 0, "配对码是");
    const [, code = ""] = /approve telegram ([A-Z2-9]{8})/.exec(told) ?? [];
    expect((await shell.run("pairing", "approve", "telegram", code)).code).toBe(EXIT.ok);
    await answer(room, 2, "let in");
    const before = room.posts.length;
    mei.say(room, "/help");
    expect(await answer(room, before, "/status")).toContain("开始新的对话");
  });

  test("a long paste is one message, and so is an album with its pictures", async () => {
    const room = anna.dm(bot);
    const before = room.posts.length;
    const pieces = anna.paste(room, `begin ${"word ".repeat(1500)}end`);
    expect(pieces.length).toBe(2);
    await answer(room, before, WHOLE);
    const album = room.posts.length;
    anna.album(room, [{ kind: "photo", caption: "two pictures" }, { kind: "photo" }]);
    const text = await answer(room, album, "two pictures", WHOLE);
    expect(text).not.toContain("not available");
    // One answer to each, however many pieces there were.
    expect(room.posts.slice(before).filter(({ message }) => message.from?.id === bot.id)).toHaveLength(2);
  });

  test("a file is where pi can read it, and a quote says what it answers", async () => {
    const room = anna.dm(bot);
    const before = room.posts.length;
    const file = { name: "报告.txt", bytes: new TextEncoder().encode("forty-two") };
    anna.upload(room, "document", file, { caption: "what is in it?" });
    const text = await answer(room, before, "what is in it?", WHOLE);
    const [, path = ""] = /\[file: (\S+报告\.txt)/.exec(text) ?? [];
    expect(await Bun.file(path).text()).toBe("forty-two");
    const said = room.last(bot);
    if (!said) throw new Error("there is an answer");
    const next = room.posts.length;
    anna.quote(said, "what is in it?", "why do you ask?");
    await answer(room, next, "why do you ask?", WHOLE);
  });

  test("the commands are in Telegram's menu, and work", async () => {
    const room = anna.dm(bot);
    expect(
      await telegram.until(() => anna.commands(room, bot).some((command) => command.includes("new"))),
    ).toBe(true);
    const before = room.posts.length;
    anna.say(room, "/status");
    await answer(room, before, "Model: pi-gateway/demo");
  });

  test("a shell says something there, and what cannot arrive is listed with the reason", async () => {
    const room = anna.dm(bot);
    const before = room.posts.length;
    expect(
      (await shell.run("send", "--to", `telegram:${anna.id}`, "--message", "The build is **green**.")).code,
    ).toBe(EXIT.ok);
    await answer(room, before, "The build is green.");
    await shell.run("send", "--to", "telegram:999", "--message", "Hello?");
    await until(async () => (await shell.run("queue", "list")).out.includes("given up"));
    const { out } = await shell.run("queue", "list");
    expect(out).toContain("telegram:999");
    expect((await shell.run("queue", "drop", "all")).out).toBe("1 message is dropped.\n");
  });
});

describe("in groups", () => {
  test("what was said among people is context for the next message that is for the bot", async () => {
    const bob = telegram.addPerson({ firstName: "Bob" });
    const group = telegram.addGroup({
      title: "Friends",
      kind: "supergroup",
      members: [anna, bob],
      bots: [bot],
    });
    bob.say(group, "I like green");
    anna.say(group, "me too");
    anna.say(group, "@pi_bot which colour do we like?");
    const text = await answer(group, 0, "which colour do we like?", WHOLE);
    expect(text).toContain("Bob: I like green");
    expect(text).toContain("Anna: me too");
    expect(
      group.posts.filter(({ message }) => message.from?.id === bot.id && message.text?.includes(WHOLE)),
    ).toHaveLength(1);
  });

  test("a job for a group that has become a supergroup goes there, and the agent knows of it there", async () => {
    const group = telegram.addGroup({ title: "Club", kind: "group", members: [anna], bots: [bot] });
    const cron = (...args: string[]) => shell.run("cron", ...args);
    const to = ["--to", `telegram:${group.id}`];
    expect((await cron("add", "tea", "--every", "1h", "--message", "Tea is ready", ...to)).code).toBe(
      EXIT.ok,
    );
    const moved = anna.upgrade(group);
    anna.say(moved, "@pi_bot hello after the move");
    await answer(moved, 0, "hello after the move", WHOLE);
    expect((await cron("run", "tea")).code).toBe(EXIT.ok);
    await answer(moved, 0, "Tea is ready");
    const before = moved.posts.length;
    anna.say(moved, "@pi_bot and now?");
    await answer(moved, before, "as somebody had asked it to: Tea is ready", WHOLE);
  });

  test("an answer that an agent waits for in a group that has become a supergroup is told in that one", async () => {
    const group = telegram.addGroup({ title: "Choir", kind: "group", members: [anna], bots: [bot] });
    const asked = { agent: "main", task: "run bash: sleep 3", mode: "later" };
    anna.say(group, `@pi_bot please\ntool delegate ${JSON.stringify(asked)}`);
    await answer(group, 0, "what delegate gave back");
    const moved = anna.upgrade(group);
    await answer(moved, 0, "The agent main has answered", `Your answer is sent to telegram:${moved.id}`);
  });

  test("each topic is a conversation of its own, and the shell reaches one by its id", async () => {
    const forum = telegram.addGroup({
      title: "Forum",
      kind: "supergroup",
      isForum: true,
      members: [anna],
      bots: [bot],
    });
    const news = anna.openTopic(forum, "News");
    anna.say(forum, "@pi_bot hello from the topic", { thread: news });
    await answer(forum, 0, "hello from the topic", WHOLE);
    expect(telegram.transcript(forum, { thread: news }).at(-1)).toContain("hello from the topic");
    await shell.run("send", "--to", `telegram:default:${forum.id}:topic:${news}`, "--message", "Only here");
    await telegram.until(() => telegram.transcript(forum, { thread: news }).at(-1) === "pi_bot: Only here");
  });
});

describe("a configuration that changes while the gateway runs", () => {
  test("brings a second bot, and a wrong token is one sentence that costs the first bot nothing", async () => {
    const second = telegram.addBot({ username: "second_bot" });
    const accounts = { second: { botToken: second.token }, third: { botToken: "123456:wrong" } };
    gateway.configure({ channels: { telegram: channelOf({ accounts }) } });
    const room = anna.dm(second);
    await telegram.until(() =>
      telegram.calls.of({ method: "getUpdates" }).some(({ by }) => by === "second_bot"),
    );
    anna.say(room, "hello, second");
    await telegram.until(() => telegram.transcript(room).some((line) => line.includes(WHOLE)));
    const doctor = await shell.run("doctor", "--config", join(gateway.home, "cwd/pi-gateway.jsonc"));
    expect(doctor.out).toMatch(/error +telegram\/third .*token/);
    expect(doctor.out).toMatch(/ok +telegram +@pi_bot/);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 60) throw new Error("it never came");
    await Bun.sleep(100);
  }
}
