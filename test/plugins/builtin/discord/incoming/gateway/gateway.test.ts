import { describe, expect, test } from "bun:test";
import { FakeClock } from "../../../../../fakes/fake-clock.ts";
import { DiscordWorld } from "../../discord-world.ts";

const START_MS = Date.parse("2026-12-01T00:00:00Z");

/** Time that passes in steps, with room for what happens in it. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    await clock.advance(500);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe("a close that Discord never takes back", () => {
  const closes = [
    [4004, "does not know the bot's token"],
    [4010, "shard"],
    [4011, "so many servers"],
    [4012, "install a newer version"],
    [4013, "intents"],
    [4014, "switch on Message Content Intent"],
  ] as const;
  test.each(closes)(
    "with %i ends the account with one sentence, and no other connection",
    async (code, words) => {
      const clock = new FakeClock(START_MS);
      await using world = await DiscordWorld.open(clock);
      const { discord, host } = world;
      const channel = await world.start();
      discord.gateway.close(code);
      await discord.until(() => channel.status().state === "failed");
      expect(channel.status().lastError).toContain(words);
      await pass(clock, 120_000);
      expect(discord.gateway.identifyCount).toBe(1);
      expect(discord.gateway.resumeCount).toBe(0);
      expect(host.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    },
  );

  test("is met at once by a bot whose intent is switched off, and not where no server is listened to", async () => {
    await using world = await DiscordWorld.open();
    world.bot.messageContent = false;
    const channel = world.channel();
    await channel.start(world.host);
    await world.discord.until(() => channel.status().state === "failed");
    expect(channel.status().lastError).toContain("Message Content");
    await channel.stop();
    await world.start({ groupPolicy: "disabled" });
    world.anna.say(world.anna.dm(world.bot), "in private");
    expect(await world.host.texts(1)).toEqual(["in private"]);
  });

  test("can be mended: the account starts again with the next start", async () => {
    await using world = await DiscordWorld.open();
    const channel = await world.start();
    world.discord.gateway.close(4014);
    await world.discord.until(() => channel.status().state === "failed");
    await channel.start(world.host);
    await world.discord.until(() => channel.status().state === "connected");
  });
});

test("a token that Discord does not know stops the account before there is a line", async () => {
  await using world = await DiscordWorld.open();
  world.bot.isTokenValid = false;
  const channel = world.channel();
  await channel.start(world.host);
  await world.discord.until(() => channel.status().state === "failed");
  expect(channel.status().lastError).toContain("does not know the bot's token");
  expect(world.discord.gateway.identifyCount).toBe(0);
});

test("a bot that may not connect any more today waits until it may, and says until when", async () => {
  const clock = new FakeClock(START_MS);
  await using world = await DiscordWorld.open(clock);
  const { bot, discord, host } = world;
  bot.identifiesLeft = 0;
  const channel = world.channel();
  await channel.start(host);
  await discord.until(() => channel.status().lastError !== undefined);
  expect(channel.status().lastError).toContain("takes no more connections of this bot before 2026-12-");
  expect(discord.gateway.identifyCount).toBe(0);
  bot.identifiesLeft = 5;
  await clock.advance(24 * 3600 * 1000);
  await discord.until(() => channel.status().state === "connected");
});

test("sessions that do not last begin ever more slowly: the day's connections are not used up by a bad hour", async () => {
  const clock = new FakeClock(START_MS);
  await using world = await DiscordWorld.open(clock);
  const { discord } = world;
  const channel = await world.start();
  const identifiedAt: number[] = [];
  for (let round = 0; round < 8; round++) {
    const before = discord.gateway.identifyCount;
    discord.gateway.close(4009);
    while (discord.gateway.identifyCount === before) await pass(clock, 500);
    identifiedAt.push(clock.now());
    await discord.until(() => channel.status().state === "connected");
  }
  const gaps = identifiedAt.slice(1).map((atMs, index) => atMs - (identifiedAt[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4500);
  expect(gaps.at(-1)).toBeGreaterThan(200_000);
  expect(gaps.at(-1)).toBeLessThan(320_000);
  await pass(clock, 61_000);
  const before = discord.gateway.identifyCount;
  discord.gateway.close(4009);
  await pass(clock, 5000);
  expect(discord.gateway.identifyCount).toBe(before + 1);
});

test("a Discord that wants another connection at once, again and again, is met with patience", async () => {
  const clock = new FakeClock(START_MS);
  await using world = await DiscordWorld.open(clock);
  const { gateway } = world.discord;
  await world.start();
  await pass(clock, 10_000);
  gateway.reconnect();
  await world.discord.until(() => gateway.resumeCount === 1);
  gateway.reconnect();
  await Bun.sleep(100);
  expect(gateway.resumeCount).toBe(1);
  await pass(clock, 5000);
  expect(gateway.resumeCount).toBe(2);
});

test("an unreachable gateway shows in the status after a minute, with the reason, and recovers by itself", async () => {
  const clock = new FakeClock(START_MS);
  await using world = await DiscordWorld.open(clock);
  const { discord } = world;
  const channel = await world.start();
  discord.outage(90_000);
  await discord.until(() => channel.status().state === "connecting");
  await pass(clock, 62_000);
  expect(channel.status()).toMatchObject({ state: "failed", lastError: expect.stringContaining("Discord") });
  await pass(clock, 60_000);
  await discord.until(() => channel.status().state === "connected");
});

test("heartbeats go on for as long as the line does", async () => {
  const clock = new FakeClock(START_MS);
  await using world = await DiscordWorld.open(clock);
  const { discord } = world;
  await world.start();
  await pass(clock, 300_000);
  expect([discord.gateway.identifyCount, discord.gateway.resumeCount]).toEqual([1, 0]);
});

test("the line takes the way out that the configuration names, else the environment's", async () => {
  await using world = await DiscordWorld.open();
  const asked: string[] = [];
  using proxy = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, data) {
        asked.push(data.toString().split("\r\n")[0] ?? "");
        socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      },
    },
  });
  const address = `http://127.0.0.1:${proxy.port}`;
  const host = Object.assign(Object.create(world.host) as typeof world.host, {
    proxyFor: (url: string) => (url.startsWith("ws:") ? address : undefined),
  });
  const channel = world.channel();
  await channel.start(host);
  await world.discord.until(() => asked.length > 0);
  await channel.stop();
  expect(asked[0]).toBe(`CONNECT ${new URL(world.discord.gateway.url).host} HTTP/1.1`);
});
