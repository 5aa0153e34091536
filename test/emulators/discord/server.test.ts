import { expect, test } from "bun:test";
import { Client, Events, GatewayIntentBits, Partials, type Message } from "discord.js";
import { startDiscord } from "./index.ts";

test("what a person writes reaches the bot, and what the bot answers and edits is what the person sees", async () => {
  await using discord = await startDiscord();
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({ name: "Club", members: [anna], bots: [bot] });
  const chat = guild.channel("general");
  const intents = [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.MessageContent,
    GatewayIntentBits.DirectMessages,
  ];
  const client = new Client({
    intents,
    partials: [Partials.Channel],
    rest: { api: discord.url, version: "10" },
  });
  const answer = async (message: Message) => {
    const sent = await message.reply("hi");
    await sent.edit(`hi, ${message.author.displayName}`);
    await message.react("👍");
  };
  client.on(Events.MessageCreate, (message) => {
    if (!message.author.bot) void answer(message);
  });
  try {
    await client.login(bot.token);
    await discord.untilReady(bot);
    anna.mention(chat, bot, "hello");
    await discord.untilTranscript(chat, ["Anna: @my_bot hello {👍}", "my_bot: hi, Anna"]);
    const direct = anna.dm(bot);
    anna.say(direct, "psst");
    await discord.untilTranscript(direct, ["Anna: psst {👍}", "my_bot: hi, Anna"]);
    expect(discord.transcript(direct, { hasMarks: true })[1]).toBe("my_bot: (re “psst”) hi, Anna (edited)");
  } finally {
    await client.destroy();
  }
});
