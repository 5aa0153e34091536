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

async function copyBack(message, { url }) {
  const words = await (await fetch(url)).text();
  const file = { attachment: Buffer.from(words), name: "copy.txt" };
  await message.channel.send({ content: `${words}, ${words.length}`, files: [file] });
}

async function answerPing(interaction) {
  await interaction.reply({ content: "pong", flags: MessageFlags.Ephemeral });
  tell(await interaction.followUp("again"));
}

client.on(Events.MessageCreate, (message) => {
  if (message.author.bot) return;
  const attachment = message.attachments.first();
  void (attachment ? copyBack(message, attachment) : answers[message.content]?.(message));
});
client.on(Events.MessageReactionAdd, ({ message }, user) => {
  if (user.id !== client.user.id) void message.channel.send("thanks");
});
client.on(Events.InteractionCreate, (interaction) => {
  if (!interaction.isButton()) void answerPing(interaction);
  else void interaction.update({ content: `You said ${interaction.customId}`, components: [] });
});
client.once(Events.ClientReady, () => {
  void client.application.commands.set([{ name: "ping", description: "Says pong" }]);
});

process.stdin.resume().once("end", () => void client.destroy().then(() => process.exit(0)));
await client.login(token);
console.log("connected");
