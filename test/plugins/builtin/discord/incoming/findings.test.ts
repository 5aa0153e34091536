import { expect, test } from "bun:test";
import { DiscordWorld } from "../discord-world.ts";

async function found(world: DiscordWorld, given: object = {}) {
  const findings = await world.channel(given).findings();
  return findings.map(({ level, text, fix = "" }) => `${level}: ${text} ${fix}`.trim());
}

const about = (lines: readonly string[], word: string) => lines.filter((line) => line.includes(word));

test("a bot that has all it needs is fine, and its invitation asks for just the rights that it needs", async () => {
  await using world = await DiscordWorld.open();
  const lines = await found(world);
  expect(lines[0]).toBe("ok: my_bot answers");
  expect(lines.filter((line) => !line.startsWith("ok") && !line.startsWith("note"))).toEqual([]);
  const [invite = ""] = about(lines, "https://discord.com/oauth2/authorize");
  const url = new URL(/https:\S+/.exec(invite)?.[0] ?? "");
  expect(url.searchParams.get("client_id")).toBe(world.bot.id);
  expect(url.searchParams.get("scope")).toBe("bot applications.commands");
  const permissions = BigInt(url.searchParams.get("permissions") ?? 0);
  // View, send, history, threads: and no administrator.
  for (const bit of [10n, 11n, 16n, 35n, 38n]) expect(permissions & (1n << bit)).not.toBe(0n);
  expect(permissions & (1n << 3n)).toBe(0n);
});

test("a wrong token, and a Discord that cannot be reached, are errors with what to do", async () => {
  await using world = await DiscordWorld.open();
  const wrong = await world.channel({}, "wrong.token.of-nobody").findings();
  expect(wrong).toMatchObject([
    {
      level: "error",
      text: expect.stringContaining("token"),
      fix: expect.stringContaining("Reset the token"),
    },
  ]);
  const lines = await found(world, { apiRoot: "http://127.0.0.1:9/api" });
  expect(lines).toEqual([expect.stringContaining("error: cannot connect to Discord")]);
});

test("an intent that is switched off is an error where servers are listened to, and none elsewhere", async () => {
  await using world = await DiscordWorld.open();
  world.bot.messageContent = false;
  expect(about(await found(world), "Message Content")).toHaveLength(1);
  expect(about(await found(world, { groupPolicy: "disabled" }), "Message Content")).toEqual([]);
});

test("few connections that are left are a warning", async () => {
  await using world = await DiscordWorld.open();
  world.bot.identifiesLeft = 7;
  expect(about(await found(world), "only 7 more connections")).toHaveLength(1);
});

test("servers and channels that are configured and not to be seen are named, and a server that is not listed", async () => {
  await using world = await DiscordWorld.open();
  const { bot, discord, general, guild } = world;
  const secret = guild.channel("random");
  discord.deny(secret, "ViewChannel", bot);
  discord.deny(general, ["SendMessages", "AddReactions"], bot);
  const channels = { [general.id]: {}, [secret.id]: {}, "123": {} };
  const lines = await found(world, { guilds: { "999": {}, [guild.id]: { channels } } });
  expect(about(lines, "the server 999 is configured")).toHaveLength(1);
  expect(about(lines, `the channel ${general.id}`)).toEqual([
    expect.stringContaining("lacks Send Messages, Add Reactions"),
  ]);
  expect(about(lines, `the channel ${secret.id}`)[0]).toContain("View Channel");
  expect(about(lines, "the channel 123")[0]).toContain("does not see it");
  const unlisted = await found(world, { guilds: {} });
  expect(about(unlisted, `the server Club (${guild.id}), which is not listed`)).toHaveLength(1);
});

test("where a whole server is listed, channels in which the bot cannot answer are one line", async () => {
  await using world = await DiscordWorld.open();
  const { bot, discord, general } = world;
  discord.deny(general, "SendMessages", bot);
  expect(about(await found(world), "lacks rights in #general")).toHaveLength(1);
});
