import { describe, expect, test } from "bun:test";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { DiscordWorld } from "../discord-world.ts";

/** A world in which the bot has been, is away while `meanwhile` happens, and comes back; with the texts that it was handed since. */
async function whileAway(
  meanwhile: (world: DiscordWorld) => void | Promise<void>,
  { given = {}, before }: { given?: object; before?: (world: DiscordWorld) => void } = {},
) {
  const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
  const world = await DiscordWorld.open(clock);
  const channel = await world.start(given);
  world.anna.say(world.general, "before");
  world.anna.say(world.anna.dm(world.bot), "before, in private");
  before?.(world);
  await world.host.texts(before ? 3 : 2);
  await channel.stop();
  world.host.received.length = 0;
  await clock.advance(1000);
  await meanwhile(world);
  await clock.advance(1000);
  await world.start(given);
  world.anna.say(world.anna.dm(world.bot), "after, in private");
  world.anna.say(world.general, "after");
  await world.host.until(() => world.host.received.some(({ text }) => text === "after"));
  await world.host.until(() => world.host.received.some(({ text }) => text === "after, in private"));
  return { world, texts: world.host.received.map(({ text }) => text), clock };
}

const inGeneral = ({ general, host }: DiscordWorld) =>
  host.received.filter(({ address }) => address.chat === general.id).map(({ text }) => text);

describe("what was written while nobody listened", () => {
  test("in a channel, in private, in a thread and in one that is new comes once, in order, before what follows", async () => {
    const { world, texts } = await whileAway((away) => {
      const { anna, ben, bot, general } = away;
      anna.mention(general, bot, "one");
      ben.say(general, "two");
      anna.say(anna.dm(bot), "private");
      const thread = anna.openThread(general, "New");
      anna.mention(thread, bot, "in a new thread");
    });
    await using _ = world;
    expect(inGeneral(world)).toEqual(["one", "two", "after"]);
    for (const text of ["private", "in a new thread"])
      expect(texts.filter((one) => one === text)).toHaveLength(1);
    expect(texts.indexOf("private")).toBeLessThan(texts.indexOf("after, in private"));
    expect(world.host.received.find(({ text }) => text === "one")).toMatchObject({
      isForBot: true,
      sender: { name: "Anna" },
      within: { guild: world.guild.id },
    });
  });

  test("comes from a thread that was archived meanwhile as well", async () => {
    const { world, texts } = await whileAway(
      ({ anna, guild }) => {
        const thread = guild.channel("Plans");
        anna.say(thread, "last word");
        anna.archive(thread);
      },
      { before: ({ anna, general }) => void anna.say(anna.openThread(general, "Plans"), "first word") },
    );
    await using _ = world;
    await world.host.until(() => world.host.received.some(({ text }) => text === "last word"));
    expect(texts).not.toContain("first word");
  });

  test("comes with the roles of whoever wrote it, which the history does not tell", async () => {
    const given = (world: DiscordWorld) => ({
      guilds: { [world.guild.id]: { roles: [world.guild.role("crew").id] } },
    });
    const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
    await using world = await DiscordWorld.open(clock);
    const { anna, bot, discord, general, guild, host } = world;
    discord.addRole(guild, "crew");
    discord.giveRole(guild, anna, "crew");
    const channel = await world.start(given(world));
    anna.say(general, "before");
    await host.texts(1);
    await channel.stop();
    anna.mention(general, bot, "may I?");
    await world.start(given(world));
    await host.texts(2);
    expect(host.received[1]?.within?.roles).toEqual([guild.role("crew").id]);
  });

  test("is fetched in pages, the youngest five hundred of a chat", async () => {
    const { world } = await whileAway(async ({ anna, general, discord }) => {
      for (let count = 0; count < 730; count++) {
        anna.say(general, `m${count}`);
        if (count % 100 === 0) await (discord.clock as FakeClock).advance(1);
      }
    });
    await using _ = world;
    // What was written since it is back may be among them.
    const texts = inGeneral(world);
    expect([500, 501]).toContain(texts.length);
    const all = [...Array.from({ length: 730 }, (__, index) => `m${index}`), "after"];
    expect(texts).toEqual(all.slice(-texts.length));
    expect(world.host.lines.some(({ message }) => message.includes("the oldest is left out"))).toBe(true);
  });

  test("is fetched whole where it is more than a page and less than the most", async () => {
    const { world } = await whileAway(({ anna, general }) => {
      for (let count = 0; count < 250; count++) anna.say(general, `m${count}`);
    });
    await using _ = world;
    expect(inGeneral(world)).toEqual([...Array.from({ length: 250 }, (__, index) => `m${index}`), "after"]);
  });

  test("is left where it is after a day", async () => {
    const { world } = await whileAway(async ({ anna, general, discord }) => {
      anna.say(general, "long ago");
      await (discord.clock as FakeClock).advance(25 * 3600 * 1000);
      anna.say(general, "just now");
    });
    await using _ = world;
    expect(inGeneral(world)).toEqual(["just now", "after"]);
  });

  test("is not asked for in channels where nothing was written", async () => {
    const { world } = await whileAway(({ anna, guild }) => void anna.say(guild.channel("random"), "here"));
    await using _ = world;
    await world.host.until(() => world.host.received.some(({ text }) => text === "here"));
    const asked = world.discord.calls.of({ method: "getMessages" }).map(({ chat }) => chat);
    expect(asked).not.toContain(world.general.id);
  });

  test("costs no call for channels that the configuration closes", async () => {
    const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
    await using world = await DiscordWorld.open(clock);
    const { anna, bot, general, guild, host } = world;
    const given = { guilds: { [guild.id]: { channels: { [general.id]: {} } } } };
    const channel = await world.start(given);
    anna.say(general, "before");
    await host.texts(1);
    await channel.stop();
    anna.mention(guild.channel("random"), bot, "closed");
    anna.mention(general, bot, "open");
    await world.start(given);
    await host.texts(2);
    expect(host.received.map(({ text }) => text)).toEqual(["before", "open"]);
    expect(world.discord.calls.of({ method: "getMessages" })).toHaveLength(1);
  });
});

test("a crash between a message and its bookmark costs nothing: what comes again is known", async () => {
  await using world = await DiscordWorld.open();
  const { anna, bot, general, host } = world;
  const channel = await world.start();
  anna.mention(general, bot, "one");
  await host.texts(1);
  const before = host.kept.get("bookmarks");
  anna.mention(general, bot, "two");
  await host.texts(2);
  await channel.stop();
  // As if the process had died before it wrote how far it had read.
  if (before !== undefined) host.kept.set("bookmarks", before);
  anna.mention(general, bot, "three");
  await world.start();
  await host.texts(3);
  expect(host.received.map(({ text }) => text)).toEqual(["one", "two", "three"]);
});

test("a bot that is new begins now: what was said before it came is not its business", async () => {
  const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
  await using world = await DiscordWorld.open(clock);
  const { anna, bot, general, host } = world;
  anna.mention(general, bot, "long before");
  await clock.advance(1000);
  await world.start();
  anna.mention(general, bot, "now");
  await host.texts(1);
  expect(host.received.map(({ text }) => text)).toEqual(["now"]);
});

test("somebody who wrote for the first time while nobody listened is heard as soon as they write again", async () => {
  const { world } = await whileAway(({ ben, bot }) => void ben.say(ben.dm(bot), "hello?"));
  await using _ = world;
  const { ben, bot, host } = world;
  ben.say(ben.dm(bot), "still nobody?");
  const heard = () => host.received.filter(({ sender }) => sender.name === "Ben").map(({ text }) => text);
  await host.until(() => heard().length === 2);
  expect(heard()).toEqual(["hello?", "still nobody?"]);
});

test("a server that took the bot in while nobody listened is told of, and begins then", async () => {
  const { world } = await whileAway(
    async ({ anna, bot, discord }) => {
      const other = discord.addGuild({ name: "Other", members: [anna], channels: ["hall"] });
      anna.say(other.channel("hall"), "long before");
      await (discord.clock as FakeClock).advance(3_600_000);
      discord.invite(other, bot);
      anna.mention(other.channel("hall"), bot, "welcome");
    },
    { given: { guilds: { "*": {} } } },
  );
  await using _ = world;
  const joined = await world.host.until(
    () => world.host.reported.find(({ event }) => event.kind === "joined")?.event,
  );
  expect(joined).toMatchObject({ isUs: true });
  await world.host.until(() => world.host.received.some(({ text }) => text === "welcome"));
  expect(world.host.received.map(({ text }) => text)).not.toContain("long before");
});

describe("what was written in a server that Discord describes late", () => {
  const MINUTE_MS = 60_000;

  /** A bot in two servers, whose second one is out of sight after the outage in which something was written there. */
  async function outage() {
    const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
    const world = await DiscordWorld.open(clock);
    const { anna, bot, discord, general, host } = world;
    const channels = ["hall", { name: "ideas", kind: "forum" }] as const;
    const late = discord.addGuild({ name: "Late", members: [anna], bots: [bot], channels });
    const given = { guilds: { "*": { requireMention: false } } };
    const channel = await world.start(given);
    anna.say(general, "before");
    anna.say(anna.dm(bot), "before, in private");
    await host.texts(2);
    await channel.stop();
    host.received.length = 0;
    await clock.advance(MINUTE_MS);
    anna.post(late.channel("ideas"), "A new post", "posted meanwhile");
    anna.say(anna.openThread(late.channel("hall"), "A new thread"), "said in a thread meanwhile");
    anna.say(late.channel("hall"), "said meanwhile");
    await clock.advance(30 * MINUTE_MS);
    anna.say(anna.dm(bot), "meanwhile, in private");
    await clock.advance(MINUTE_MS);
    discord.describeLate(late);
    const heard = (text: string) => host.received.filter((one) => one.text === text);
    const come = (text: string) => host.until(() => heard(text).length > 0);
    let starts = 0;
    /** Starts, and lets the line move on well beyond what waits in the other server. */
    const back = async () => {
      const started = await world.start(given);
      await come("meanwhile, in private");
      starts += 1;
      anna.say(general, `after ${starts}`);
      await come(`after ${starts}`);
      return started;
    };
    const MISSED = ["posted meanwhile", "said in a thread meanwhile", "said meanwhile"];
    const allCome = async () => {
      for (const text of MISSED) await come(text);
      expect(MISSED.map((text) => heard(text).length)).toEqual([1, 1, 1]);
    };
    return { world, late, back, come, allCome };
  }

  test("comes once, however far the line has moved on by then", async () => {
    const { world, late, back, allCome } = await outage();
    await using _ = world;
    await back();
    world.discord.describe(late);
    await allCome();
  });

  test("comes as well where the gateway stops before the server is described", async () => {
    const { world, late, back, allCome } = await outage();
    await using _ = world;
    const started = await back();
    await started.stop();
    const again = await back();
    await again.stop();
    world.discord.describe(late);
    await back();
    await allCome();
  });

  test("comes before what is written in the same chat, should that be told before the server is described", async () => {
    const { world, late, back, come, allCome } = await outage();
    await using _ = world;
    await back();
    world.anna.say(late.channel("hall"), "and now");
    await come("and now");
    const hall = world.host.received.filter(({ address }) => address.chat === late.channel("hall").id);
    expect(hall.map(({ text }) => text)).toEqual(["said meanwhile", "and now"]);
    world.discord.describe(late);
    await allCome();
  });
});
