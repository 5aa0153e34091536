import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { Locale } from "discord-api-types/v10";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "../cli/cli-world.ts";
import {
  type BotAccount,
  type DiscordServer,
  type Guild,
  type Person,
  type Room,
  startDiscord,
} from "../emulators/discord/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { PNG } from "../pipeline/files-world.ts";

setDefaultTimeout(60_000);

/** A real gateway with the real pi, and Discord as the people in it see it. */
let discord: DiscordServer;
let bot: BotAccount;
let anna: Person;
let bob: Person;
let guild: Guild;
let gateway: GatewayProcess;
let shell: CliWorld;

const channelOf = (more: object = {}) => ({
  token: bot.token,
  apiRoot: discord.url,
  dmPolicy: "pairing",
  allowFrom: [anna.id],
  guilds: {
    [guild.id]: {
      channels: {
        "*": {},
        [guild.channel("threads").id]: { autoThread: true },
        [guild.channel("staff").id]: { roles: [guild.role("Staff").id] },
      },
    },
  },
  ...more,
});

beforeAll(async () => {
  discord = await startDiscord();
  bot = discord.addBot({ username: "pi_bot" });
  anna = discord.addPerson({ name: "Anna" });
  bob = discord.addPerson({ name: "Bob" });
  const channels = ["general", "threads", "news", "staff", { name: "ideas", kind: "forum" }] as const;
  guild = discord.addGuild({ name: "Club", members: [anna, bob], bots: [bot], roles: ["Staff"], channels });
  gateway = new GatewayProcess({
    env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
    config: { owners: [`discord:dm:${anna.id}`], channels: { discord: channelOf() } },
  });
  await gateway.start();
  shell = await CliWorld.make();
  shell.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
  await discord.untilReady(bot);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
  await discord[Symbol.asyncDispose]();
});

/** The text of the first message of the bot, behind the `from`-th of the chat, that has all of `words`. */
async function answer(room: Room, from: number, ...words: readonly string[]): Promise<string> {
  const found = () =>
    room.posts
      .slice(from)
      .filter(({ message }) => message.author.id === bot.id)
      .map(({ message }) => message.content)
      .find((text) => words.every((word) => text.includes(word)));
  return discord.until(found, `a message of the bot with ${words.join(", ")}`);
}

/** What the demo model's answers end with. */
const WHOLE = "run bash: ls";

describe("in a private chat", () => {
  test("a stranger is told a code, let in from the shell, told so, and answered", async () => {
    const eve = discord.addPerson({ name: "Eve" });
    const room = eve.dm(bot);
    eve.say(room, "let me in");
    const told = await answer(room, 0, "pi-gw pairing approve discord");
    const [, code = ""] = /approve discord ([A-Z2-9]{8})/.exec(told) ?? [];
    const approved = await shell.run("pairing", "approve", "discord", code.toLowerCase());
    expect(approved.code).toBe(EXIT.ok);
    await answer(room, 2, "let in");
    eve.say(room, "and now?");
    await answer(room, 3, "and now?", WHOLE);
  });

  test("an owner lets somebody in with a button, and the stranger is spoken to in the language of their app", async () => {
    const mei = discord.addPerson({ name: "Mei" });
    mei.locale = Locale.ChineseCN;
    mei.join(guild);
    const room = mei.dm(bot);
    const asked = anna.dm(bot).posts.length;
    await discord.until(() => mei.commands(room, bot).some((command) => command.includes("/status")));
    mei.slash(room, bot, "status");
    await answer(room, 0, "已收到");
    await answer(room, 0, "配对码是");
    await answer(anna.dm(bot), asked, "Mei");
    const question = anna.dm(bot).last(bot);
    if (!question) throw new Error("there is a question");
    anna.press(question, "Let in");
    await answer(room, 1, "let in");
    const before = room.posts.length;
    mei.slash(room, bot, "help");
    expect(await answer(room, before, "/status")).toContain("开始新的对话");
  });

  test("two pictures are one question, and an answer longer than a message is several, in order", async () => {
    const room = anna.dm(bot);
    const before = room.posts.length;
    const picture = { mimeType: "image/png", bytes: PNG };
    anna.upload(
      room,
      [
        { ...picture, name: "a.png" },
        { ...picture, name: "b.png" },
      ],
      "two pictures",
    );
    const text = await answer(room, before, "two pictures", WHOLE);
    expect(text).not.toContain("not available");
    const next = room.posts.length;
    anna.say(room, Array.from({ length: 380 }, (_, at) => `w${at}`).join(" "));
    await answer(room, next, WHOLE);
    const parts = room.posts
      .slice(next)
      .flatMap(({ message }) => (message.author.id === bot.id ? message : []));
    expect(parts.length).toBeGreaterThan(1);
    const numbers = parts.flatMap(({ content }) =>
      [...content.matchAll(/\bw(\d+)\b/g)].map(([, at]) => Number(at)),
    );
    expect(numbers).toEqual(Array.from({ length: 380 }, (_, at) => at));
  });

  test("a file is where pi can read it, and a quote says what it answers", async () => {
    const room = anna.dm(bot);
    const before = room.posts.length;
    const file = { name: "report.txt", bytes: new TextEncoder().encode("forty-two") };
    anna.upload(room, file, "what is in it?");
    const text = await answer(room, before, "what is in it?", WHOLE);
    const [, path = ""] = /\[file: (\S+report\.txt)/.exec(text) ?? [];
    expect(await Bun.file(path).text()).toBe("forty-two");
    const said = room.last(bot);
    if (!said) throw new Error("there is an answer");
    const next = room.posts.length;
    anna.reply(said, "why do you ask?");
    await answer(room, next, "why do you ask?", WHOLE);
  });

  test("a command from Discord's menu is acknowledged to the person alone, and answered for all to see", async () => {
    const room = anna.dm(bot);
    await discord.until(() => anna.commands(room, bot).some((command) => command.includes("/status")));
    const before = room.posts.length;
    const used = anna.slash(room, bot, "status");
    await answer(room, before, "Model: `pi-gateway/demo`");
    expect(used.isEphemeral).toBe(true);
  });

  test("a shell says something there, and what cannot arrive is listed with the reason", async () => {
    const room = anna.dm(bot);
    const before = room.posts.length;
    const words = ["--message", "The build is **green**."];
    expect((await shell.run("send", "--to", `discord:dm:${anna.id}`, ...words)).code).toBe(EXIT.ok);
    await answer(room, before, "The build is **green**.");
    const news = guild.channel("news");
    await shell.run("send", "--to", `discord:${news.id}`, "--message", "Only here");
    await discord.untilTranscript(news, ["pi_bot: Only here"]);
    await shell.run("send", "--to", "discord:dm:111111111111111111", "--message", "Hello?");
    await until(async () => (await shell.run("queue", "list")).out.includes("given up"));
    const { out } = await shell.run("queue", "list");
    expect(out).toContain("discord:dm:111111111111111111");
    expect((await shell.run("queue", "drop", "all")).out).toBe("1 message is dropped.\n");
  });
});

describe("in a server", () => {
  test("what was said among people is context for the next message that is for the bot", async () => {
    const room = guild.channel("general");
    bob.say(room, "I like green");
    anna.say(room, "me too");
    anna.mention(room, bot, "which colour do we like?");
    const text = await answer(room, 0, "which colour do we like?", WHOLE);
    expect(text).toContain("Bob: I like green");
    expect(text).toContain("Anna: me too");
    expect(
      room.posts.filter(({ message }) => message.author.id === bot.id && message.content.includes(WHOLE)),
    ).toHaveLength(1);
  });

  test("a conversation goes on in the thread that it opened, where nobody has to name the bot", async () => {
    const room = guild.channel("threads");
    const question = anna.mention(room, bot, "shall we plan?");
    const thread = await discord.until(() => question.thread);
    await answer(thread, 0, "shall we plan?", WHOLE);
    const before = thread.posts.length;
    bob.say(thread, "and the budget?");
    await answer(thread, before, "and the budget?", WHOLE);
    expect(room.posts.filter(({ message }) => message.author.id === bot.id)).toEqual([]);
    anna.slash(thread, bot, "status");
    await answer(thread, before, "Answers so far: 2");
  });
});

describe("in rooms of their own", () => {
  test("each post of a forum is a conversation of its own, and the shell reaches one by its id", async () => {
    const one = anna.post(guild.channel("ideas"), "Garden", `<@${bot.id}> shall we plant?`);
    const two = anna.post(guild.channel("ideas"), "Kitchen", `<@${bot.id}> shall we cook?`);
    await answer(one, 0, "shall we plant?", WHOLE);
    await answer(two, 0, "shall we cook?", WHOLE);
    const before = one.posts.length;
    anna.slash(one, bot, "status");
    await answer(one, before, "Answers so far: 1");
    const sent = await shell.run("send", "--to", `discord:${one.id}`, "--message", "Only here");
    expect(sent.code).toBe(EXIT.ok);
    await discord.until(() => discord.transcript(one).at(-1) === "pi_bot: Only here");
    expect(discord.transcript(two).join()).not.toContain("Only here");
  });

  test("where a role is wanted, who has it is answered, and who has not is passed over", async () => {
    const room = guild.channel("staff");
    bob.mention(room, bot, "what about me?");
    discord.giveRole(guild, anna, "Staff");
    anna.mention(room, bot, "who is on duty?");
    await answer(room, 0, "who is on duty?", WHOLE);
    discord.giveRole(guild, bob, "Staff");
    bob.mention(room, bot, "and now?");
    await answer(room, 0, "and now?", WHOLE);
    const answered = room.posts.filter(({ message }) => message.author.id === bot.id);
    expect(answered.filter(({ message }) => message.content.includes(WHOLE))).toHaveLength(2);
  });
});

describe("over an outage", () => {
  test("what was written while the gateway was down is answered once when it is back", async () => {
    const room = guild.channel("general");
    const before = room.posts.length;
    await gateway.kill("SIGTERM");
    anna.mention(room, bot, "are you there?");
    anna.say(anna.dm(bot), "and here?");
    const direct = anna.dm(bot).posts.length;
    await gateway.start();
    await answer(room, before, "are you there?", WHOLE);
    await answer(anna.dm(bot), direct, "and here?", WHOLE);
    const answers = room.posts
      .slice(before)
      .filter(({ message }) => message.author.id === bot.id && message.content.includes("are you there?"));
    expect(answers).toHaveLength(1);
  });
});

describe("a configuration that changes while the gateway runs", () => {
  test("brings a second bot, and a wrong token is one sentence that costs the first bot nothing", async () => {
    const second = discord.addBot({ username: "second_bot" });
    discord.invite(guild, second);
    const accounts = { second: { token: second.token }, third: { token: "wrong.token.of-a-bot" } };
    gateway.configure({ channels: { discord: channelOf({ accounts }) } });
    await discord.untilReady(second);
    anna.say(anna.dm(second), "hello, second");
    await discord.until(() => discord.transcript(anna.dm(second)).some((line) => line.includes(WHOLE)));
    const doctor = await shell.run("doctor", "--config", join(gateway.home, "cwd/pi-gateway.jsonc"));
    expect(doctor.out).toMatch(/error +discord\/third .*token/);
    expect(doctor.out).toMatch(/ok +discord +.*pi_bot/);
    expect(doctor.out).toContain("https://discord.com/oauth2/authorize?client_id=");
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 60) throw new Error("it never came");
    await Bun.sleep(100);
  }
}
