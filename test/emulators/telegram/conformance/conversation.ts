import { expect } from "bun:test";
import { startTelegram, type BotAccount, type TelegramServer } from "../index.ts";

/** What a client has to do with the stand-in, whoever wrote it; resolves to how to end it. */
export type StartClient = (telegram: TelegramServer, bot: BotAccount) => Promise<() => Promise<void>>;

/**
 * Talks with a bot that knows three things. To `hello` it answers `hi`, and edits that to `hi, <first name>`. A file
 * comes back as `copy.txt`, with `<its words>, <their length>` as the caption. To `buttons` it asks `Tea?` with the
 * buttons Yes and No; one that is pressed is answered with the notice `noted`, and the question becomes `You said <data>`.
 */
export async function converse(start: StartClient): Promise<void> {
  await using telegram = await startTelegram();
  const bot = telegram.addBot({ username: "conform_bot", name: "Bot" });
  const stop = await start(telegram, bot);
  try {
    await talk(telegram, bot);
  } catch (error) {
    const said = await stop().catch(String);
    throw new Error(`${String(error)}\nThe client: ${said ?? "nothing"}`, { cause: error });
  }
  await stop();
}

async function talk(telegram: TelegramServer, bot: BotAccount): Promise<void> {
  const anna = telegram.addPerson({ firstName: "Anna", username: "anna" });
  const chat = anna.dm(bot);
  anna.say(chat, "hello");
  await telegram.untilTranscript(chat, ["Anna: hello", "Bot: hi, Anna"]);
  expect(chat.last(bot)?.earlier).toEqual(["hi"]);

  const bytes = new TextEncoder().encode("some words");
  anna.upload(chat, "document", { name: "words.txt", bytes });
  const copy = await telegram.until(() => chat.last(bot)?.message.document && chat.last(bot), "the copy");
  expect(copy.message.caption).toBe("some words, 10");
  const stored = telegram.world.files.byId(copy.message.document?.file_id ?? "");
  expect([stored?.name, new TextDecoder().decode(stored?.bytes)]).toEqual(["copy.txt", "some words"]);

  anna.say(chat, "buttons");
  const question = await telegram.until(
    () => chat.last(bot)?.message.reply_markup && chat.last(bot),
    "the question",
  );
  const query = anna.press(question, "Yes");
  await telegram.until(() => telegram.world.queries.get(query)?.notice === "noted", "the notice");
  await telegram.untilTranscript(chat, [
    "Anna: hello",
    "Bot: hi, Anna",
    "Anna: (document words.txt)",
    "Bot: (document copy.txt) some words, 10",
    "Anna: buttons",
    "Bot: You said yes",
  ]);
}
