import { expect, test } from "bun:test";
import type { Message } from "@grammyjs/types";
import { Api, InputFile } from "grammy";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callMethod, resultOf } from "./call-method.ts";
import { startTelegram } from "./index.ts";

async function open() {
  const clock = new FakeClock();
  const telegram = await startTelegram({ clock });
  const bot = telegram.addBot({ username: "my_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const chat = anna.dm(bot);
  const call = (method: string, params: object = {}) =>
    callMethod<Message>(telegram, bot, method, { chat_id: chat.id, ...params });
  return {
    telegram,
    bot,
    anna,
    chat,
    clock,
    call,
    api: new Api(bot.token, { apiRoot: telegram.url }),
    refusal: async (method: string, params: object = {}) => {
      const answer = await call(method, params);
      return answer.ok ? "taken" : answer.description;
    },
    [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose](),
  };
}

test("a text is measured without its tags, in UTF-16 units, and must not be empty", async () => {
  await using world = await open();
  const { refusal, chat } = world;
  const html = (text: string) => refusal("sendMessage", { text, parse_mode: "HTML" });
  expect(await html(`<b>${"x".repeat(4096)}</b>`)).toBe("taken");
  expect(await html(`<b>${"x".repeat(4097)}</b>`)).toBe("Bad Request: message is too long");
  expect(await html("😀".repeat(2049))).toBe("Bad Request: message is too long");
  expect(await html("")).toBe("Bad Request: message text is empty");
  expect(await html("<b> </b>\n")).toBe("Bad Request: text must be non-empty");
  expect(await html("<h1>x</h1>")).toBe(
    `Bad Request: can't parse entities: Unsupported start tag "h1" at byte offset 0`,
  );
  expect(chat.posts).toHaveLength(1);
});

test("an edit that changes nothing is refused, and so is one of a message that is not there or not the bot's", async () => {
  await using world = await open();
  const { refusal, chat, bot, anna } = world;
  await resultOf(world.telegram, bot, "sendMessage", { chat_id: chat.id, text: "one" });
  const id = chat.last(bot)?.message.message_id;
  const edit = (params: object) => refusal("editMessageText", { message_id: id, ...params });
  expect(await edit({ text: "one" })).toBe(
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
  );
  expect(await edit({ text: " one\n" })).toStartWith("Bad Request: message is not modified");
  const keyboard = { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] };
  expect(await edit({ text: "one", reply_markup: keyboard })).toBe("taken");
  expect(await edit({ text: "two" })).toBe("taken");
  expect(chat.last(bot)?.message.reply_markup).toBeUndefined();
  expect(await edit({ text: "x", message_id: 99_999 })).toBe("Bad Request: message to edit not found");
  const theirs = anna.say(chat, "mine");
  expect(await edit({ text: "x", message_id: theirs.message.message_id })).toBe(
    "Bad Request: message can't be edited",
  );
  expect(chat.last(bot)?.earlier).toEqual(["one", "one"]);
});

test("buttons carry 1 to 64 bytes", async () => {
  await using world = await open();
  const { refusal } = world;
  const withData = (callback_data: string) =>
    refusal("sendMessage", {
      text: "?",
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data }]] },
    });
  expect(await withData("é".repeat(32))).toBe("taken");
  expect(await withData("é".repeat(33))).toBe("Bad Request: BUTTON_DATA_INVALID");
  expect(await withData("")).toBe("Bad Request: BUTTON_DATA_INVALID");
  expect(
    await refusal("sendMessage", { text: "?", reply_markup: { inline_keyboard: [[{ text: "Yes" }]] } }),
  ).toBe("Bad Request: text buttons are unallowed in the inline keyboard");
});

test("a bot may react with one emoji of Telegram's list", async () => {
  await using world = await open();
  const { refusal, anna, chat, telegram } = world;
  const { message_id } = anna.say(chat, "hi").message;
  const react = (...emoji: string[]) =>
    refusal("setMessageReaction", {
      message_id,
      reaction: emoji.map((each) => ({ type: "emoji", emoji: each })),
    });
  expect(await react("👍")).toBe("taken");
  expect(telegram.transcript(chat)).toEqual(["Anna: hi {👍}"]);
  expect(await react("🚀")).toBe("Bad Request: REACTION_INVALID");
  expect(await react("👍", "🔥")).toBe("Bad Request: REACTIONS_TOO_MANY");
  expect(await react()).toBe("taken");
  expect(telegram.transcript(chat)).toEqual(["Anna: hi"]);
  expect(await refusal("setMessageReaction", { message_id: 9999, reaction: [] })).toBe(
    "Bad Request: message to react not found",
  );
});

test("who has blocked the bot, who never wrote to it, and who does not exist are told apart", async () => {
  await using world = await open();
  const { refusal, anna, bot, telegram } = world;
  anna.block(bot);
  expect(await refusal("sendMessage", { text: "hi" })).toBe("Forbidden: bot was blocked by the user");
  const bert = telegram.addPerson({ firstName: "Bert" });
  expect(await refusal("sendMessage", { chat_id: bert.id, text: "hi" })).toBe(
    "Forbidden: bot can't initiate conversation with a user",
  );
  expect(await refusal("sendMessage", { chat_id: 1, text: "hi" })).toBe("Bad Request: chat not found");
  expect(await refusal("sendMessage", { chat_id: String(anna.id), text: "hi" })).toBe(
    "Forbidden: bot was blocked by the user",
  );
});

test("files come up and down; nothing above 20 MB comes down, nothing above 50 MB goes up", async () => {
  await using world = await open();
  const { api, chat, bot, telegram, clock, refusal, anna } = world;
  const sent = await api.sendDocument(chat.id, new InputFile(new TextEncoder().encode("hello"), "notes.md"), {
    caption: "<i>some</i> notes",
    parse_mode: "HTML",
  });
  expect(sent).toMatchObject({
    caption: "some notes",
    document: { file_name: "notes.md", mime_type: "text/markdown", file_size: 5 },
  });
  const file = await api.getFile(sent.document.file_id);
  const link = `${telegram.url}/file/bot${bot.token}/${file.file_path}`;
  expect(await (await fetch(link)).text()).toBe("hello");
  await clock.advance(3_600_001);
  expect((await fetch(link)).status).toBe(404);

  expect(await api.sendDocument(chat.id, sent.document.file_id)).toMatchObject({
    document: { file_size: 5 },
  });
  expect(await refusal("sendPhoto", { photo: sent.document.file_id })).toBe(
    "Bad Request: can't use file of type document as photo",
  );
  expect(await refusal("getFile", { file_id: "nothing" })).toStartWith("Bad Request: getFile has no field");
  telegram.world.complaints.length = 0;

  const big = anna.upload(chat, "document", { name: "big.bin", bytes: new Uint8Array(20 * 1024 * 1024 + 1) });
  await expect(api.getFile(big.message.document?.file_id ?? "")).rejects.toThrow("file is too big");
  const huge = new InputFile(new Uint8Array(50 * 1024 * 1024 + 1), "huge.bin");
  await expect(api.sendDocument(chat.id, huge)).rejects.toThrow("Request Entity Too Large");
});

test("a photo must be a picture, not too big and not too long", async () => {
  await using world = await open();
  const { api, chat } = world;
  const png = (width: number, height: number) => {
    const bytes = Buffer.alloc(40);
    bytes.write("\u0089PNG\r\n\u001a\n", "latin1");
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return new InputFile(new Uint8Array(bytes), "p.png");
  };
  expect(await api.sendPhoto(chat.id, png(100, 50))).toMatchObject({
    photo: [{}, { width: 100, height: 50 }],
  });
  await expect(api.sendPhoto(chat.id, png(100, 5))).resolves.toBeDefined();
  await expect(api.sendPhoto(chat.id, png(201, 10))).rejects.toThrow("PHOTO_INVALID_DIMENSIONS");
  await expect(api.sendPhoto(chat.id, png(9000, 1001))).rejects.toThrow("PHOTO_INVALID_DIMENSIONS");
  await expect(api.sendPhoto(chat.id, new InputFile(Buffer.from("no picture"), "p.png"))).rejects.toThrow(
    "IMAGE_PROCESS_FAILED",
  );
});

test("an album has two to ten items, comes whole or not at all, and keeps documents to themselves", async () => {
  await using world = await open();
  const { api, chat, telegram } = world;
  const text = (name: string) => ({
    type: "document" as const,
    media: new InputFile(Buffer.from(name), `${name}.txt`),
  });
  const posts = await api.sendMediaGroup(chat.id, [text("a"), { ...text("b"), caption: "both" }]);
  expect(posts.map(({ caption }) => caption)).toEqual([undefined, "both"]);
  expect(new Set(posts.map((post) => ("media_group_id" in post ? post.media_group_id : "")))).toHaveProperty(
    "size",
    1,
  );
  await expect(api.sendMediaGroup(chat.id, [text("a")])).rejects.toThrow("2-10 items");
  const photo = {
    type: "photo" as const,
    media: new InputFile(Buffer.from("\u0089PNG0000", "latin1"), "p.png"),
  };
  await expect(
    // The types know that this is wrong, and so does the server.
    api.sendMediaGroup(chat.id, [text("a"), photo] as unknown as Parameters<typeof api.sendMediaGroup>[1]),
  ).rejects.toThrow("Document can't be mixed with other media types");
  expect(telegram.transcript(chat)).toEqual(["my_bot: (document a.txt)", "my_bot: (document b.txt) both"]);
});

test("captions have 1024 units", async () => {
  await using world = await open();
  const { api, chat } = world;
  const send = (caption: string) =>
    api.sendDocument(chat.id, new InputFile(Buffer.from("x"), "x.txt"), { caption });
  await send("x".repeat(1024));
  await expect(send("x".repeat(1025))).rejects.toThrow("message caption is too long");
});

test("a menu of commands is checked, and shown by scope and language", async () => {
  await using world = await open();
  const { api, anna, chat, bot, telegram } = world;
  const hans = telegram.addPerson({ firstName: "Hans", language: "de" });
  await api.setMyCommands([{ command: "new", description: "Start anew" }]);
  await api.setMyCommands([{ command: "neu", description: "Neu anfangen" }], { language_code: "de" });
  await api.setMyCommands([{ command: "here", description: "Here only" }], {
    scope: { type: "chat", chat_id: chat.id },
  });
  expect(anna.commands(chat, bot)).toEqual(["/here Here only"]);
  expect(hans.commands(hans.dm(bot), bot)).toEqual(["/neu Neu anfangen"]);
  expect(await api.getMyCommands()).toEqual([{ command: "new", description: "Start anew" }]);
  await expect(api.setMyCommands([{ command: "New", description: "x" }])).rejects.toThrow(
    "BOT_COMMAND_INVALID",
  );
});

test("a draft is shown for thirty seconds, can be stopped, and gives way to the message", async () => {
  await using world = await open();
  const { api, anna, chat, telegram, clock, refusal } = world;
  const live = () => telegram.transcript(chat, { isLive: true });
  await api.sendMessageDraft(chat.id, 5, "Hel", { can_stop: true });
  await api.sendMessageDraft(chat.id, 5, "Hello", { can_stop: true });
  expect(live()).toEqual(["my_bot (draft): Hello"]);
  await clock.advance(29_000);
  await api.sendMessageDraft(chat.id, 5, "Hello", { can_stop: true });
  await clock.advance(29_000);
  expect(live()).toEqual(["my_bot (draft): Hello"]);
  anna.stop(chat);
  expect(await api.getUpdates()).toMatchObject([
    { stopped_message_generation: { chat: { id: chat.id }, draft_id: 5 } },
  ]);
  expect(live()).toEqual([]);
  await api.sendMessageDraft(chat.id, 6, "");
  expect(live()).toEqual(["my_bot (draft): Thinking…"]);
  await api.sendMessage(chat.id, "Hello there");
  expect(live()).toEqual(["my_bot: Hello there"]);
  await api.sendMessageDraft(chat.id, 7, "x");
  await clock.advance(30_000);
  expect(live()).toEqual(["my_bot: Hello there"]);

  const group = telegram.addGroup({ title: "Group", members: [anna], bots: [world.bot] });
  expect(await refusal("sendMessageDraft", { chat_id: group.id, draft_id: 1, text: "x" })).toBe(
    "Bad Request: TEXTDRAFT_PEER_INVALID",
  );
});

test("where rates are enforced, a chat takes a message a second and a group 20 a minute", async () => {
  await using world = await open();
  const { telegram, anna, bot, call, clock } = world;
  const group = telegram.addGroup({ title: "Group", members: [anna], bots: [bot] });
  telegram.enforceRates();
  const send = async (chat: object = {}) => {
    const answer = await call("sendMessage", { text: "x", ...chat });
    return answer.ok ? 0 : answer.parameters?.retry_after;
  };
  for (let count = 0; count < 5; count++) expect(await send()).toBe(0);
  expect(await send()).toBe(1);
  await clock.advance(1000);
  expect([await send(), await send()]).toEqual([0, 1]);
  for (let count = 0; count < 20; count++) expect(await send({ chat_id: group.id })).toBe(0);
  expect(await send({ chat_id: group.id })).toBe(3);
  expect(await call("sendChatAction", { chat_id: group.id, action: "typing" })).toMatchObject({ ok: true });
});

test("what the Bot API does not have is refused, and fails whoever closes the server", async () => {
  const world = await open();
  expect(await world.refusal("sendMesage", { text: "x" })).toBe("Not Found: method not found");
  expect(await world.refusal("sendMessage", { txt: "x", text: "y" })).toBe(
    "Bad Request: sendMessage has no field txt",
  );
  expect(world.chat.posts).toEqual([]);
  await expect(world[Symbol.asyncDispose]()).rejects.toThrow(
    "unknown method sendMesage; sendMessage has no field txt",
  );
});
