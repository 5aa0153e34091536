import { expect, test } from "bun:test";
import { StickerFormatType, type APIMessage } from "discord-api-types/v10";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { resultOf } from "./call-api.ts";
import { startDiscord } from "./index.ts";
import { PlainSocket } from "./socket.ts";

async function open() {
  const clock = new FakeClock();
  const discord = await startDiscord({ clock });
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const bert = discord.addPerson({ name: "Bert" });
  const channels = ["general", { name: "ideas", kind: "forum", tags: ["new"] }] as const;
  const guild = discord.addGuild({
    name: "Club",
    members: [anna, bert],
    bots: [bot],
    roles: ["Helpers"],
    channels,
  });
  const socket = await new PlainSocket(discord).identify(bot);
  const chat = guild.channel("general");
  return {
    discord,
    clock,
    bot,
    anna,
    bert,
    guild,
    chat,
    socket,
    /** The messages of a chat as the bot reads them, oldest first. */
    read: async (id = chat.id) =>
      (await resultOf<APIMessage[]>(discord, bot, `GET /channels/${id}/messages`)).toReversed(),
    seen: (options?: Parameters<typeof discord.transcript>[1]) => discord.transcript(chat, options),
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await discord[Symbol.asyncDispose]();
    },
  };
}

test("replies, mentions, forwards and edits reach the bot as what they are", async () => {
  await using world = await open();
  const { anna, bert, bot, chat, socket } = world;
  const hello = anna.say(chat, "hello");
  anna.reply(hello, "and?");
  bert.reply(hello, "quietly", { isQuiet: true });
  anna.mention(chat, bot, "look");
  bert.forward(hello, chat);
  anna.edit(hello, "bye");
  await socket.untilSaid("MESSAGE_UPDATE");
  const [, own, quiet, mention, forward] = await world.read();
  expect(own).toMatchObject({
    type: 19,
    mentions: [],
    referenced_message: { id: hello.message.id, content: "bye" },
  });
  expect(quiet).toMatchObject({ mentions: [], message_reference: { type: 0, message_id: hello.message.id } });
  expect(mention).toMatchObject({ content: `<@${bot.id}> look`, mentions: [{ id: bot.id }] });
  expect(forward).toMatchObject({
    content: "",
    message_reference: { type: 1 },
    message_snapshots: [{ message: { content: "hello" } }],
  });
  expect(socket.said("MESSAGE_UPDATE")).toMatchObject({
    content: "bye",
    edited_timestamp: expect.any(String),
  });
  expect(world.seen({ hasMarks: true })).toEqual([
    "Anna: bye (edited)",
    "Anna: (re “bye”) and?",
    "Bert: (re “bye”) quietly",
    "Anna: @my_bot look",
    "Bert: (forwarded) hello",
  ]);
});

test("people call others by name, role, or all at once, as far as they may", async () => {
  await using world = await open();
  const { discord, anna, bert, guild, chat } = world;
  const role = guild.role("Helpers");
  const hello = anna.say(chat, `<@${bert.id}> and <@&${role.id}>, \`<@${anna.id}>\``);
  expect(hello.pings).toEqual({ users: [bert.id], roles: [role.id], isEveryone: false });
  expect(anna.say(chat, "@everyone!").pings.isEveryone).toBe(true);
  discord.deny(chat, "MentionEveryone");
  expect(bert.say(chat, "@everyone!").pings.isEveryone).toBe(false);
  expect(bert.reply(hello, "yes").pings.users).toEqual([anna.id]);
  expect(world.seen()[0]).toBe("Anna: @Bert and @Helpers, `@Anna`");
});

test("reactions come and go, each once", async () => {
  await using world = await open();
  const { anna, bert, bot, chat, socket, discord } = world;
  const post = anna.say(chat, "vote");
  for (const who of [anna, bert, bert]) who.react(post, "👍");
  await resultOf(
    discord,
    bot,
    `PUT /channels/${chat.id}/messages/${post.message.id}/reactions/%F0%9F%8E%89/@me`,
  );
  await socket.untilSaid("MESSAGE_REACTION_ADD", 3);
  expect(world.seen()).toEqual(["Anna: vote {👍2 🎉}"]);
  expect((await world.read())[0]?.reactions).toMatchObject([
    { count: 2, me: false, emoji: { name: "👍" } },
    { count: 1, me: true, emoji: { name: "🎉" } },
  ]);
  for (const who of [anna, bert]) who.unreact(post, "👍");
  await socket.untilSaid("MESSAGE_REACTION_REMOVE", 2);
  expect(world.seen()).toEqual(["Anna: vote {🎉}"]);
  expect(() => anna.react(post, "nonsense")).toThrow("no emoji");
});

test("what somebody deletes is gone, and the bot is told", async () => {
  await using world = await open();
  const { anna, bert, chat, socket } = world;
  const post = anna.say(chat, "oops");
  anna.reply(post, "that was wrong");
  expect(() => bert.remove(post)).toThrow("may not delete");
  anna.remove(post);
  await socket.untilSaid("MESSAGE_DELETE");
  expect(socket.said("MESSAGE_DELETE")).toEqual({
    id: post.message.id,
    channel_id: chat.id,
    guild_id: world.guild.id,
  });
  expect(await world.read()).toMatchObject([{ content: "that was wrong", referenced_message: null }]);
  expect(world.seen({ hasMarks: true })).toEqual(["Anna: (re deleted) that was wrong"]);
});

test("a file has a signed link that is good for a day, and no other is", async () => {
  await using world = await open();
  const { anna, chat, clock } = world;
  const bytes = new TextEncoder().encode("cat");
  anna.upload(chat, [{ name: "a cat?.png", mimeType: "image/png", bytes }, { name: "b.txt" }], "two");
  anna.voice(chat);
  const [files, voice] = await world.read();
  const [cat] = files?.attachments ?? [];
  expect(cat).toMatchObject({ filename: "a_cat_.png", size: 3, content_type: "image/png" });
  expect(voice?.attachments).toMatchObject([{ duration_secs: 2, waveform: expect.any(String) }]);
  const answer = await fetch(cat?.url ?? "");
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
    200,
    "image/png",
    "cat",
  ]);
  const statusOf = async (url: string) => (await fetch(url)).status;
  expect(await statusOf((cat?.url ?? "").replace(/ex=\w+/, "ex=ffffffff"))).toBe(404);
  expect(await statusOf((cat?.url ?? "").replace(/\?.*/, ""))).toBe(404);
  await clock.advance(24 * 3_600_000);
  expect(await statusOf(cat?.url ?? "")).toBe(404);
  const [again] = await world.read();
  expect(await statusOf(again?.attachments[0]?.url ?? "")).toBe(200);
  expect(world.seen()).toEqual([
    "Anna: two (file a_cat_.png) (file b.txt)",
    "Anna: (file voice-message.ogg)",
  ]);
});

test("a sticker has a picture of its kind", async () => {
  await using world = await open();
  const { anna, chat, discord } = world;
  anna.sticker(chat, "wave");
  anna.sticker(chat, "dance", StickerFormatType.Lottie);
  const items = (await world.read()).flatMap(({ sticker_items = [] }) => sticker_items);
  expect(items).toMatchObject([
    { name: "wave", format_type: 1 },
    { name: "dance", format_type: 3 },
  ]);
  const types = await Promise.all(
    [`${items[0]?.id}.png`, `${items[1]?.id}.json`].map(async (name) =>
      (await fetch(`${discord.cdnUrl}/stickers/${name}`)).headers.get("content-type"),
    ),
  );
  expect(types).toEqual(["image/png", "application/json"]);
  expect(world.seen()).toEqual(["Anna: (sticker wave)", "Anna: (sticker dance)"]);
});

test("a link gets its preview in a change that is no edit", async () => {
  await using world = await open();
  const { anna, chat, socket, discord, bot } = world;
  anna.say(chat, "see https://a.example/x and <https://b.example>, `https://c.example`");
  await socket.untilSaid("MESSAGE_UPDATE");
  expect(socket.said("MESSAGE_CREATE")).toMatchObject({ embeds: [] });
  expect(socket.said("MESSAGE_UPDATE")).toMatchObject({
    edited_timestamp: null,
    embeds: [{ url: "https://a.example/x" }],
  });
  const link = chat.posts[0];
  if (link) anna.edit(link, "no link any more");
  expect(link?.message.embeds).toEqual([]);
  if (link) anna.edit(link, "see https://a.example/x");
  const body = { content: "https://d.example", flags: 4 };
  expect(await resultOf(discord, bot, `POST /channels/${chat.id}/messages`, body)).toMatchObject({
    embeds: [],
  });
  expect(world.seen({ hasMarks: true })).toEqual([
    "Anna: see https://a.example/x (edited) (preview)",
    "my_bot: https://d.example (no preview)",
  ]);
});

test("threads are opened from messages, without one, and as posts of a forum", async () => {
  await using world = await open();
  const { anna, bert, chat, guild, socket, discord } = world;
  const post = anna.say(chat, "big topic");
  const fromPost = anna.openThread(post, "Topic");
  const alone = anna.openThread(chat, "Alone");
  const secret = anna.openThread(chat, "Secret", { isPrivate: true });
  const idea = bert.post(guild.channel("ideas"), "My idea", "it is this", ["new"]);
  bert.say(fromPost, "inside");
  await socket.untilSaid("MESSAGE_CREATE", 4);
  expect(fromPost.id).toBe(post.message.id);
  expect(idea.last()?.message.id).toBe(idea.id);
  // A private thread is for those who are in it, and for moderators; this bot is one.
  expect(socket.packets.filter(({ t }) => t === "THREAD_CREATE").map(({ d }) => d as object)).toMatchObject([
    { name: "Topic", type: 11, parent_id: chat.id, newly_created: true },
    { name: "Alone", type: 11 },
    { name: "Secret", type: 12 },
    { name: "My idea", parent_id: guild.channel("ideas").id, applied_tags: [expect.any(String)] },
  ]);
  expect(world.seen({ hasMarks: true })).toEqual(["Anna: big topic (thread Topic)", "Anna: (thread Alone)"]);
  expect(discord.transcript(idea)).toEqual(["Bert: it is this"]);
  expect(() => bert.say(secret, "may I?")).toThrow("may not write");
  expect(() => anna.say(guild.channel("ideas"), "no")).toThrow("is a forum");

  anna.archive(alone);
  bert.say(alone, "back to life");
  expect(alone.thread?.isArchived).toBe(false);
  anna.archive(alone, { isLocked: true });
  expect(() => bert.say(alone, "again?")).toThrow("is locked");
  await socket.untilSaid("THREAD_UPDATE", 3);
});

test("whoever may not write in a channel cannot; a role can let them", async () => {
  await using world = await open();
  const { discord, bert, guild, chat } = world;
  discord.deny(chat, "SendMessages");
  expect(() => bert.say(chat, "?")).toThrow("may not write");
  discord.allow(chat, "SendMessages", guild.role("Helpers"));
  discord.giveRole(guild, bert, "Helpers");
  bert.say(chat, "!");
  discord.takeRole(guild, bert, "Helpers");
  expect(() => bert.say(chat, "?")).toThrow("may not write");
  expect(world.seen()).toEqual(["Bert: !"]);
});

test("people come and go; a bot with the privileged intent hears of it", async () => {
  await using world = await open();
  const { discord, guild } = world;
  const nosy = discord.addBot({ username: "nosy", guildMembers: true });
  discord.invite(guild, nosy);
  using socket = new PlainSocket(discord);
  await socket.identify(nosy, { intents: 3 });
  const carl = discord.addPerson({ name: "Carl" });
  carl.join(guild);
  discord.giveRole(guild, carl, "Helpers");
  carl.leave(guild);
  await socket.untilSaid("GUILD_MEMBER_REMOVE");
  expect(socket.said("GUILD_MEMBER_ADD")).toMatchObject({ user: { id: carl.id }, guild_id: guild.id });
  expect(socket.said("GUILD_MEMBER_UPDATE")).toMatchObject({ roles: [guild.role("Helpers").id] });
  expect(world.socket.said("GUILD_MEMBER_ADD")).toBeUndefined();
});

test("somebody who types is seen for ten seconds, or until the message is there", async () => {
  await using world = await open();
  const { anna, bert, clock, chat } = world;
  anna.type(chat);
  bert.type(chat);
  expect(world.seen({ isLive: true })).toEqual(["Anna is typing", "Bert is typing"]);
  anna.say(chat, "done");
  expect(world.seen({ isLive: true })).toEqual(["Anna: done", "Bert is typing"]);
  await clock.advance(10_000);
  expect(world.seen({ isLive: true })).toEqual(["Anna: done"]);
});
