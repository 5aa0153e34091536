import { expect, test } from "bun:test";
import { Api } from "grammy";
import { startTelegram } from "./index.ts";

test("what a person writes reaches the bot, and what the bot answers and edits is what the person sees", async () => {
  await using telegram = await startTelegram();
  const bot = telegram.addBot({ username: "my_bot" });
  const anna = telegram.addPerson({ firstName: "Anna", language: "en" });
  const api = new Api(bot.token, { apiRoot: telegram.url });
  expect(await api.getMe()).toMatchObject({ is_bot: true, username: "my_bot" });

  const chat = anna.dm(bot);
  anna.say(chat, "/start hello");
  const [update] = await api.getUpdates({ timeout: 10 });
  expect(update?.message).toMatchObject({
    text: "/start hello",
    from: { first_name: "Anna", language_code: "en" },
    chat: { id: chat.id, type: "private" },
    entities: [{ type: "bot_command", offset: 0, length: 6 }],
  });

  await api.sendChatAction(chat.id, "typing");
  expect(telegram.transcript(chat, { isLive: true })).toEqual(["Anna: /start hello", "my_bot is typing"]);
  const answer = await api.sendMessage(chat.id, "<b>hi</b>", { parse_mode: "HTML" });
  await api.editMessageText(chat.id, answer.message_id, "hi <i>there</i>", { parse_mode: "HTML" });
  expect(telegram.transcript(chat, { isLive: true })).toEqual(["Anna: /start hello", "my_bot: hi there"]);
  expect(telegram.world.texts.map(({ text }) => text)).toEqual(["<b>hi</b>", "hi <i>there</i>"]);
});
