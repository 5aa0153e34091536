import { expect, test } from "bun:test";
import type { APIMessage, APIThreadChannel } from "discord-api-types/v10";
import { callApi, type Refusal } from "./call-api.ts";
import { startDiscord } from "./index.ts";

async function open() {
  const discord = await startDiscord();
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({
    name: "Club",
    members: [anna],
    bots: [bot],
    channels: ["general", { name: "ideas", kind: "forum", tags: ["new"] }],
  });
  const call = <T = Refusal>(endpoint: string, body?: object) => callApi<T>(discord, bot, endpoint, body);
  return {
    discord,
    bot,
    anna,
    guild,
    chat: guild.channel("general"),
    forum: guild.channel("ideas"),
    call,
    thread: (id: string) => {
      const room = discord.world.room(id);
      if (!room?.thread) throw new Error("there is no such thread");
      return room;
    },
    refused: async (endpoint: string, body?: object) => {
      const answer = await call(endpoint, body);
      return [answer.status, answer.body.code];
    },
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

test("a bot opens threads from messages, without one, and as posts of a forum", async () => {
  await using world = await open();
  const { discord, anna, chat, forum, call } = world;
  const hello = anna.say(chat, "hello");
  const from = `POST /channels/${chat.id}/messages/${hello.message.id}/threads`;
  const { status, body: thread } = await call<APIThreadChannel>(from, {
    name: "Talk",
    auto_archive_duration: 60,
  });
  expect([status, thread.id]).toEqual([201, hello.message.id]);
  expect(thread).toMatchObject({
    type: 11,
    parent_id: chat.id,
    thread_metadata: { auto_archive_duration: 60 },
  });
  expect(await world.refused(from, { name: "Talk" })).toEqual([400, 160_004]);
  expect(await world.refused(`POST /channels/${chat.id}/threads`, { name: "", type: 11 })).toEqual([
    400, 50_035,
  ]);
  expect(
    await world.refused(`POST /channels/${chat.id}/threads`, { name: "x", auto_archive_duration: 61 }),
  ).toEqual([400, 50_035]);
  await call(`POST /channels/${chat.id}/threads`, { name: "Alone", type: 11 });
  const hidden = await call<APIThreadChannel>(`POST /channels/${chat.id}/threads`, { name: "Hidden" });
  expect(hidden.body.type).toBe(12);
  expect(discord.transcript(chat, { hasMarks: true })).toEqual([
    "Anna: hello (thread Talk)",
    "my_bot: (thread Alone)",
  ]);
  const tag = forum.tags[0]?.id;
  const idea = await call<APIThreadChannel & { message: APIMessage }>(`POST /channels/${forum.id}/threads`, {
    name: "Idea",
    message: { content: "it is this" },
    applied_tags: [tag],
  });
  expect(idea.body).toMatchObject({
    applied_tags: [tag],
    message: { id: idea.body.id, content: "it is this" },
  });
  expect(await world.refused(`POST /channels/${forum.id}/threads`, { name: "Idea" })).toEqual([400, 50_035]);
  expect(await world.refused(`POST /channels/${forum.id}/messages`, { content: "x" })).toEqual([400, 40_058]);
  expect(
    (await call<{ threads: object[] }>(`GET /guilds/${world.guild.id}/threads/active`)).body.threads,
  ).toHaveLength(4);
});

test("a message brings an archived thread back; nothing else may be done in it, and a locked one stays closed", async () => {
  await using world = await open();
  const { discord, anna, bot, chat, call } = world;
  const thread = anna.openThread(chat, "Talk");
  const first = anna.say(thread, "first");
  const { body: mine } = await call<APIMessage>(`POST /channels/${thread.id}/messages`, { content: "mine" });
  anna.archive(thread);
  const edit = [`PATCH /channels/${thread.id}/messages/${mine.id}`, { content: "changed" }] as const;
  expect(await world.refused(...edit)).toEqual([400, 50_083]);
  expect(
    await world.refused(`PUT /channels/${thread.id}/messages/${first.message.id}/reactions/%F0%9F%91%8D/@me`),
  ).toEqual([400, 50_083]);
  const archived = `GET /channels/${chat.id}/threads/archived/public`;
  expect((await call<object>(archived)).body).toMatchObject({
    threads: [{ id: thread.id }],
    has_more: false,
  });
  expect((await call(`POST /channels/${thread.id}/messages`, { content: "awake" })).status).toBe(200);
  expect((await call(...edit)).status).toBe(200);
  expect((await call<object>(archived)).body).toMatchObject({ threads: [] });

  discord.deny(chat, "ManageThreads", bot);
  anna.archive(thread, { isLocked: true });
  expect(await world.refused(`POST /channels/${thread.id}/messages`, { content: "?" })).toEqual([
    400, 50_083,
  ]);
  expect(await world.refused(`PATCH /channels/${thread.id}`, { archived: false })).toEqual([403, 50_013]);
  discord.allow(chat, "ManageThreads", bot);
  expect((await call(`PATCH /channels/${thread.id}`, { archived: false })).status).toBe(200);
  discord.deny(chat, "ManageThreads", bot);
  expect(await world.refused(`POST /channels/${thread.id}/messages`, { content: "?" })).toEqual([
    403, 160_005,
  ]);
  expect(discord.transcript(thread)).toEqual(["Anna: first", "my_bot: changed", "my_bot: awake"]);
});

test("a bot changes its thread, and joins and leaves others", async () => {
  await using world = await open();
  const { anna, bot, chat, call } = world;
  const thread = anna.openThread(chat, "Talk");
  const members = `/channels/${thread.id}/thread-members`;
  expect((await call(`GET ${members}/@me`)).status).toBe(404);
  expect((await call(`PUT ${members}/@me`)).status).toBe(204);
  expect((await call<{ user_id: string }[]>(`GET ${members}`)).body.map(({ user_id }) => user_id)).toEqual([
    anna.id,
    bot.id,
  ]);
  expect((await call<object>(`GET /channels/${thread.id}`)).body).toMatchObject({
    member: { user_id: bot.id },
  });
  expect((await call(`DELETE ${members}/@me`)).status).toBe(204);
  expect(await world.refused(`PUT ${members}/123`)).toEqual([404, 10_007]);

  const { body: own } = await call<APIThreadChannel>(`POST /channels/${chat.id}/threads`, {
    name: "Mine",
    type: 11,
  });
  const { body: changed } = await call<APIThreadChannel>(`PATCH /channels/${own.id}`, {
    name: "Ours",
    archived: true,
  });
  expect(changed).toMatchObject({ name: "Ours", thread_metadata: { archived: true } });
  expect((await call(`DELETE /channels/${own.id}`)).status).toBe(200);
  expect(await world.refused(`GET /channels/${own.id}`)).toEqual([404, 10_003]);
});

test("writing in threads is a right of its own, and private ones are for those in them", async () => {
  await using world = await open();
  const { discord, anna, bot, chat, guild, call } = world;
  const thread = anna.openThread(chat, "Talk");
  discord.deny(chat, "SendMessages", bot);
  expect((await call(`POST /channels/${thread.id}/messages`, { content: "yes" })).status).toBe(200);
  discord.deny(chat, "SendMessagesInThreads", bot);
  expect(await world.refused(`POST /channels/${thread.id}/messages`, { content: "no" })).toEqual([
    403, 50_013,
  ]);
  const secret = anna.openThread(chat, "Secret", { isPrivate: true });
  expect((await call(`GET /channels/${secret.id}`)).status).toBe(200);
  discord.deny(chat, "ManageThreads", bot);
  expect(await world.refused(`GET /channels/${secret.id}`)).toEqual([403, 50_001]);
  expect((await call<object[]>(`GET /guilds/${guild.id}/channels`)).body).toHaveLength(2);
  expect((await call<object>(`PATCH /channels/${chat.id}`, { topic: "x" })).body).toMatchObject({
    code: 50_013,
  });
});

test("what a server is made of can be read", async () => {
  await using world = await open();
  const { discord, anna, bot, guild, call } = world;
  discord.giveRole(guild, anna, discord.addRole(guild, "Helpers").name);
  expect((await call<object>(`GET /guilds/${guild.id}?with_counts=true`)).body).toMatchObject({
    name: "Club",
    approximate_member_count: 2,
  });
  const roles = (await call<{ id: string; name: string }[]>(`GET /guilds/${guild.id}/roles`)).body;
  expect(roles.map(({ name }) => name)).toEqual(["@everyone", "my_bot", "Helpers"]);
  expect((await call<object>(`GET /guilds/${guild.id}/members/${anna.id}`)).body).toMatchObject({
    roles: [roles[2]?.id],
  });
  expect((await call<object[]>(`GET /guilds/${guild.id}/members/search?query=an&limit=5`)).body).toHaveLength(
    1,
  );
  expect(await world.refused(`GET /guilds/${guild.id}/members`)).toEqual([403, 50_001]);
  bot.guildMembers = true;
  expect((await call<object[]>(`GET /guilds/${guild.id}/members?limit=10`)).body).toHaveLength(2);
  expect(await world.refused(`GET /guilds/${guild.id}/members/5`)).toEqual([404, 10_013]);
  await call(`PATCH /guilds/${guild.id}/members/@me`, { nick: "Botty" });
  await call(`POST /channels/${world.chat.id}/messages`, { content: "hi" });
  expect(discord.transcript(world.chat)).toEqual(["Botty: hi"]);
  for (const path of ["/applications/@me", "/oauth2/applications/@me"]) {
    expect((await call<object>(`GET ${path}`)).body).toMatchObject({ id: bot.id, flags: 2 ** 19 + 2 ** 15 });
  }
  expect((await call<object>("GET /gateway/bot")).body).toMatchObject({
    session_start_limit: { total: 1000 },
  });
  expect((await call(`DELETE /users/@me/guilds/${guild.id}`)).status).toBe(204);
  expect((await call<object[]>("GET /users/@me/guilds")).body).toEqual([]);
});
