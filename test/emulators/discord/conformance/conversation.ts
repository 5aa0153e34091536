import { expect } from "bun:test";
import { startDiscord, type BotAccount, type DiscordServer } from "../index.ts";

/** What a client has to do with the stand-in, whoever wrote it; resolves to how to end it. */
export type StartClient = (discord: DiscordServer, bot: BotAccount) => Promise<() => Promise<void>>;

/**
 * Talks with a bot that knows these things. To `hello` it shows that it types, answers `hi` as a reply, edits that to
 * `hi, <user name>`, and puts 👍 under what was said. A file comes back as `copy.txt`, with `<its words>, <their length>`. To
 * `buttons` it asks `Tea?` with the buttons Yes and No; when one is pressed the question becomes `You said <custom id>`. To
 * `thread` it opens the thread `Talk` from the message and says `here` in it. The command `/ping` is answered with `pong`,
 * for that person alone, and with `again` for everybody. To `bye` it deletes its last message. A reaction 🎉 that somebody
 * adds is answered with `thanks`. It writes `back` after it was connected anew.
 */
export async function converse(start: StartClient): Promise<void> {
  await using discord = await startDiscord();
  const bot = discord.addBot({ username: "conform_bot", name: "Bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({ name: "Club", members: [anna], bots: [bot] });
  const stop = await start(discord, bot);
  try {
    await discord.untilReady(bot);
    await discord.until(() => bot.commandWrites > 0, "the commands");
    await talk(discord, bot, anna, guild.channel("general"));
  } catch (error) {
    const said = await stop().catch(String);
    throw new Error(`${String(error)}\nThe client: ${said ?? "nothing"}`, { cause: error });
  }
  await stop();
}

type Person = ReturnType<DiscordServer["addPerson"]>;
type Room = ReturnType<Person["dm"]>;

async function talk(discord: DiscordServer, bot: BotAccount, anna: Person, chat: Room): Promise<void> {
  anna.say(chat, "hello");
  const greeting = ["Anna: hello {👍}", "Bot: hi, anna"];
  await discord.untilTranscript(chat, greeting);
  expect(chat.last(bot)?.earlier).toEqual(["hi"]);
  expect(chat.last(bot)?.replyTo?.message.content).toBe("hello");
  expect(discord.calls.of({ method: "triggerTyping", chat: chat.id })).not.toEqual([]);

  const bytes = new TextEncoder().encode("some words");
  anna.upload(chat, { name: "words.txt", bytes });
  const lines = [...greeting, "Anna: (file words.txt)", "Bot: some words, 10 (file copy.txt)"];
  await discord.untilTranscript(chat, lines);
  const copy = chat.last(bot)?.message.attachments[0];
  const link = copy && discord.world.files.link(copy, discord.clock.now());
  expect(await (await fetch(link?.url ?? "")).text()).toBe("some words");

  anna.say(chat, "buttons");
  await discord.untilTranscript(chat, [...lines, "Anna: buttons", "Bot: Tea? [Yes] [No]"]);
  const question = chat.last(bot);
  if (question) anna.press(question, "Yes");
  lines.push("Anna: buttons", "Bot: You said yes");
  await discord.untilTranscript(chat, lines);

  const opener = anna.say(chat, "thread");
  lines.push("Anna: thread");
  await discord.until(() => opener.thread?.last(bot), "the thread");
  expect(discord.transcript(chat)).toEqual(lines);
  if (opener.thread)
    expect([opener.thread.name, ...discord.transcript(opener.thread)]).toEqual(["Talk", "Bot: here"]);

  anna.slash(chat, bot, "ping");
  await discord.untilTranscript(chat, [...lines, "Bot: (only Anna) pong", "Bot: again"]);
  anna.say(chat, "bye");
  lines.push("Bot: (only Anna) pong", "Anna: bye");
  await discord.untilTranscript(chat, lines);

  anna.react(opener, "🎉");
  lines[lines.indexOf("Anna: thread")] = "Anna: thread {🎉}";
  await discord.untilTranscript(chat, [...lines, "Bot: thanks"]);
  const direct = anna.dm(bot);
  anna.say(direct, "hello");
  await discord.untilTranscript(direct, greeting);

  discord.gateway.close(4000);
  anna.say(chat, "still there?");
  await discord.untilTranscript(chat, [...lines, "Bot: thanks", "Anna: still there?", "Bot: back"]);
  expect(discord.gateway.resumeCount).toBe(1);
}
