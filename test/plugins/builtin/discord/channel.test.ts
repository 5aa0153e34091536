import { afterAll, describe, expect, test } from "bun:test";
import type { Receipt } from "../../../../src/core/channel.ts";
import type { InboundEvent } from "../../../../src/core/message.ts";
import { guardedFetch } from "../../../../src/security/guarded-fetch.ts";
import { type ChannelUnderTest, channelContract } from "../../../contracts/channel.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import type { KeepingHost } from "../../../fakes/keeping-host.ts";
import { DiscordWorld } from "./discord-world.ts";

const open: DiscordWorld[] = [];
afterAll(async () => {
  for (const one of open) await one[Symbol.asyncDispose]();
});

channelContract("discord", async (): Promise<ChannelUnderTest> => {
  const world = await DiscordWorld.open();
  open.push(world);
  const { anna, bot, discord, host } = world;
  const channel = world.channel();
  const chat = anna.dm(bot);
  // The contract brings its own host: what it is handed is counted on the way.
  const start = channel.start.bind(channel);
  let handed = 0;
  channel.start = async (given) => {
    const receive: typeof given.receive = async (message) => {
      const receipt = await given.receive(message);
      handed += 1;
      return receipt;
    };
    await start({ ...given, state: host.state, receive });
    await discord.until(() => channel.status().state === "connected");
  };
  return {
    channel,
    chat: { channel: "discord", account: "default", scope: "dm", chat: anna.id },
    write: async (text) => {
      // What is written meanwhile is fetched later, which is a promise of another test.
      if (channel.status().state === "stopped") throw new Error("nobody listens");
      const before = handed;
      anna.say(chat, text);
      await discord.until(() => handed > before, "the message");
    },
    transcript: async () => discord.transcript(chat),
  };
});

/** The gateway takes nothing until what is returned is called. */
function withoutRoom(host: KeepingHost): () => void {
  const until = Promise.withResolvers<void>();
  host.answer = async (): Promise<Receipt> => {
    await until.promise;
    return "recorded";
  };
  return until.resolve;
}

describe("everything that people do", () => {
  async function clubWorld(given = {}) {
    const world = await DiscordWorld.open();
    const channel = await world.start(given);
    const { host } = world;
    const event = (kind: InboundEvent["kind"]) =>
      host.until(() => host.reported.find((one) => one.event.kind === kind)?.event);
    return { world, channel, host, event, ...peopleOf(world) };
  }
  const peopleOf = ({ anna, ben, bot, discord, general, guild }: DiscordWorld) => ({
    anna,
    ben,
    bot,
    discord,
    general,
    guild,
  });

  test("a mention, a reply and what others say come with where they were said, and by whom", async () => {
    const { world, host, anna, ben, bot, general, guild, discord } = await clubWorld();
    await using _ = world;
    discord.addRole(guild, "crew");
    discord.giveRole(guild, anna, "crew");
    const post = anna.mention(general, bot, "look at this");
    ben.reply(post, "what?");
    await host.texts(2);
    const place = { channel: "discord", account: "default", scope: "channel", chat: general.id };
    expect(host.received).toMatchObject([
      {
        id: post.message.id,
        address: place,
        sender: { id: anna.id, name: "Anna", isBot: false },
        text: "look at this",
        isForBot: true,
        within: { guild: guild.id, roles: [guild.role("crew").id] },
      },
      {
        address: place,
        text: "what?",
        isForBot: false,
        replyTo: { id: post.message.id, text: "@my_bot look at this", from: "Anna" },
      },
    ]);
  });

  test("an edit, a removal and a reaction reach the gateway as events; a preview of a link does not", async () => {
    const { world, event, host, anna, ben, general } = await clubWorld({ reactionNotifications: "all" });
    await using _ = world;
    const post = anna.say(general, "first https://example.com");
    anna.edit(post, "second");
    expect(await event("edited")).toMatchObject({
      text: "second",
      message: { id: post.message.id, address: { scope: "channel", chat: general.id } },
      by: { name: "Anna" },
    });
    ben.react(post, "👍");
    expect(await event("reaction")).toMatchObject({ emoji: "👍", added: true, by: { name: "Ben" } });
    ben.unreact(post, "👍");
    await host.until(() => host.reported.filter((one) => one.event.kind === "reaction").length === 2);
    expect(host.reported.at(-1)?.event).toMatchObject({ added: false, by: { id: ben.id } });
    anna.remove(post);
    expect(await event("removed")).toMatchObject({ message: { id: post.message.id } });
    expect(host.reported.filter((one) => one.event.kind === "edited")).toHaveLength(1);
  });

  test("threads and posts of a forum are conversations of their own, within their channel", async () => {
    const { world, host, anna, bot, general, guild } = await clubWorld();
    await using _ = world;
    const thread = anna.openThread(general, "Plans");
    anna.mention(thread, bot, "in the thread");
    const ideas = guild.channel("ideas");
    const post = anna.post(ideas, "An idea", `<@${bot.id}> what about it?`);
    await host.texts(2);
    expect(host.received).toMatchObject([
      { address: { scope: "thread", chat: thread.id }, within: { parent: general.id, guild: guild.id } },
      { address: { scope: "thread", chat: post.id }, text: "what about it?", within: { parent: ideas.id } },
    ]);
  });

  test("a message for the bot opens a thread where that is wished, and all that follows in it is for the bot", async () => {
    const world = await DiscordWorld.open();
    await using _ = world;
    const { anna, ben, bot, discord, general, guild, host } = world;
    const channel = await world.start({ guilds: { [guild.id]: { autoThread: true } } });
    const question = anna.mention(general, bot, "shall we **plan**?");
    const thread = await discord.until(() => question.thread);
    expect(thread.name).toBe("shall we plan?");
    await host.texts(1);
    const [first] = host.received;
    expect(first).toMatchObject({ address: { scope: "thread", chat: thread.id }, id: question.message.id });
    ben.say(thread, "yes");
    ben.say(general, "nobody asks the bot");
    await host.texts(3);
    const isForBot = host.received.map(({ text, isForBot: is }) => [text, is]);
    expect(isForBot).toContainEqual(["yes", true]);
    expect(isForBot).toContainEqual(["nobody asks the bot", false]);
    // The message that the thread grew from is in the channel, whatever its address.
    if (!first) throw new Error("there is a first");
    await channel.react({ address: first.address, id: first.id }, "👀");
    expect(question.reactions.size).toBe(1);
    anna.edit(question, `<@${bot.id}> shall we plan it?`);
    const edited = await host.until(() => host.reported.find(({ event }) => event.kind === "edited")?.event);
    expect(edited).toMatchObject({ message: { address: { scope: "thread", chat: thread.id } } });
  });

  test("strangers open no threads, people with the role do", async () => {
    const world = await DiscordWorld.open();
    await using _ = world;
    const { anna, ben, bot, discord, general, guild, host } = world;
    discord.addRole(guild, "crew");
    discord.giveRole(guild, anna, "crew");
    const rules = { autoThread: true, users: ["1"], roles: [guild.role("crew").id] };
    await world.start({ guilds: { [guild.id]: rules } });
    const stranger = ben.mention(general, bot, "shall we?");
    const member = anna.mention(general, bot, "we shall");
    await host.texts(2);
    expect(stranger.thread).toBeUndefined();
    expect(member.thread).toBeDefined();
  });

  test("a thread that may not be opened keeps nobody from an answer", async () => {
    const world = await DiscordWorld.open();
    await using _ = world;
    const { anna, bot, discord, general, guild, host } = world;
    discord.deny(general, "CreatePublicThreads", bot);
    await world.start({ guilds: { [guild.id]: { autoThread: true } } });
    anna.mention(general, bot, "shall we?");
    await host.texts(1);
    expect(host.received[0]?.address).toMatchObject({ scope: "channel", chat: general.id });
  });

  test("a message that had to do without a thread is the same one when it comes again after a crash", async () => {
    const world = await DiscordWorld.open();
    await using _ = world;
    const { anna, bot, discord, general, guild, host } = world;
    const given = { guilds: { [guild.id]: { autoThread: true } } };
    discord.deny(general, "CreatePublicThreads", bot);
    const channel = await world.start(given);
    let onDisk: readonly (readonly [string, string])[] = [];
    host.answer = () => {
      onDisk = [...host.kept];
      return "recorded";
    };
    anna.mention(general, bot, "shall we?");
    await host.texts(1);
    await channel.stop();
    // As if the process had died as soon as the message was handed over.
    for (const [key, value] of onDisk) host.kept.set(key, value);
    discord.allow(general, "CreatePublicThreads", bot);
    await world.start(given);
    anna.mention(general, bot, "and now?");
    await host.until(() => host.received.some(({ text }) => text === "and now?"));
    expect(host.received.map(({ text, address: { scope } }) => [text, scope])).toEqual([
      ["shall we?", "channel"],
      ["and now?", "thread"],
    ]);
  });

  test("a command is acknowledged to the person alone, in their language, once it is safe", async () => {
    const { world, host, channel, anna, bot, discord, general } = await clubWorld();
    await using _ = world;
    await channel.setCommands([{ name: "model", summary: "Choose a model.", parameters: "a model" }]);
    const used = anna.slash(general, bot, "model", { text: "gpt-4o" });
    await discord.until(() => used.answeredWith !== undefined);
    expect(host.received).toMatchObject([
      { id: used.id, text: "/model gpt-4o", isForBot: true, address: { chat: general.id } },
    ]);
    expect(used.isEphemeral).toBe(true);
    expect(used.original?.message.content).toBe("I have got it; the answer comes here.");
    anna.locale = "zh-CN" as typeof anna.locale;
    const again = anna.slash(general, bot, "model");
    await discord.until(() => again.original);
    expect(again.original?.message.content).toBe("已收到，答复会发在这里。");
    expect(host.received.at(-1)).toMatchObject({ text: "/model", sender: { language: "zh-cn" } });
  });

  test("a command that the gateway has no room for is acknowledged in time all the same, and taken later", async () => {
    const { world, host, channel, anna, bot, discord } = await clubWorld();
    await using _ = world;
    await channel.setCommands([{ name: "status", summary: "How it is." }]);
    const letGo = withoutRoom(host);
    const used = anna.slash(anna.dm(bot), bot, "status");
    await discord.until(() => used.original);
    expect(used.answeredAtMs ?? 0).toBeLessThan(used.atMs + 3000);
    expect(used.original?.message.content).toContain("very busy");
    expect(host.received).toEqual([]);
    letGo();
    expect(await host.texts(1)).toEqual(["/status"]);
  });

  test("of ever more commands while the gateway has no room as many wait as fit; whoever comes then is told so", async () => {
    const { world, host, channel, anna, bot, discord } = await clubWorld();
    await using _ = world;
    await channel.setCommands([{ name: "status", summary: "How it is." }]);
    const letGo = withoutRoom(host);
    const used = Array.from({ length: 210 }, () => anna.slash(anna.dm(bot), bot, "status"));
    const refused = () =>
      used.filter(({ original }) => original?.message.content.includes("too busy to take it"));
    await discord.until(() => used.every(({ original }) => original));
    expect(refused()).toEqual(used.slice(200));
    letGo();
    await host.texts(200);
    anna.slash(anna.dm(bot), bot, "status");
    expect(await host.texts(201)).toHaveLength(201);
  });

  test("a command that a stop comes before is said not to be taken: Discord would not tell of it again", async () => {
    const { world, host, channel, anna, bot, discord } = await clubWorld();
    await using _ = world;
    await channel.setCommands([{ name: "status", summary: "How it is." }]);
    const asked = Promise.withResolvers<void>();
    host.answer = async (): Promise<Receipt> => {
      asked.resolve();
      return "busy";
    };
    const used = anna.slash(anna.dm(bot), bot, "status");
    await asked.promise;
    await channel.stop();
    await discord.until(() => used.original);
    expect(used.original?.message.content).toContain("please send it again");
    expect(host.received).toEqual([]);
  });

  test("a command where the bot does not listen is said to be so, and an owner can be told of it", async () => {
    const { world, host, channel, anna, bot, discord, general } = await clubWorld({ guilds: {} });
    await using _ = world;
    await channel.setCommands([{ name: "status", summary: "How it is." }]);
    const used = anna.slash(general, bot, "status");
    await discord.until(() => used.original);
    expect(used.original?.message.content).toBe("I cannot answer in this chat.");
    expect(await host.texts(1)).toEqual(["/status"]);
  });

  test("a command counts also where Discord takes no acknowledgement any more", async () => {
    const { world, host, channel, anna, bot, discord } = await clubWorld();
    await using _ = world;
    await channel.setCommands([{ name: "status", summary: "How it is." }]);
    discord.faults.add({ kind: "drop-after", match: { method: "createInteractionResponse" } });
    discord.faults.add({ kind: "5xx", times: 2, match: { method: "createInteractionResponse", nth: 2 } });
    for (let round = 0; round < 3; round++) anna.slash(anna.dm(bot), bot, "status");
    expect(await host.texts(3)).toEqual(["/status", "/status", "/status"]);
    expect(host.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });

  test("a pressed button is told by its own name, however long, and answered each time", async () => {
    const { world, host, channel, anna, bot, discord, event } = await clubWorld();
    await using _ = world;
    const chat = anna.dm(bot);
    const id = `choice/${"x".repeat(200)}`;
    const options = { nonce: "n", style: "rich", signal: new AbortController().signal } as const;
    const to = { channel: "discord", account: "default", scope: "dm", chat: anna.id } as const;
    const ref = await channel.send(
      to,
      { kind: "text", markdown: "Well?", buttons: [[{ id, label: "Yes" }]] },
      options,
    );
    const shown = await discord.until(() => chat.last(bot));
    const first = anna.press(shown, "Yes");
    expect(await event("button")).toMatchObject({ button: id, by: { name: "Anna" }, message: ref });
    const second = anna.press(shown, "Yes");
    await discord.until(() => first.answeredWith !== undefined && second.answeredWith !== undefined);
    expect(host.reported.filter((one) => one.event.kind === "button")).toHaveLength(2);
  });

  test("a file is fetched when somebody wants it, also after its link has run out", async () => {
    const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
    await using world = await DiscordWorld.open(clock);
    const { anna, bot, host } = world;
    const channel = await world.start();
    const rules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };
    host.fetch = guardedFetch(() => ({ rules, timeoutMs: 5000 }));
    const bytes = new TextEncoder().encode("content");
    const post = anna.upload(anna.dm(bot), { name: "a.txt", bytes });
    await host.texts(1);
    const [file] = host.received[0]?.attachments ?? [];
    expect(file).toMatchObject({ kind: "document", name: "a.txt", sizeBytes: bytes.length });
    const options = { maxBytes: 100, signal: new AbortController().signal };
    expect(await channel.download(file as never, options)).toEqual(bytes);
    clock.jump(48 * 3600 * 1000);
    expect(await channel.download(file as never, options)).toEqual(bytes);
    const refused = async (given: object) =>
      channel.download(file as never, { ...options, ...given }).catch((error: unknown) => error);
    expect(await refused({ maxBytes: 3 })).toMatchObject({ code: "too-long" });
    anna.remove(post);
    expect(await refused({})).toMatchObject({ code: "not-found" });
  });

  test("the bot's own coming and going is told once, for the chats where it listens", async () => {
    const { world, host, anna, bot, discord, event } = await clubWorld({
      guilds: { "*": {} },
    });
    await using _ = world;
    const other = discord.addGuild({ name: "Other", members: [anna], bots: [bot], channels: ["hall"] });
    const hall = other.channel("hall");
    expect(await event("joined")).toMatchObject({ isUs: true, address: { chat: hall.id } });
    anna.mention(hall, bot, "welcome");
    await host.texts(1);
    discord.expel(other, bot);
    expect(await event("left")).toMatchObject({ isUs: true, address: { chat: hall.id } });
    expect(host.reported.filter((one) => one.event.kind === "joined")).toHaveLength(1);
  });
});

test("in a server that is not listed only what names the bot is passed on, so that an owner can be told", async () => {
  await using world = await DiscordWorld.open();
  const { anna, bot, general, guild, host } = world;
  await world.start({ guilds: {} });
  anna.say(general, "among ourselves");
  anna.mention(general, bot, "hello");
  await host.texts(1);
  expect(host.received).toMatchObject([{ text: "hello", within: { guild: guild.id } }]);
  expect(host.kept.get("bookmarks") ?? "").not.toContain(general.id);
});

test("a message that the gateway has no room for is handed over again, and those behind it wait for it", async () => {
  const clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
  await using world = await DiscordWorld.open(clock);
  const { anna, bot, ben, host } = world;
  await world.start();
  let refusals = 3;
  host.answer = ({ sender }) => (sender.name === "Anna" && refusals-- > 0 ? "busy" : "recorded");
  anna.say(anna.dm(bot), "first");
  anna.say(anna.dm(bot), "second");
  ben.say(ben.dm(bot), "elsewhere");
  await host.texts(1);
  expect(host.received.map(({ text }) => text)).toEqual(["elsewhere"]);
  // Nothing that is not safe counts as read.
  expect(host.kept.get("bookmarks")).not.toContain(anna.dm(bot).last()?.message.id ?? "-");
  for (let second = 0; second < 4; second++) await clock.advance(1000);
  expect(await host.texts(3)).toEqual(["elsewhere", "first", "second"]);
});

test("a stop in the middle loses nothing: what was not handed over comes with the next start", async () => {
  await using world = await DiscordWorld.open();
  const { anna, bot, host } = world;
  const channel = await world.start();
  anna.say(anna.dm(bot), "known");
  await host.texts(1);
  let refused = 0;
  host.answer = () => {
    refused += 1;
    return "busy";
  };
  for (const text of ["one", "two", "three"]) anna.say(anna.dm(bot), text);
  await world.discord.until(() => refused > 0);
  await channel.stop();
  host.answer = () => "recorded";
  await channel.start(host);
  expect(await host.texts(4)).toEqual(["known", "one", "two", "three"]);
});

describe("other programs", () => {
  test("are not listened to unless that is wished, and two of them do not talk for ever", async () => {
    await using world = await DiscordWorld.open();
    const { anna, bot, discord, general, guild, host } = world;
    const other = discord.addBot({ username: "other_bot" });
    discord.invite(guild, other);
    const say = (text: string) =>
      discord.world.post(general, other.user, { content: text }, { pings: pingsTo(bot.id) });
    const deaf = await world.start();
    say(`<@${bot.id}> unheard`);
    anna.say(general, "one");
    await host.texts(1);
    await deaf.stop();
    await world.start({ allowBots: "mentions" });
    for (let round = 0; round < 15; round++) say(`<@${bot.id}> round ${round}`);
    say("not for you");
    anna.say(general, "two");
    say(`<@${bot.id}> once more`);
    await host.until(() => host.received.some(({ text }) => text === "once more"));
    const texts = host.received.map(({ text }) => text);
    expect(texts.slice(0, 3)).toEqual(["one", "round 0", "round 1"]);
    expect(texts.slice(-3)).toEqual(["round 9", "two", "once more"]);
    expect(host.received.find(({ text }) => text === "round 0")?.sender.isBot).toBe(true);
    expect(host.lines.filter(({ message }) => message.includes("a person has to write first"))).toHaveLength(
      1,
    );
  });
});

test("a program is not answered for ever either where nobody has to name the bot", async () => {
  await using world = await DiscordWorld.open();
  const { discord, general, guild, host } = world;
  const other = discord.addBot({ username: "other_bot" });
  discord.invite(guild, other);
  await world.start({ allowBots: true, guilds: { [guild.id]: { requireMention: false } } });
  for (let round = 0; round < 15; round++) discord.world.post(general, other.user, { content: `${round}` });
  world.anna.say(general, "enough");
  await host.until(() => host.received.some(({ text }) => text === "enough"));
  expect(host.received).toHaveLength(11);
});

test("says who it is when asked, without having started", async () => {
  await using world = await DiscordWorld.open();
  expect(await world.channel().probe(new AbortController().signal)).toBe("@my_bot");
  const wrong = world.channel({}, "wrong.token.of-nobody").probe(new AbortController().signal);
  expect(await wrong.catch((error: unknown) => error)).toMatchObject({ code: "unauthorized" });
});

test("leaves Discord's menu alone where somebody keeps their own", async () => {
  await using world = await DiscordWorld.open();
  const commands = [{ name: "new", summary: "A new one." }];
  await world.channel({ commandMenu: false }).setCommands(commands);
  expect(world.bot.commands.size).toBe(0);
  await world.channel().setCommands(commands);
  expect(world.bot.commands.size).toBeGreaterThan(0);
});

test("a thread that is put away is known only where somebody wrote in it; with a forum go its posts", async () => {
  await using world = await DiscordWorld.open();
  const { anna, bot, discord, general, guild, host } = world;
  const channel = await world.start();
  const quiet = anna.openThread(general, "Quiet");
  const heard = anna.openThread(general, "Heard");
  const away = anna.openThread(general, "Away");
  const threads = [quiet.id, heard.id, away.id];
  const known = () => threads.filter((id) => channel.addressOf(id).scope === "thread");
  anna.say(heard, "a word");
  const post = anna.post(guild.channel("ideas"), "A flag", "what about it?");
  await host.texts(2);
  expect(known()).toEqual(threads);
  anna.archive(quiet);
  anna.archive(heard);
  anna.say(general, "next");
  await host.texts(3);
  expect(known()).toEqual([heard.id, away.id]);
  await channel.stop();
  anna.archive(away);
  await channel.start(host);
  anna.say(general, "and again");
  await host.texts(4);
  expect(known()).toEqual([heard.id]);
  anna.say(quiet, "awake");
  await host.until(() => host.received.some(({ address }) => address.chat === quiet.id));
  expect(known()).toEqual([quiet.id, heard.id]);
  const ideas = guild.channel("ideas");
  discord.allow(ideas, "ManageChannels", bot);
  const headers = { authorization: `Bot ${bot.token}` };
  const gone = await fetch(`${discord.url}/v10/channels/${ideas.id}`, { method: "DELETE", headers });
  expect(gone.ok).toBe(true);
  const left = await host.until(() => host.reported.find(({ event }) => event.kind === "left")?.event);
  expect(left).toMatchObject({ isUs: true, address: { chat: post.id } });
  expect(channel.addressOf(post.id).scope).toBe("channel");
});

test("where a thread that is put away belongs is asked once, however much of it is taken away", async () => {
  await using world = await DiscordWorld.open();
  const { anna, discord, general, host } = world;
  const thread = anna.openThread(general, "Old");
  const posts = Array.from({ length: 20 }, (_, at) => anna.say(thread, `word ${at}`));
  anna.archive(thread);
  await world.start();
  for (const post of posts) anna.remove(post);
  await host.until(() => host.reported.length === posts.length);
  expect(discord.calls.of({ method: "getChannel" })).toHaveLength(1);
  expect(host.reported[0]?.event).toMatchObject({
    kind: "removed",
    message: { address: { scope: "thread" } },
  });
});

test("a plain id is a channel's, or a thread's where one is known", async () => {
  await using world = await DiscordWorld.open();
  const { anna, bot, general, host } = world;
  const channel = await world.start();
  const thread = anna.openThread(general, "Plans");
  anna.mention(thread, bot, "hello");
  await host.texts(1);
  expect(channel.addressOf(general.id)).toMatchObject({ scope: "channel", chat: general.id });
  expect(channel.addressOf(thread.id)).toEqual(host.received[0]?.address as never);
  expect(channel.addressOf("42")).toMatchObject({ scope: "channel", chat: "42" });
});

const pingsTo = (id: string) => ({ users: [id], roles: [], isEveryone: false });
