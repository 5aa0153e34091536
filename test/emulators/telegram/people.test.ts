import { expect, test } from "bun:test";
import type { Update } from "@grammyjs/types";
import { Api } from "grammy";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { resultOf } from "./call-method.ts";
import { startTelegram, type BotAccount, type TelegramServer } from "./index.ts";

async function open() {
  const clock = new FakeClock();
  const telegram = await startTelegram({ clock });
  const bot = telegram.addBot({ username: "my_bot" });
  const anna = telegram.addPerson({ firstName: "Anna", username: "anna" });
  const bert = telegram.addPerson({ firstName: "Bert" });
  return {
    telegram,
    clock,
    bot,
    anna,
    bert,
    api: new Api(bot.token, { apiRoot: telegram.url }),
    heard: () => take({ telegram, clock }, bot),
    [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose](),
  };
}

/** The updates that wait for a bot, which confirms them. */
async function take(
  { telegram, clock }: { telegram: TelegramServer; clock: FakeClock },
  bot: BotAccount,
): Promise<Update[]> {
  const kinds = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member"];
  clock.jump(3000);
  const updates = await resultOf<Update[]>(telegram, bot, "getUpdates", { allowed_updates: kinds });
  for (const { update_id } of updates) bot.updates.confirm(update_id);
  return updates;
}

const textsOf = (updates: readonly Update[]) => updates.map(({ message }) => message?.text);

test("a text that is too long goes out in several messages, as apps do it, and nothing is lost", async () => {
  await using world = await open();
  const words = Array.from({ length: 3000 }, (_, index) => `word${index}`).join(" ");
  const posts = world.anna.paste(world.anna.dm(world.bot), words);
  expect(posts.length).toBeGreaterThan(1);
  for (const { message } of posts) expect(message.text?.length).toBeLessThanOrEqual(4096);
  expect(posts.map(({ message }) => message.text).join(" ")).toBe(words);
  expect(textsOf(await world.heard()).join(" ")).toBe(words);
});

test("replies, quotes, forwards and edits reach the bot as what they are", async () => {
  await using world = await open();
  const { anna, bot, telegram } = world;
  const chat = anna.dm(bot);
  const hello = anna.say(chat, "hello @someone see https://a.example/x, mail a@b.example #tag");
  expect(hello.message.entities?.map(({ type }) => type)).toEqual(["mention", "url", "email", "hashtag"]);
  anna.reply(hello, "and?");
  anna.quote(hello, "see", "what?");
  anna.forward(hello, chat);
  anna.edit(hello, "bye");
  const [, reply, quote, forward, edit] = await world.heard();
  expect(reply?.message).toMatchObject({
    text: "and?",
    reply_to_message: { message_id: hello.message.message_id },
  });
  expect(quote?.message?.quote).toEqual({ text: "see", position: 15, is_manual: true });
  expect(forward?.message).toMatchObject({ forward_origin: { type: "user", sender_user: { id: anna.id } } });
  expect(edit?.edited_message).toMatchObject({ text: "bye", edit_date: expect.any(Number) });
  expect(edit?.edited_message?.entities).toBeUndefined();
  expect(telegram.transcript(chat, { hasMarks: true })).toEqual([
    "Anna: bye (edited)",
    "Anna: (re “hello @someone see https://a.e”) and?",
    "Anna: (re “see”) what?",
    "Anna: (from Anna) hello @someone see https://a.example/x, mail a@b.example #tag",
  ]);
});

test("a bot in privacy mode hears in a group what is meant for it, and nothing else", async () => {
  await using world = await open();
  const { telegram, bot, anna, bert, api } = world;
  const nosy = telegram.addBot({ username: "nosy_bot", privacyMode: false });
  const group = telegram.addGroup({ title: "Club", members: [anna, bert], bots: [bot, nosy] });
  anna.say(group, "just talk");
  anna.say(group, "hi @My_Bot");
  anna.say(group, "/start@my_bot");
  anna.say(group, "/start@nosy_bot");
  anna.say(group, "/help");
  const answer = await api.sendMessage(group.id, "yes?");
  const mine = group.find(answer.message_id);
  if (mine) bert.reply(mine, "no");
  anna.upload(group, "photo", {}, { caption: "look @my_bot" });
  const heard = await world.heard();
  expect(heard.map(({ message }) => message?.text ?? message?.caption)).toEqual([
    "hi @My_Bot",
    "/start@my_bot",
    "/help",
    "no",
    "look @my_bot",
  ]);
  expect(textsOf(await take(world, nosy))).toEqual([
    "just talk",
    "hi @My_Bot",
    "/start@my_bot",
    "/start@nosy_bot",
    "/help",
    "no",
    undefined,
  ]);
  anna.promote(group, bot);
  anna.say(group, "now it hears all");
  expect((await world.heard()).at(-1)?.message?.text).toBe("now it hears all");
});

test("an album arrives as messages of one group; every kind of file has its form", async () => {
  await using world = await open();
  const { anna, bot, telegram } = world;
  const chat = anna.dm(bot);
  anna.album(chat, [{ kind: "photo", caption: "two" }, { kind: "photo" }]);
  for (const kind of ["document", "audio", "voice", "video", "video_note", "animation"] as const) {
    anna.upload(chat, kind);
  }
  anna.upload(chat, "sticker", {}, { emoji: "👍" });
  anna.location(chat, 1.5, 2);
  anna.contact(chat, "Bert", "+4912345");
  anna.poll(chat, "Tea?", ["Yes", "No"]);
  const heard = await world.heard();
  const [one, two] = heard;
  expect(one?.message?.media_group_id).toBe(two?.message?.media_group_id ?? "");
  expect(one?.message?.message_id).not.toBe(two?.message?.message_id ?? 0);
  expect(telegram.transcript(chat)).toEqual([
    "Anna: (photo) two",
    "Anna: (photo)",
    "Anna: (document notes.txt)",
    "Anna: (audio)",
    "Anna: (voice)",
    "Anna: (video)",
    "Anna: (video_note)",
    "Anna: (animation)",
    "Anna: (sticker 👍)",
    "Anna: (location 1.5, 2)",
    "Anna: (contact Bert)",
    "Anna: (poll Tea?)",
  ]);
});

test("a button that is pressed reaches the bot, and its notice the person", async () => {
  await using world = await open();
  const { anna, bot, telegram, api } = world;
  const chat = anna.dm(bot);
  const sent = await api.sendMessage(chat.id, "Tea?", {
    reply_markup: {
      inline_keyboard: [[{ text: "Yes", callback_data: "y" }], [{ text: "No", callback_data: "n" }]],
    },
  });
  expect(telegram.transcript(chat)).toEqual(["my_bot: Tea? [Yes] [No]"]);
  const question = chat.find(sent.message_id);
  const id = question ? anna.press(question, "No") : "";
  expect(await world.heard()).toMatchObject([
    { callback_query: { id, data: "n", from: { id: anna.id }, message: { message_id: sent.message_id } } },
  ]);
  await api.answerCallbackQuery(id, { text: "Noted" });
  expect(telegram.world.queries.get(id)).toMatchObject({ isAnswered: true, notice: "Noted" });
});

test("a forum has topics; the general one has no number", async () => {
  await using world = await open();
  const { anna, bot, telegram, api } = world;
  const forum = telegram.addGroup({ title: "Forum", isForum: true, members: [anna], bots: [bot] });
  anna.promote(forum, bot);
  const thread = anna.openTopic(forum, "Cats");
  anna.say(forum, "meow", { thread });
  anna.say(forum, "in general");
  const heard = await world.heard();
  expect(heard.at(-2)?.message).toMatchObject({
    message_thread_id: thread,
    is_topic_message: true,
    reply_to_message: { forum_topic_created: { name: "Cats" } },
  });
  expect(heard.at(-1)?.message?.message_thread_id).toBeUndefined();
  await api.sendMessage(forum.id, "purr", { message_thread_id: thread });
  await expect(api.sendMessage(forum.id, "?", { message_thread_id: 1 })).rejects.toThrow(
    "message thread not found",
  );
  const made = await api.createForumTopic(forum.id, "Dogs");
  await api.closeForumTopic(forum.id, made.message_thread_id);
  await expect(api.sendMessage(forum.id, "?", { message_thread_id: made.message_thread_id })).rejects.toThrow(
    "TOPIC_CLOSED",
  );
  expect(telegram.transcript(forum, { thread })).toEqual([
    "Anna: (topic Cats)",
    "Anna: meow",
    "my_bot: purr",
  ]);
  expect(telegram.transcript(forum, { thread: 0 })).toEqual(["Anna: in general"]);
});

test("an answer in a group without topics names a thread that is no topic", async () => {
  await using world = await open();
  const { anna, bot, telegram } = world;
  const group = telegram.addGroup({ title: "Club", members: [anna], bots: [bot] });
  const first = anna.say(group, "@my_bot hi");
  anna.reply(first, "@my_bot you there?");
  const reply = (await world.heard()).at(-1)?.message;
  expect(reply?.message_thread_id).toBe(first.message.message_id);
  expect(reply?.is_topic_message).toBeUndefined();
});

test("coming, going, and rights are told, and the bot cannot write where it is not", async () => {
  await using world = await open();
  const { anna, bert, bot, telegram, api } = world;
  const group = telegram.addGroup({ title: "Club", members: [anna] });
  await expect(api.sendMessage(group.id, "x")).rejects.toThrow("chat not found");
  anna.addBot(group, bot);
  bert.join(group);
  anna.promote(group, bot);
  anna.removeBot(group, bot);
  const heard = await world.heard();
  expect(
    heard.map(
      ({ message, my_chat_member }) =>
        message?.new_chat_members?.[0]?.first_name ?? my_chat_member?.new_chat_member.status,
    ),
  ).toEqual(["member", "my_bot", "Bert", "administrator", "kicked"]);
  await expect(api.sendMessage(group.id, "x")).rejects.toThrow("bot was kicked from the supergroup chat");
  expect(telegram.transcript(group)).toEqual([
    "Anna: (my_bot joined)",
    "Bert: (Bert joined)",
    "Anna: (my_bot left)",
  ]);
});

test("a group that becomes a supergroup has another number, which both chats and refusals name", async () => {
  await using world = await open();
  const { anna, bot, telegram, api } = world;
  const group = telegram.addGroup({ title: "Club", kind: "group", members: [anna], bots: [bot] });
  const moved = anna.upgrade(group);
  const [to, from] = await world.heard();
  expect(to?.message).toMatchObject({ chat: { id: group.id, type: "group" }, migrate_to_chat_id: moved.id });
  expect(from?.message).toMatchObject({
    chat: { id: moved.id, type: "supergroup" },
    migrate_from_chat_id: group.id,
  });
  await expect(api.sendMessage(group.id, "x")).rejects.toMatchObject({
    error_code: 400,
    description: "Bad Request: group chat was upgraded to a supergroup chat",
    parameters: { migrate_to_chat_id: moved.id },
  });
  await api.sendMessage(moved.id, "here now");
});

test("what a bot pins is announced to itself as well, and in groups it needs the right to", async () => {
  await using world = await open();
  const { anna, bot, telegram, api } = world;
  const chat = anna.dm(bot);
  const sent = await api.sendMessage(chat.id, "important");
  await api.pinChatMessage(chat.id, sent.message_id, { disable_notification: true });
  expect(await world.heard()).toMatchObject([
    { message: { from: { id: bot.id }, pinned_message: { message_id: sent.message_id } } },
  ]);
  expect(telegram.transcript(chat, { hasMarks: true })).toEqual([
    "my_bot: important (pinned)",
    "my_bot: (pinned a message) (silent)",
  ]);
  const group = telegram.addGroup({ title: "Club", members: [anna], bots: [bot] });
  const there = await api.sendMessage(group.id, "too");
  await expect(api.pinChatMessage(group.id, there.message_id)).rejects.toThrow("not enough rights");
});
