// The bot of conversation.ts over discord.js, until its standard input ends.
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  Events,
  GatewayIntentBits as Intents,
  MessageFlags,
  Partials,
} from "discord.js";

const [api, token] = process.argv.slice(2);
const client = new Client({
  intents: [
    Intents.Guilds,
    Intents.GuildMessages,
    Intents.GuildMessageReactions,
    Intents.DirectMessages,
    Intents.MessageContent,
  ],
  partials: [Partials.Channel, Partials.Message, Partials.Reaction],
  rest: { api, version: "10" },
});
let tell;
const last = new Promise((resolve) => (tell = resolve));

const answers = {
  async hello(message) {
    await message.channel.sendTyping();
    const sent = await message.reply("hi");
    await sent.edit(`hi, ${message.author.username}`);
    await message.react("👍");
  },
  async buttons(message) {
    const button = (label) =>
      new ButtonBuilder().setLabel(label).setCustomId(label.toLowerCase()).setStyle(ButtonStyle.Primary);
    const row = new ActionRowBuilder().addComponents(button("Yes"), button("No"));
    await message.channel.send({ content: "Tea?", components: [row] });
  },
  async thread(message) {
    const thread = await message.startThread({ name: "Talk" });
    await thread.send("here");
  },
  bye: async () => (await last).delete(),
  "still there?": (message) => message.channel.send("back"),
};

client.on(Events.MessageCreate, async (message) => {
  if (message.author.bot) return;
  const attachment = message.attachments.first();
  if (!attachment) return answers[message.content]?.(message);
  const words = await (await fetch(attachment.url)).text();
  const file = { attachment: Buffer.from(words), name: "copy.txt" };
  await message.channel.send({ content: `${words}, ${words.length}`, files: [file] });
});
client.on(Events.MessageReactionAdd, async (reaction, user) => {
  if (user.id !== client.user.id) await reaction.message.channel.send("thanks");
});
client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isButton())
    return interaction.update({ content: `You said ${interaction.customId}`, components: [] });
  await interaction.reply({ content: "pong", flags: MessageFlags.Ephemeral });
  tell(await interaction.followUp("again"));
});
client.once(Events.ClientReady, async () => {
  await client.application.commands.set([{ name: "ping", description: "Says pong" }]);
});

process.stdin.resume().once("end", () => void client.destroy().then(() => process.exit(0)));
await client.login(token);
console.log("connected");
