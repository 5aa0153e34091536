import { describe, expect, test } from "bun:test";
import type { Finding } from "../../../../../src/core/channel.ts";
import type { TelegramChannel } from "../../../../../src/plugins/builtin/telegram/channel.ts";
import { TelegramWorld } from "../telegram-world.ts";

async function troubles(channel: TelegramChannel): Promise<string[]> {
  const found = await channel.findings();
  for (const { level, fix, subject } of found) {
    expect(subject).toBe("telegram");
    if (level !== "ok") expect(fix).toMatch(/\.$/);
  }
  return found.filter(({ level }) => level !== "ok").map(textOf);
}

const textOf = ({ level, text }: Finding) => `${level}: ${text}`;

test("a bot that works says who it is, and nothing else", async () => {
  await using world = await TelegramWorld.open();
  const channel = world.channel();
  expect(await channel.findings()).toEqual([{ level: "ok", subject: "telegram", text: "@my_bot answers" }]);
});

test("a wrong token is named, with where to get the right one", async () => {
  await using world = await TelegramWorld.open();
  world.bot.isTokenValid = false;
  expect(await troubles(world.channel())).toEqual(["error: Telegram does not know the bot's token"]);
});

test("that Telegram cannot be reached is named", async () => {
  await using world = await TelegramWorld.open();
  const [trouble] = await troubles(world.channel({ apiRoot: "http://127.0.0.1:9" }));
  expect(trouble).toContain("error: cannot connect to Telegram: ");
});

describe("privacy mode", () => {
  test("is in the way where messages without a mention are wanted", async () => {
    await using world = await TelegramWorld.open();
    const group = world.telegram.addGroup({
      title: "Team",
      members: [world.telegram.addPerson({ firstName: "Anna" })],
      bots: [world.bot],
    });
    const of = (rules: object, more = {}) =>
      troubles(
        world.channel({ groups: { [group.id]: rules }, reactionNotifications: "off", ...more } as never),
      );
    expect((await of({ requireMention: false })).join()).toContain("warning: privacy mode is on");
    expect((await of({ topics: { "7": { requireMention: false } } })).join()).toContain("topic 7");
    expect((await of({})).join()).toContain("note: privacy mode is on");
    expect(await of({}, { historyLimit: 0 })).toEqual([]);
    expect(await of({ historyLimit: 0 })).toEqual([]);
    world.bot.privacyMode = false;
    expect(await of({ requireMention: false })).toEqual([]);
  });
});

describe("a webhook", () => {
  const set = (world: TelegramWorld, url: string, more = {}) => {
    world.bot.webhook = { url, secret: undefined, maxConnections: 40, ...more } as never;
  };

  test("that is still set while the gateway polls is named, with its trouble", async () => {
    await using world = await TelegramWorld.open();
    set(world, "https://old.example/hook", { lastErrorMs: Date.now(), lastError: "Connection refused" });
    expect(await troubles(world.channel())).toEqual([
      "warning: a webhook is still set, to old.example, so nothing can be fetched (nothing waits, its last error was: Connection refused)",
    ]);
  });

  test("of ours that Telegram cannot deliver to, or was not told, is named", async () => {
    await using world = await TelegramWorld.open();
    const webhookUrl = "https://bot.example/hook";
    const channel = world.channel({ webhookUrl });
    expect((await troubles(channel)).join()).toContain("Telegram was not told webhookUrl yet");
    set(world, "https://else.example/hook");
    expect((await troubles(channel)).join()).toContain("Telegram calls else.example instead");
    set(world, webhookUrl, { lastErrorMs: Date.now(), lastError: "Wrong response: 502" });
    expect((await troubles(channel)).join()).toContain(
      "could not deliver to webhookUrl: Wrong response: 502",
    );
    set(world, webhookUrl);
    expect(await troubles(channel)).toEqual([]);
  });
});

describe("a group of the configuration", () => {
  async function groupWorld() {
    const world = await TelegramWorld.open();
    world.bot.privacyMode = false;
    const anna = world.telegram.addPerson({ firstName: "Anna" });
    const group = world.telegram.addGroup({ title: "Team", members: [anna], bots: [world.bot] });
    const of = (key: string) => troubles(world.channel({ groups: { [key]: {} } } as never));
    return { world, anna, group, of };
  }

  test("that Telegram does not know is named", async () => {
    const { world, of } = await groupWorld();
    await using _ = world;
    expect((await of("-100999")).join()).toContain(
      "warning: the group -100999: Telegram does not know this chat",
    );
  });

  test("that the bot was put out of is named", async () => {
    const { world, anna, group, of } = await groupWorld();
    await using _ = world;
    anna.removeBot(group, world.bot);
    expect((await of(String(group.id))).join()).toMatch(/warning: .*(no member|was put out)/);
  });

  test("without its -100 is found, and its exact id is named", async () => {
    const { world, group, of } = await groupWorld();
    await using _ = world;
    const short = String(group.id).replace("-100", "");
    expect((await of(short)).join()).toContain(`note: the group ${short} (Team) is ${group.id}`);
  });

  test("tells of no reactions unless the bot is an admin", async () => {
    const { world, anna, group, of } = await groupWorld();
    await using _ = world;
    expect((await of(String(group.id))).join()).toContain("note: the bot is no admin");
    anna.promote(group, world.bot);
    expect(await of(String(group.id))).toEqual([]);
  });
});
