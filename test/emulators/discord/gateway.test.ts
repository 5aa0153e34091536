import { expect, test } from "bun:test";
import { GatewayIntentBits as I, GatewayOpcodes, type APIMessage } from "discord-api-types/v10";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, resultOf } from "./call-api.ts";
import { startDiscord } from "./index.ts";
import { PlainSocket, USUAL_INTENTS } from "./socket.ts";

async function open() {
  const clock = new FakeClock();
  const discord = await startDiscord({ clock });
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({ name: "Club", members: [anna], bots: [bot] });
  return {
    discord,
    clock,
    bot,
    anna,
    guild,
    chat: guild.channel("general"),
    connect: () => new PlainSocket(discord).identify(bot),
    /** Takes a session up again, having heard what came up to `seq`. */
    resume: async (sessionId: string, seq: number) => {
      const socket = new PlainSocket(discord);
      await socket.send(GatewayOpcodes.Resume, { token: bot.token, session_id: sessionId, seq });
      await discord.until(() => socket.said("RESUMED") || socket.op(9) || socket.closedWith, "an answer");
      return socket;
    },
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

type World = Awaited<ReturnType<typeof open>>;
const sessionOf = (socket: PlainSocket) => String(socket.said("READY")?.["session_id"]);

test("a bot is greeted, identifies with or without the word Bot, and is told of its servers", async () => {
  await using world = await open();
  using socket = await world.connect();
  expect(socket.op(10)?.d).toMatchObject({ heartbeat_interval: 41_250 });
  expect(socket.said("READY")).toMatchObject({
    user: { id: world.bot.id, bot: true },
    guilds: [{ id: world.guild.id, unavailable: true }],
    resume_gateway_url: expect.stringContaining("ws://127.0.0.1:"),
    application: { id: world.bot.id },
  });
  await socket.untilSaid("GUILD_CREATE");
  expect(socket.said("GUILD_CREATE")).toMatchObject({
    id: world.guild.id,
    channels: [{ name: "general", type: 0 }],
    members: [{ user: { id: world.bot.id } }],
  });
  await socket.send(GatewayOpcodes.Heartbeat, socket.sequence);
  await world.discord.until(() => socket.op(11), "the acknowledgement");
  using other = new PlainSocket(world.discord);
  await other.identify(world.bot, { token: `Bot ${world.bot.token}` });
  expect(sessionOf(other)).not.toBe(sessionOf(socket));
});

test("a server that is described late is none of the greeting, and comes when it is described", async () => {
  await using world = await open();
  const { discord, bot, anna, guild } = world;
  const other = discord.addGuild({ name: "Other", members: [anna], bots: [bot] });
  discord.describeLate(guild);
  using socket = await world.connect();
  await socket.untilSaid("GUILD_CREATE");
  expect(socket.said("READY")?.["guilds"]).toHaveLength(2);
  expect(socket.said("GUILD_CREATE")).toMatchObject({ id: other.id });
  discord.describe(guild);
  await socket.untilSaid("GUILD_CREATE", 2);
  using next = await world.connect();
  await next.untilSaid("GUILD_CREATE", 2);
});

test("what is compressed reads the same", async () => {
  await using world = await open();
  using socket = new PlainSocket(world.discord, { isCompressed: true });
  await socket.identify(world.bot);
  for (const text of ["one", "two", "three"]) world.anna.say(world.chat, text);
  await socket.untilSaid("MESSAGE_CREATE", 3);
  expect(socket.texts).toEqual(["one", "two", "three"]);
});

test("a bot that may not come in is told by the code that closes the connection", async () => {
  await using world = await open();
  const { discord, bot } = world;
  const secretive = discord.addBot({ username: "shy", messageContent: false });
  const codeOf = async (act: (socket: PlainSocket) => Promise<unknown>) => {
    using socket = new PlainSocket(discord);
    await act(socket);
    return socket.untilClosed();
  };
  expect(await codeOf((socket) => socket.identify(bot, { token: "wrong" }))).toBe(4004);
  expect(await codeOf((socket) => socket.identify(secretive))).toBe(4014);
  expect(await codeOf((socket) => socket.identify(bot, { intents: USUAL_INTENTS | I.GuildMembers }))).toBe(
    4014,
  );
  expect(await codeOf((socket) => socket.identify(bot, { intents: 2 ** 40 }))).toBe(4013);
  expect(await codeOf((socket) => socket.identify(bot, { shard: [2, 2] }))).toBe(4010);
  expect(await codeOf((socket) => socket.send(GatewayOpcodes.PresenceUpdate, { status: "idle" }))).toBe(4003);
  expect(await codeOf((socket) => socket.sendText("{"))).toBe(4002);
  expect(
    await codeOf((socket) => socket.sendText(JSON.stringify({ op: 1, d: null, x: "x".repeat(4096) }))),
  ).toBe(4002);
  const twice = async (socket: PlainSocket) => {
    await socket.identify(bot);
    await socket.send(GatewayOpcodes.Identify, { token: bot.token, intents: 0, properties: {} });
  };
  expect(await codeOf(twice)).toBe(4005);
  const chatty = async (socket: PlainSocket) => {
    for (let count = 0; count <= 120; count++) await socket.send(GatewayOpcodes.Heartbeat, null);
  };
  expect(await codeOf(chatty)).toBe(4008);
  expect(discord.world.complaints).toEqual([]);
});

test("what the gateway does not know fails the test", async () => {
  const world = await open();
  using old = new PlainSocket(world.discord, { query: "v=6&encoding=json" });
  expect(await old.untilClosed()).toBe(4012);
  using socket = await world.connect();
  await socket.sendText(JSON.stringify({ op: 99, d: null }));
  expect(await socket.untilClosed()).toBe(4001);
  await expect(world[Symbol.asyncDispose]()).rejects.toThrow(/v=6.*"op":99/);
});

test("a bot hears only what it asked for", async () => {
  await using world = await open();
  const { discord, bot, anna, chat } = world;
  using quiet = new PlainSocket(discord);
  await quiet.identify(bot, { intents: I.Guilds | I.DirectMessages });
  using loud = await world.connect();
  const post = anna.say(chat, "in the server");
  anna.react(post, "👍");
  anna.type(chat);
  anna.say(anna.dm(bot), "in private");
  await loud.untilSaid("MESSAGE_CREATE", 2);
  await quiet.untilSaid("MESSAGE_CREATE");
  expect(quiet.texts).toEqual(["in private"]);
  expect(quiet.said("MESSAGE_CREATE")).toMatchObject({ channel_type: 1 });
  expect(quiet.said("MESSAGE_CREATE")).not.toHaveProperty("guild_id");
  expect(loud.said("MESSAGE_CREATE")).toMatchObject({
    guild_id: world.guild.id,
    channel_type: 0,
    author: { id: anna.id, global_name: "Anna" },
    member: { roles: [] },
  });
  expect(quiet.said("MESSAGE_REACTION_ADD")).toBeUndefined();
  expect(loud.said("MESSAGE_REACTION_ADD")).toMatchObject({
    user_id: anna.id,
    emoji: { id: null, name: "👍" },
  });
  expect(loud.said("TYPING_START")).toBeUndefined();
});

test("without the intent for it, a text is blank unless it is for the bot, by the bot, or private", async () => {
  await using world = await open();
  const { discord, bot, anna, chat } = world;
  bot.messageContent = false;
  using socket = new PlainSocket(discord);
  await socket.identify(bot, { intents: USUAL_INTENTS & ~I.MessageContent });
  anna.upload(chat, { name: "secret.txt" }, "not for you");
  anna.mention(chat, bot, "for you");
  await callApi(discord, bot, `POST /channels/${chat.id}/messages`, { content: "mine" });
  anna.say(anna.dm(bot), "private");
  await socket.untilSaid("MESSAGE_CREATE", 4);
  expect(socket.texts).toEqual(["", `<@${bot.id}> for you`, "mine", "private"]);
  expect(socket.said("MESSAGE_CREATE")).toMatchObject({ attachments: [] });
  const read = await resultOf<APIMessage[]>(discord, bot, `GET /channels/${chat.id}/messages`);
  expect(read.map(({ content }) => content)).toEqual(["mine", `<@${bot.id}> for you`, ""]);
});

test("a bot hears nothing of channels that it cannot see", async () => {
  await using world = await open();
  const { discord, bot, anna, guild } = world;
  const secret = discord.addChannel(guild, "secret");
  discord.deny(secret, "ViewChannel", bot);
  using socket = await world.connect();
  anna.say(secret, "psst");
  anna.say(world.chat, "hello");
  await socket.untilSaid("MESSAGE_CREATE");
  expect(socket.texts).toEqual(["hello"]);
  expect(socket.said("GUILD_CREATE")?.["channels"]).toHaveLength(1);
});

test("a session goes on after the connection broke: what was missed comes once, and in order", async () => {
  await using world = await open();
  using first = await world.connect();
  world.anna.say(world.chat, "one");
  await first.untilSaid("MESSAGE_CREATE");
  const { sequence } = first;
  world.discord.gateway.cut();
  await first.untilClosed();
  for (const text of ["two", "three"]) world.anna.say(world.chat, text);
  using second = await world.resume(sessionOf(first), sequence);
  expect(second.texts).toEqual(["two", "three"]);
  expect(second.packets.at(-1)).toMatchObject({ t: "RESUMED", s: sequence + 3 });
  world.anna.say(world.chat, "four");
  await second.untilSaid("MESSAGE_CREATE", 3);
  expect(world.discord.gateway.resumeCount).toBe(1);
});

test("a session that is gone cannot be taken up: it was given up, is unknown, too old, or ahead of itself", async () => {
  await using world = await open();
  const answerTo = async (session: string, seq = 0) => {
    using socket = await world.resume(session, seq);
    return socket.closedWith ?? socket.op(9)?.d;
  };
  expect(await answerTo("nothing")).toBe(false as never);
  const given = await world.connect();
  given.close(1000);
  await given.untilClosed();
  expect(await answerTo(sessionOf(given))).toBe(false as never);
  const old = await world.connect();
  old.close();
  await old.untilClosed();
  await world.clock.advance(181_000);
  expect(await answerTo(sessionOf(old))).toBe(false as never);
  const ahead = await world.connect();
  ahead.close();
  await ahead.untilClosed();
  expect(await answerTo(sessionOf(ahead), 99)).toBe(4007);
});

test("what can happen to a connection can be made to happen", async () => {
  await using world = await open();
  const { discord, anna, chat } = world;
  using first = await world.connect();
  discord.gateway.reconnect();
  await discord.until(() => first.op(7), "op 7");
  discord.gateway.invalidate(true);
  await discord.until(() => first.op(9)?.d === (true as never), "op 9 true");
  discord.gateway.close(4009);
  expect(await first.untilClosed()).toBe(4009);
  using second = await world.resume(sessionOf(first), first.sequence);
  expect(second.said("RESUMED")).toBeDefined();

  discord.gateway.acknowledges = false;
  await second.send(GatewayOpcodes.Heartbeat, null);
  anna.say(chat, "still heard");
  await second.untilSaid("MESSAGE_CREATE");
  expect(second.op(11)).toBeUndefined();
  discord.gateway.acknowledges = true;

  discord.gateway.zombify();
  anna.say(chat, "not heard");
  await second.send(GatewayOpcodes.Heartbeat, null);
  await second.sendText("nonsense that nobody hears");
  using third = await world.resume(sessionOf(first), second.sequence);
  expect(third.texts).toEqual(["not heard"]);
  expect([second.texts, second.op(11), second.closedWith]).toEqual([["still heard"], undefined, undefined]);

  discord.gateway.invalidate(false);
  await discord.until(() => third.op(9)?.d === (false as never), "op 9 false");
  using fourth = await world.resume(sessionOf(first), third.sequence);
  expect(fourth.op(9)?.d).toBe(false as never);
});

test("an outage cuts sockets and requests for its time, and keeps sessions or not", async () => {
  await using world = await open();
  const { discord, bot, clock, anna, chat } = world;
  for (const keepSessions of [true, false]) {
    using first = await world.connect();
    const heard = first.sequence;
    discord.outage(60_000, { keepSessions });
    await first.untilClosed();
    anna.say(chat, "into the dark");
    await clock.advance(59_999);
    await expect(callApi(discord, bot, "GET /users/@me")).rejects.toThrow();
    using refused = new PlainSocket(discord);
    expect(await refused.untilClosed()).toBeGreaterThan(1000);
    await clock.advance(1);
    expect((await callApi(discord, bot, "GET /users/@me")).status).toBe(200);
    using second = await world.resume(sessionOf(first), heard);
    expect(second.said("RESUMED") !== undefined).toBe(keepSessions);
    if (keepSessions) expect(second.texts).toEqual(["into the dark"]);
  }
});

test("events come twice, late, or out of order when the fault script says so", async () => {
  await using world = await open();
  const { discord, anna, chat, clock } = world;
  using socket = await world.connect();
  discord.faults.add({ kind: "duplicate", match: { method: "MESSAGE_CREATE", chat: chat.id } });
  anna.say(chat, "twice");
  discord.faults.add({ kind: "reorder", match: { method: "MESSAGE_CREATE" } });
  anna.say(chat, "second");
  anna.say(chat, "first");
  discord.faults.add({ kind: "delay", ms: 5000, match: { path: "gateway" } });
  anna.say(chat, "late");
  anna.say(chat, "in time");
  await socket.untilSaid("MESSAGE_CREATE", 5);
  await clock.advance(5000);
  await socket.untilSaid("MESSAGE_CREATE", 6);
  expect(socket.texts).toEqual(["twice", "twice", "first", "second", "in time", "late"]);
  expect(discord.faults.left).toEqual([]);
});

test("shards share the servers, and the first one has what is private", async () => {
  await using world = await open();
  const { discord, bot, anna, guild } = world;
  const mine = Number((BigInt(guild.id) >> 22n) % 2n);
  const sockets = [new PlainSocket(discord), new PlainSocket(discord)] as const;
  for (const [index, socket] of sockets.entries()) await socket.identify(bot, { shard: [index, 2] });
  anna.say(world.chat, "in the server");
  anna.say(anna.dm(bot), "private");
  await sockets[0].untilSaid("MESSAGE_CREATE", mine === 0 ? 2 : 1);
  await sockets[mine === 0 ? 0 : 1].untilSaid("MESSAGE_CREATE", mine === 0 ? 2 : 1);
  expect(sockets[mine === 0 ? 0 : 1].texts).toContain("in the server");
  expect(sockets[0].texts).toContain("private");
  expect([...sockets[0].texts, ...sockets[1].texts]).toHaveLength(2);
  for (const socket of sockets) socket.close();
});

test("too many sessions in a day cost the token; too many at once are put off where limits hold", async () => {
  await using world = await open();
  const { discord, bot } = world;
  discord.enforceRates();
  using first = await world.connect();
  using second = await world.connect();
  expect(second.op(9)?.d).toBe(false as never);
  await world.clock.advance(5000);
  bot.identifiesLeft = 0;
  using third = await world.connect();
  expect(await third.untilClosed()).toBe(4004);
  expect(await first.untilClosed()).toBe(4004);
  expect((await callApi(discord, bot, "GET /users/@me")).status).toBe(401);
});

test("a bot that is let in, or put out, is told", async () => {
  await using world: World = await open();
  const { discord, bot, anna } = world;
  using socket = await world.connect();
  const other = discord.addGuild({ name: "Other", members: [anna], bots: [bot] });
  await socket.untilSaid("GUILD_CREATE", 2);
  expect(socket.said("GUILD_CREATE", 1)).toMatchObject({ name: "Other" });
  discord.expel(other, bot);
  await socket.untilSaid("GUILD_DELETE");
  expect((await callApi(discord, bot, `GET /guilds/${other.id}`)).body.code).toBe(50_001);
});

test("members that are asked for through the gateway come in one piece", async () => {
  await using world = await open();
  using socket = await world.connect();
  await socket.send(GatewayOpcodes.RequestGuildMembers, {
    guild_id: world.guild.id,
    user_ids: [world.anna.id, "5"],
    nonce: "n",
  });
  await socket.untilSaid("GUILD_MEMBERS_CHUNK");
  expect(socket.said("GUILD_MEMBERS_CHUNK")).toMatchObject({
    members: [{ user: { id: world.anna.id } }],
    not_found: ["5"],
    chunk_count: 1,
    nonce: "n",
  });
});
