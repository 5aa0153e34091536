import { expect, test } from "bun:test";
import type { APIMessage } from "discord-api-types/v10";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, resultOf, type Refusal } from "./call-api.ts";
import { startDiscord } from "./index.ts";

async function open() {
  const clock = new FakeClock();
  const discord = await startDiscord({ clock });
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({ name: "Club", members: [anna], bots: [bot] });
  const chat = guild.channel("general");
  const call = <T = Refusal>(endpoint: string, body?: object | FormData) =>
    callApi<T>(discord, bot, endpoint, body);
  return {
    discord,
    clock,
    bot,
    anna,
    guild,
    chat,
    call,
    send: (body: object, room = chat) =>
      resultOf<APIMessage>(discord, bot, `POST /channels/${room.id}/messages`, body),
    /** The status and the code of what Discord refuses. */
    refused: async (endpoint: string, body?: object | FormData) => {
      const answer = await call(endpoint, body);
      return [answer.status, answer.body.code];
    },
    seen: (room = chat) => discord.transcript(room, { hasMarks: true }),
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

test("a message is sent, edited, and deleted; what is left out of an edit stays", async () => {
  await using world = await open();
  const { chat, call, anna } = world;
  const components = [{ type: 1, components: [{ type: 2, style: 1, label: "Yes", custom_id: "y" }] }];
  const sent = await world.send({ content: "  hi  ", components, flags: 4096 });
  expect(sent).toMatchObject({ content: "hi", author: { id: world.bot.id }, edited_timestamp: null });
  expect(world.seen()).toEqual(["my_bot: hi [Yes] (silent)"]);
  await call(`PATCH /channels/${chat.id}/messages/${sent.id}`, { content: "hello" });
  expect(world.seen()).toEqual(["my_bot: hello [Yes] (edited) (silent)"]);
  await call(`PATCH /channels/${chat.id}/messages/${sent.id}`, { components: [] });
  expect(world.seen()).toEqual(["my_bot: hello (edited) (silent)"]);
  const [post] = chat.posts;
  expect(post?.earlier).toEqual(["hi", "hello"]);
  expect(await world.refused(`PATCH /channels/${chat.id}/messages/${sent.id}`, { content: "" })).toEqual([
    400, 50_006,
  ]);
  expect((await call(`DELETE /channels/${chat.id}/messages/${sent.id}`)).status).toBe(204);
  expect(world.seen()).toEqual([]);
  expect(await world.refused(`DELETE /channels/${chat.id}/messages/${sent.id}`)).toEqual([404, 10_008]);
  expect(await world.refused(`PATCH /channels/${chat.id}/messages/${sent.id}`, { content: "x" })).toEqual([
    404, 10_008,
  ]);
  const hers = anna.say(chat, "mine");
  expect(
    await world.refused(`PATCH /channels/${chat.id}/messages/${hers.message.id}`, { content: "x" }),
  ).toEqual([403, 50_005]);
});

test("a nonce that is enforced gives the message that is there, for some minutes", async () => {
  await using world = await open();
  const { chat, clock, discord } = world;
  const body = { content: "once", nonce: "abc", enforce_nonce: true };
  const first = await world.send(body);
  expect(first.nonce).toBe("abc");
  expect((await world.send(body)).id).toBe(first.id);
  expect((await world.send({ ...body, content: "other" })).content).toBe("once");
  discord.calls.assertNoDuplicates({ method: "createMessage" });
  await world.send({ ...body, enforce_nonce: false });
  await clock.advance(180_000);
  expect((await world.send(body)).id).not.toBe(first.id);
  expect(world.seen()).toHaveLength(3);
  expect(
    await world.refused(`POST /channels/${chat.id}/messages`, { ...body, nonce: "x".repeat(26) }),
  ).toEqual([400, 50_035]);
});

test("a lost answer and a second attempt make one message where the nonce is enforced, and two where it is not", async () => {
  await using world = await open();
  for (const [isEnforced, count] of [
    [true, 1],
    [false, 2],
  ] as const) {
    const body = { content: `enforced ${isEnforced}`, nonce: "n", enforce_nonce: isEnforced };
    world.discord.faults.add({ kind: "drop-after", match: { method: "createMessage" } });
    await expect(world.send(body)).rejects.toThrow();
    await world.send(body);
    expect(world.seen().filter((line) => line.includes(body.content))).toHaveLength(count);
  }
});

test("what is too long, empty, or without sense is refused", async () => {
  await using world = await open();
  const endpoint = `POST /channels/${world.chat.id}/messages`;
  const invalid = [400, 50_035];
  expect((await world.send({ content: "🙂".repeat(2000) })).content).toHaveLength(4000);
  const long = await world.call(endpoint, { content: "x".repeat(2001) });
  expect(long.body).toMatchObject({
    code: 50_035,
    message: "Invalid Form Body",
    errors: { content: { _errors: [{ code: "BASE_TYPE_MAX_LENGTH" }] } },
  });
  expect(await world.refused(endpoint, { content: " \n" })).toEqual([400, 50_006]);
  expect(await world.refused(endpoint, { content: 5 })).toEqual(invalid);
  expect(await world.refused(endpoint, { content: "x", flags: 2 })).toEqual(invalid);
  const embed = (size: number) => ({ description: "x".repeat(size) });
  expect(await world.refused(endpoint, { embeds: [embed(4097)] })).toEqual(invalid);
  expect(await world.refused(endpoint, { embeds: [embed(4000), embed(2001)] })).toEqual(invalid);
  expect(await world.refused(endpoint, { embeds: Array.from({ length: 11 }, () => embed(1)) })).toEqual(
    invalid,
  );
  expect(await world.refused(`POST /channels/123/messages`, { content: "x" })).toEqual([404, 10_003]);
});

test("buttons and menus have their limits", async () => {
  await using world = await open();
  const endpoint = `POST /channels/${world.chat.id}/messages`;
  const button = (custom_id: string, label = "x") => ({ type: 2, style: 1, label, custom_id });
  const row = (...components: object[]) => ({ type: 1, components });
  const row5 = (n: number) => row(...Array.from({ length: 5 }, (_, index) => button(`${n}-${index}`)));
  const menu = (count: number, facts = {}) => ({
    type: 3,
    custom_id: "menu",
    options: Array.from({ length: count }, (_, index) => ({ label: `o${index}`, value: `${index}` })),
    ...facts,
  });
  const check = async (...components: object[]) =>
    (await world.call(endpoint, { content: "x", components })).status;
  expect(await check(...[1, 2, 3, 4, 5].map(row5))).toBe(200);
  expect(await check(...[1, 2, 3, 4, 5, 6].map(row5))).toBe(400);
  expect(await check(row(...row5(1).components, button("sixth")))).toBe(400);
  expect(await check(row(button("x".repeat(100), "y".repeat(80))))).toBe(200);
  expect(await check(row(button("x".repeat(101))))).toBe(400);
  expect(await check(row(button("x", "y".repeat(81))))).toBe(400);
  expect(await check(row(button("")))).toBe(400);
  expect(await check(row(button("same"), button("same")))).toBe(400);
  expect(await check(row({ type: 2, style: 1, custom_id: "faceless" }))).toBe(400);
  expect(await check(row())).toBe(400);
  expect(await check(button("bare"))).toBe(400);
  expect(await check(row(menu(25)))).toBe(200);
  expect(await check(row(menu(26)))).toBe(400);
  expect(await check(row(menu(1), button("beside")))).toBe(400);
  expect(await check(row(menu(1, { options: [{ label: "x".repeat(101), value: "1" }] })))).toBe(400);
});

test("the newer components show texts of their own, and nothing beside them", async () => {
  await using world = await open();
  const components = [
    {
      type: 17,
      components: [
        { type: 10, content: "inside" },
        { type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] },
      ],
    },
  ];
  await world.send({ components, flags: 32_768 });
  expect(world.seen()).toEqual(["my_bot: inside [Go]"]);
  const endpoint = `POST /channels/${world.chat.id}/messages`;
  expect(await world.refused(endpoint, { components, flags: 32_768, content: "x" })).toEqual([400, 50_035]);
  expect(await world.refused(endpoint, { components })).toEqual([400, 50_035]);
});

test("files come with a form, are kept by edits that list them, and must not be too large", async () => {
  await using world = await open();
  const { chat, call } = world;
  const form = (payload: object, ...sizes: number[]) => {
    const data = new FormData();
    data.set("payload_json", JSON.stringify(payload));
    for (const [index, size] of sizes.entries())
      data.set(`files[${index}]`, new File([new Uint8Array(size)], `${index}.bin`));
    return data;
  };
  const endpoint = `POST /channels/${chat.id}/messages`;
  const facts = {
    content: "two",
    attachments: [
      { id: 0, description: "first" },
      { id: 1, filename: "second.bin" },
    ],
  };
  const { body: sent } = await call<APIMessage>(endpoint, form(facts, 3, 4));
  expect(sent.attachments).toMatchObject([
    { filename: "0.bin", size: 3, description: "first" },
    { filename: "second.bin", size: 4 },
  ]);
  const one = { attachments: [{ id: sent.attachments[1]?.id }] };
  expect(
    (await call<APIMessage>(`PATCH /channels/${chat.id}/messages/${sent.id}`, one)).body.attachments,
  ).toHaveLength(1);
  expect(
    (await call<APIMessage>(`PATCH /channels/${chat.id}/messages/${sent.id}`, { content: "same" })).body
      .attachments,
  ).toHaveLength(1);
  expect(world.seen()).toEqual(["my_bot: same (file second.bin) (edited)"]);
  const mib = 1024 * 1024;
  expect(await world.refused(endpoint, form({}, 10 * mib + 1))).toEqual([413, 40_005]);
  expect(await world.refused(endpoint, form({}, 9 * mib, 9 * mib, 9 * mib))).toEqual([413, 40_005]);
  expect(await world.refused(endpoint, form({ attachments: [{ id: 7 }] }, 1))).toEqual([400, 50_035]);
  expect(await world.refused(endpoint, form({}, ...Array.from({ length: 11 }, () => 1)))).toEqual([
    400, 50_035,
  ]);
  world.guild.premiumTier = 2;
  expect((await call(endpoint, form({}, 11 * mib))).status).toBe(200);
});

test("only those are called whom the bot allows to be", async () => {
  await using world = await open();
  const { discord, anna, chat, guild } = world;
  const role = discord.addRole(guild, "Helpers");
  const content = `<@${anna.id}> <@&${role.id}> @everyone`;
  const hello = anna.say(chat, "hello");
  const message_reference = { message_id: hello.message.id };
  const pingsOf = async (body: object) => {
    await world.send({ content, ...body });
    return chat.last()?.pings;
  };
  expect(await pingsOf({})).toEqual({ users: [anna.id], roles: [role.id], isEveryone: true });
  const nobody = { users: [], roles: [], isEveryone: false };
  expect(await pingsOf({ allowed_mentions: { parse: [] } })).toEqual(nobody);
  expect(await pingsOf({ message_reference, allowed_mentions: { parse: [], replied_user: false } })).toEqual(
    nobody,
  );
  expect(
    await pingsOf({ message_reference, allowed_mentions: { parse: [], replied_user: true } }),
  ).toMatchObject({
    users: [anna.id],
  });
  expect(await pingsOf({ content: "hi", message_reference })).toMatchObject({ users: [anna.id] });
  expect(await pingsOf({ allowed_mentions: { users: [anna.id] } })).toMatchObject({
    users: [anna.id],
    roles: [],
  });
  expect(await pingsOf({ allowed_mentions: { parse: ["roles"] } })).toMatchObject({
    users: [],
    roles: [role.id],
  });
  expect(discord.transcript(chat).at(-1)).toBe("my_bot: @Anna @Helpers @everyone");
});

test("an answer needs the message that it answers, unless it says otherwise", async () => {
  await using world = await open();
  const { anna, chat } = world;
  const hello = anna.say(chat, "hello");
  anna.remove(hello);
  const message_reference = { message_id: hello.message.id };
  const refused = await world.call(`POST /channels/${chat.id}/messages`, { content: "?", message_reference });
  expect(refused.body).toMatchObject({
    code: 50_035,
    errors: { message_reference: { _errors: [{ code: "REPLIES_UNKNOWN_MESSAGE" }] } },
  });
  await world.send({ content: "!", message_reference: { ...message_reference, fail_if_not_exists: false } });
  expect(world.seen()).toEqual(["my_bot: !"]);
});

test("messages are read by page, newest first", async () => {
  await using world = await open();
  const { anna, chat } = world;
  const posts = Array.from({ length: 7 }, (_, index) => anna.say(chat, String(index)));
  const idOf = (index: number) => posts[index]?.message.id;
  const read = async (query: string) => {
    const answer = await world.call<APIMessage[]>(`GET /channels/${chat.id}/messages?${query}`);
    return answer.body.map(({ content }) => content).join("");
  };
  expect(await read("limit=3")).toBe("654");
  expect(await read(`limit=2&before=${idOf(3)}`)).toBe("21");
  expect(await read(`limit=2&after=${idOf(3)}`)).toBe("54");
  expect(await read("limit=100&after=0")).toBe("6543210");
  expect(await read(`limit=3&around=${idOf(3)}`)).toBe("432");
  expect((await world.call(`GET /channels/${chat.id}/messages?limit=101`)).status).toBe(400);
  expect((await world.call<APIMessage>(`GET /channels/${chat.id}/messages/${idOf(2)}`)).body.content).toBe(
    "2",
  );
});

test("many messages are deleted at once, if they are no older than two weeks", async () => {
  await using world = await open();
  const { anna, chat, clock } = world;
  const idsOf = (count: number) =>
    Array.from({ length: count }, (_, index) => anna.say(chat, String(index)).message.id);
  const endpoint = `POST /channels/${chat.id}/messages/bulk-delete`;
  const old = idsOf(2);
  await clock.advance(15 * 86_400_000);
  const messages = idsOf(3);
  expect(await world.refused(endpoint, { messages: old })).toEqual([400, 50_034]);
  expect(await world.refused(endpoint, { messages: messages.slice(1, 2) })).toEqual([400, 50_016]);
  expect((await world.call(endpoint, { messages })).status).toBe(204);
  expect(world.seen()).toHaveLength(2);
});

test("rights decide: what a bot may not see, write, react to, delete or pin is refused with its code", async () => {
  await using world = await open();
  const { discord, anna, bot, chat, guild } = world;
  const post = anna.say(chat, "hello");
  const message = `/channels/${chat.id}/messages/${post.message.id}`;
  const without = async (right: Parameters<typeof discord.deny>[1], endpoint: string, body?: object) => {
    discord.deny(chat, right, bot);
    const answer = await world.refused(endpoint, body);
    discord.allow(chat, right, bot);
    return answer;
  };
  const send = `POST /channels/${chat.id}/messages`;
  expect(await without("ViewChannel", `GET /channels/${chat.id}`)).toEqual([403, 50_001]);
  expect(await without("ViewChannel", send, { content: "x" })).toEqual([403, 50_001]);
  expect(await without("SendMessages", send, { content: "x" })).toEqual([403, 50_013]);
  expect(
    await without("ReadMessageHistory", send, {
      content: "x",
      message_reference: { message_id: post.message.id },
    }),
  ).toEqual([400, 160_002]);
  expect(await without("AddReactions", `PUT ${message}/reactions/%F0%9F%91%8D/@me`)).toEqual([403, 50_013]);
  expect(await without("ManageMessages", `DELETE ${message}`)).toEqual([403, 50_013]);
  expect(await without("PinMessages", `PUT /channels/${chat.id}/messages/pins/${post.message.id}`)).toEqual([
    403, 50_013,
  ]);
  expect(await without("CreatePublicThreads", `POST ${message}/threads`, { name: "x" })).toEqual([
    403, 50_013,
  ]);
  anna.react(post, "👍");
  expect((await without("AddReactions", `PUT ${message}/reactions/%F0%9F%91%8D/@me`))[0]).toBe(204);
  discord.setRolePermissions(guild, guild.role("my_bot"), ["Administrator"]);
  expect((await world.call(`DELETE ${message}`)).status).toBe(204);
  bot.isTokenValid = false;
  expect(await world.refused(send, { content: "x" })).toEqual([401, 0]);
});

test("a direct chat is opened by the person's id, and closed by the person", async () => {
  await using world = await open();
  const { discord, anna, bot, call } = world;
  const opened = await call<{ id: string; type: number }>("POST /users/@me/channels", {
    recipient_id: anna.id,
  });
  expect(opened.body).toMatchObject({ id: anna.dm(bot).id, type: 1, recipients: [{ id: anna.id }] });
  const send = `POST /channels/${opened.body.id}/messages`;
  expect((await call(send, { content: "hi" })).status).toBe(200);
  anna.block(bot);
  expect(await world.refused(send, { content: "hi?" })).toEqual([403, 50_007]);
  anna.unblock(bot);
  const stranger = discord.addPerson({ name: "Stranger" });
  expect(await world.refused(`POST /channels/${stranger.dm(bot).id}/messages`, { content: "hi" })).toEqual([
    403, 50_007,
  ]);
  stranger.say(stranger.dm(bot), "hello");
  expect((await call(`POST /channels/${stranger.dm(bot).id}/messages`, { content: "hi" })).status).toBe(200);
  const other = discord.addBot({ username: "other" });
  expect((await callApi(discord, other, `GET /channels/${opened.body.id}`)).body.code).toBe(50_001);
});

test("reactions and pins have their limits and their routes", async () => {
  await using world = await open();
  const { anna, bot, chat, guild, call } = world;
  const { id } = anna.say(chat, "hello").message;
  const reaction = (emoji: string) =>
    `/channels/${chat.id}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
  expect(await world.refused(`PUT ${reaction("nonsense")}/@me`)).toEqual([400, 10_014]);
  guild.emojis.push({ id: "77", name: "party" });
  expect((await call(`PUT ${reaction("party:77")}/@me`)).status).toBe(204);
  for (const emoji of Array.from("😀😃😄😁😆😅😂🙂🙃😉😊😇😍😘😗😚😙😋😛")) {
    expect((await call(`PUT ${reaction(emoji)}/@me`)).status).toBe(204);
  }
  expect(await world.refused(`PUT ${reaction("👍")}/@me`)).toEqual([400, 30_010]);
  expect((await call<object[]>(`GET ${reaction("😀")}`)).body).toMatchObject([{ id: bot.id }]);
  expect((await call(`DELETE ${reaction("😀")}/@me`)).status).toBe(204);
  anna.react(chat.posts[0] as never, "👍");
  expect((await call(`DELETE ${reaction("👍")}/${anna.id}`)).status).toBe(204);
  expect((await call(`DELETE ${reaction("party:77")}`)).status).toBe(204);
  expect((await call(`DELETE /channels/${chat.id}/messages/${id}/reactions`)).status).toBe(204);
  expect(world.seen()).toEqual(["Anna: hello"]);

  await call(`PUT /channels/${chat.id}/messages/pins/${id}`);
  expect(world.seen()).toEqual(["Anna: hello (pinned)", "my_bot: (pinned a message)"]);
  expect((await call(`GET /channels/${chat.id}/messages/pins`)).body as object).toMatchObject({
    items: [{ message: { id, pinned: true } }],
    has_more: false,
  });
  expect((await call(`GET /channels/${chat.id}/pins`)).body as object).toMatchObject([{ id }]);
  await call(`DELETE /channels/${chat.id}/pins/${id}`);
  expect(chat.pinned).toEqual([]);
  for (let count = 0; count < 50; count++) {
    const { message } = anna.say(chat, String(count));
    expect((await call(`PUT /channels/${chat.id}/pins/${message.id}`)).status).toBe(204);
  }
  expect(await world.refused(`PUT /channels/${chat.id}/pins/${id}`)).toEqual([400, 30_003]);
});

test("an unknown route or field is refused, and fails the test", async () => {
  const world = await open();
  expect(await world.refused("GET /nonsense")).toEqual([404, 0]);
  expect(await world.refused(`POST /channels/${world.chat.id}/messages`, { contents: "x" })).toEqual([
    400, 50_035,
  ]);
  expect(await world.refused("GET /users/@me?fast=1")).toEqual([400, 50_035]);
  await expect(world[Symbol.asyncDispose]()).rejects.toThrow(
    /unknown route GET .*nonsense; createMessage has no field contents; getCurrentUser has no field fast/,
  );
});
