import { expect, test } from "bun:test";
import type { APIInteraction, APIMessage } from "discord-api-types/v10";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, type Refusal } from "./call-api.ts";
import { startDiscord, type Interaction } from "./index.ts";
import { PlainSocket } from "./socket.ts";

async function open() {
  const clock = new FakeClock();
  const discord = await startDiscord({ clock });
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const bert = discord.addPerson({ name: "Bert" });
  const guild = discord.addGuild({ name: "Club", members: [anna, bert], bots: [bot] });
  const chat = guild.channel("general");
  const call = <T = Refusal>(endpoint: string, body?: object) => callApi<T>(discord, bot, endpoint, body);
  const commands = (...list: object[]) => call(`PUT /applications/${bot.id}/commands`, list);
  await commands(
    { name: "ping", description: "Says pong" },
    {
      name: "config",
      description: "Changes things",
      options: [
        {
          name: "set",
          description: "Sets one",
          type: 1,
          options: [
            { name: "key", description: "Which", type: 3, required: true, autocomplete: true },
            { name: "who", description: "Whose", type: 6 },
          ],
        },
      ],
    },
  );
  return {
    discord,
    clock,
    bot,
    anna,
    bert,
    guild,
    chat,
    call,
    commands,
    /** Answers an interaction for the first time. */
    respond: ({ id, token }: Interaction, body: object, query = "") =>
      call(`POST /interactions/${id}/${token}/callback${query}`, body),
    hook: ({ token }: Interaction) => `/webhooks/${bot.id}/${token}`,
    /** What the bot is told of an interaction. */
    heard: async (act: () => Interaction) => {
      using socket = new PlainSocket(discord);
      await socket.identify(bot);
      const interaction = act();
      await socket.untilSaid("INTERACTION_CREATE");
      return { interaction, event: socket.said("INTERACTION_CREATE") as unknown as APIInteraction };
    },
    ask: async () => {
      const menu = {
        type: 3,
        custom_id: "menu",
        placeholder: "Which",
        options: [{ label: "One", value: "1" }],
      };
      const components = [
        { type: 1, components: [{ type: 2, style: 1, label: "Yes", custom_id: "yes" }] },
        { type: 1, components: [menu] },
      ];
      await call(`POST /channels/${chat.id}/messages`, { content: "Tea?", components });
      const post = chat.last(bot);
      if (!post) throw new Error("nothing was asked");
      return post;
    },
    seen: (options?: Parameters<typeof discord.transcript>[1]) => discord.transcript(chat, options),
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

test("a command reaches the bot with what was filled in, and its answer is seen by that person alone", async () => {
  await using world = await open();
  const { discord, anna, bert, chat, bot } = world;
  expect(anna.commands(chat, bot)).toEqual(["/ping Says pong", "/config Changes things"]);
  const { interaction, event } = await world.heard(() =>
    anna.slash(chat, bot, "config set", { key: "a", who: bert.id }),
  );
  expect(event).toMatchObject({
    type: 2,
    channel_id: chat.id,
    guild_id: world.guild.id,
    member: { user: { id: anna.id }, permissions: expect.any(String) },
    data: {
      name: "config",
      options: [
        {
          name: "set",
          type: 1,
          options: [
            { name: "key", value: "a" },
            { name: "who", value: bert.id },
          ],
        },
      ],
      resolved: { users: { [bert.id]: { username: "bert" } } },
    },
  });
  expect((await world.respond(interaction, { type: 4, data: { content: "done", flags: 64 } })).status).toBe(
    204,
  );
  expect(interaction).toMatchObject({ answeredWith: 4, isEphemeral: true });
  expect(discord.transcript(chat)).toEqual(["my_bot: (only Anna) done"]);
  expect(world.seen({ as: anna })).toEqual(["my_bot: done"]);
  expect(world.seen({ as: bert })).toEqual([]);
  expect((await world.call<APIMessage[]>(`GET /channels/${chat.id}/messages`)).body).toEqual([]);
  expect(() => anna.slash(chat, bot, "config set")).toThrow("wants key");
  expect(() => anna.slash(chat, bot, "sing")).toThrow("no command /sing");
});

test("a command in a direct chat comes with the person instead of the member", async () => {
  await using world = await open();
  const { anna, bot } = world;
  const { event } = await world.heard(() => anna.slash(anna.dm(bot), bot, "ping"));
  expect(event).toMatchObject({ user: { id: anna.id }, channel: { type: 1 }, context: 1 });
  expect(event).not.toHaveProperty("member");
});

test("three seconds without an answer and it is too late; a second answer is refused", async () => {
  await using world = await open();
  const { anna, bot, chat, clock } = world;
  const late = anna.slash(chat, bot, "ping");
  await clock.advance(3000);
  expect(await world.respond(late, { type: 5 })).toMatchObject({ status: 404, body: { code: 10_062 } });
  expect(world.seen({ isLive: true })).toEqual(["my_bot did not respond to /ping"]);
  const good = anna.slash(chat, bot, "ping");
  await clock.advance(2999);
  expect((await world.respond(good, { type: 4, data: { content: "pong" } })).status).toBe(204);
  expect(await world.respond(good, { type: 4, data: { content: "pong" } })).toMatchObject({
    status: 400,
    body: { code: 40_060 },
  });
  expect(await world.respond({ ...good, id: "1" }, { type: 5 })).toMatchObject({ body: { code: 10_062 } });
  expect(world.seen()).toEqual(["my_bot: pong"]);
});

test("an answer that is put off is thinking, until it is edited or followed up, for a quarter of an hour", async () => {
  await using world = await open();
  const { anna, bot, chat, clock, call } = world;
  const first = anna.slash(chat, bot, "ping");
  await world.respond(first, { type: 5 });
  expect(world.seen()).toEqual(["my_bot: is thinking…"]);
  await call(`PATCH ${world.hook(first)}/messages/@original`, { content: "pong" });
  expect(world.seen()).toEqual(["my_bot: pong"]);

  const second = anna.slash(chat, bot, "ping");
  await world.respond(second, { type: 5, data: { flags: 64 } });
  await call(`POST ${world.hook(second)}`, { content: "takes its place" });
  const { body: more } = await call<APIMessage>(`POST ${world.hook(second)}?wait=true`, { content: "more" });
  expect(world.seen()).toEqual(["my_bot: pong", "my_bot: (only Anna) takes its place", "my_bot: more"]);
  await call(`PATCH ${world.hook(second)}/messages/${more.id}`, { content: "more!" });
  expect((await call<APIMessage>(`GET ${world.hook(second)}/messages/%40original`)).body.content).toBe(
    "takes its place",
  );
  await call(`DELETE ${world.hook(second)}/messages/@original`);
  expect(world.seen()).toEqual(["my_bot: pong", "my_bot: more!"]);

  await clock.advance(15 * 60_000);
  expect(await call(`POST ${world.hook(second)}`, { content: "late" })).toMatchObject({
    status: 401,
    body: { code: 50_027 },
  });
  expect(await call(`POST /webhooks/${bot.id}/nonsense`, { content: "?" })).toMatchObject({
    status: 404,
    body: { code: 10_015 },
  });
});

test("no token in the head is needed to answer, and the answer can be asked for", async () => {
  await using world = await open();
  const { anna, bot, chat, discord } = world;
  const { id, token } = anna.slash(chat, bot, "ping");
  const response = await fetch(`${discord.url}/v10/interactions/${id}/${token}/callback?with_response=true`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: 4, data: { content: "pong" } }),
  });
  expect(await response.json()).toMatchObject({
    interaction: { id, type: 2, response_message_id: chat.last()?.message.id },
    resource: { type: 4, message: { content: "pong", interaction_metadata: { user: { id: anna.id } } } },
  });
});

test("a button that is pressed, and a choice, reach the bot; it may change the message", async () => {
  await using world = await open();
  const { anna, bert, discord, chat } = world;
  const question = await world.ask();
  expect(world.seen()).toEqual(["my_bot: Tea? [Yes] [Which ▾]"]);
  const { interaction, event } = await world.heard(() => anna.press(question, "Yes"));
  expect(event).toMatchObject({
    type: 3,
    data: { component_type: 2, custom_id: "yes" },
    message: { id: question.message.id, content: "Tea?" },
  });
  await world.respond(interaction, { type: 6 });
  const chosen = await world.heard(() => bert.choose(question, "One"));
  expect(chosen.event).toMatchObject({
    data: { component_type: 3, values: ["1"] },
    member: { user: { id: bert.id } },
  });
  await world.respond(chosen.interaction, { type: 7, data: { content: "Bert wants one", components: [] } });
  expect(world.seen({ hasMarks: true })).toEqual(["my_bot: Bert wants one (edited)"]);
  expect(() => anna.press(question, "Yes")).toThrow("no button Yes");
  expect(() => anna.choose(question, "One")).toThrow("nothing to choose");
  expect(discord.transcript(chat, { isLive: true })).toHaveLength(1);
});

test("a button of a message that only one person sees is that person's", async () => {
  await using world = await open();
  const { anna, bert, bot, chat } = world;
  const components = [{ type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] }];
  await world.respond(anna.slash(chat, bot, "ping"), {
    type: 4,
    data: { content: "?", components, flags: 64 },
  });
  const [post] = chat.posts;
  if (!post) throw new Error("nothing was said");
  expect(() => bert.press(post, "Go")).toThrow("does not see it");
  await world.respond(anna.press(post, "Go"), { type: 7, data: { content: "went" } });
  expect(world.seen({ as: anna })).toEqual(["my_bot: went [Go]"]);
});

test("proposals and forms go back and forth", async () => {
  await using world = await open();
  const { anna, bot, chat } = world;
  const typed = await world.heard(() => anna.complete(chat, bot, "config set", "key", "a"));
  expect(typed.event).toMatchObject({
    type: 4,
    data: { options: [{ options: [{ name: "key", value: "a", focused: true }] }] },
  });
  const choices = [{ name: "apple", value: "apple" }];
  await world.respond(typed.interaction, { type: 8, data: { choices } });
  expect(typed.interaction.choices).toEqual(choices);

  const opened = anna.slash(chat, bot, "ping");
  const components = [{ type: 1, components: [{ type: 4, custom_id: "why", label: "Why?", style: 1 }] }];
  await world.respond(opened, { type: 9, data: { custom_id: "form", title: "Tell", components } });
  const sent = await world.heard(() => anna.submit(opened, { why: "because" }));
  expect(sent.event).toMatchObject({
    type: 5,
    data: { custom_id: "form", components: [{ components: [{ custom_id: "why", value: "because" }] }] },
  });
  const wrong = anna.slash(chat, bot, "ping");
  expect((await world.respond(wrong, { type: 7, data: { content: "x" } })).status).toBe(400);
  expect((await world.respond(wrong, { type: 3 })).status).toBe(400);
});

test("commands are checked, counted, and replaced all at once", async () => {
  await using world = await open();
  const { bot, guild, call, commands, clock } = world;
  const base = `/applications/${bot.id}/commands`;
  const known = (await call<{ id: string }[]>(`GET ${base}`)).body;
  const wrong = async (command: object) => (await commands({ description: "x", ...command })).status;
  expect(await wrong({ name: "Ping" })).toBe(400);
  expect(await wrong({ name: "two words" })).toBe(400);
  expect(await wrong({ name: "x".repeat(33) })).toBe(400);
  expect(await wrong({ name: "ping", description: "x".repeat(101) })).toBe(400);
  const option = (name: string, facts = {}) => ({ name, description: "x", type: 3, ...facts });
  const many = Array.from({ length: 26 }, (_, index) => option(`o${index}`));
  expect(await wrong({ name: "ping", options: many })).toBe(400);
  expect(await wrong({ name: "ping", options: [option("a"), option("b", { required: true })] })).toBe(400);
  expect((await commands({ name: "帮助", description: "帮助" })).status).toBe(200);
  const list = (count: number, name = "c") =>
    Array.from({ length: count }, (_, index) => ({ name: `${name}${index}`, description: "x" }));
  expect((await commands(...list(101))).body.code).toBe(30_032);
  expect((await commands(...list(100))).status).toBe(200);
  const again = (await call<{ id: string }[]>(`GET ${base}`)).body;
  expect(again).toHaveLength(100);
  expect(again.map(({ id }) => id)).not.toContain(known[0]?.id ?? "");
  expect((await commands(...list(98, "d"))).body.code).toBe(30_034);
  await clock.advance(86_400_000);
  expect((await commands(...list(98, "d"))).status).toBe(200);

  const made = await call<{ id: string }>(`POST ${base}`, { name: "new", description: "x" });
  expect(made.status).toBe(201);
  const changed = { name: "new", description: "y" };
  expect((await call<{ id: string }>(`POST ${base}`, changed)).body).toMatchObject({
    id: made.body.id,
    description: "y",
  });
  await call(`PATCH ${base}/${made.body.id}`, { description: "z" });
  expect((await call<object>(`GET ${base}/${made.body.id}`)).body).toMatchObject({ description: "z" });
  expect((await call(`DELETE ${base}/${made.body.id}`)).status).toBe(204);
  expect((await call(`GET ${base}/${made.body.id}`)).body.code).toBe(10_063);
  const own = `/applications/${bot.id}/guilds/${guild.id}/commands`;
  await call(`PUT ${own}`, [{ name: "here", description: "only here" }]);
  expect(world.anna.commands(world.chat, bot)[0]).toBe("/here only here");
  expect(bot.commandWrites).toBeGreaterThan(5);
});
