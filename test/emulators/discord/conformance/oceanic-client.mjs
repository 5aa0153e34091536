// The bot of conversation.ts over oceanic.js, until its standard input ends.
import { ApplicationCommandTypes, ButtonStyles, Client, ComponentTypes, MessageFlags } from "oceanic.js";

const [api, token] = process.argv.slice(2);
const client = new Client({
  auth: `Bot ${token}`,
  rest: { baseURL: `${api}/v10` },
  gateway: {
    compress: process.argv[4] === "compressed" ? "zlib-stream" : false,
    intents: ["GUILDS", "GUILD_MESSAGES", "GUILD_MESSAGE_REACTIONS", "DIRECT_MESSAGES", "MESSAGE_CONTENT"],
  },
});
const { channels } = client.rest;
let tell;
const last = new Promise((resolve) => (tell = resolve));

const answers = {
  async hello({ channelID, id, author }) {
    await channels.sendTyping(channelID);
    const sent = await channels.createMessage(channelID, {
      content: "hi",
      messageReference: { messageID: id },
    });
    await channels.editMessage(channelID, sent.id, { content: `hi, ${author.username}` });
    await channels.createReaction(channelID, id, "👍");
  },
  async buttons({ channelID }) {
    const button = (label) => ({
      type: ComponentTypes.BUTTON,
      style: ButtonStyles.PRIMARY,
      label,
      customID: label.toLowerCase(),
    });
    const components = [{ type: ComponentTypes.ACTION_ROW, components: [button("Yes"), button("No")] }];
    await channels.createMessage(channelID, { content: "Tea?", components });
  },
  async thread({ channelID, id }) {
    const thread = await channels.startThreadFromMessage(channelID, id, { name: "Talk" });
    await channels.createMessage(thread.id, { content: "here" });
  },
  bye: async ({ channelID }) => channels.deleteMessage(channelID, await last),
  "still there?": ({ channelID }) => channels.createMessage(channelID, { content: "back" }),
};

async function copyBack({ channelID }, { url }) {
  const words = await (await fetch(url)).text();
  const files = [{ name: "copy.txt", contents: Buffer.from(words) }];
  await channels.createMessage(channelID, { content: `${words}, ${words.length}`, files });
}

async function answerPing(interaction) {
  await interaction.createMessage({ content: "pong", flags: MessageFlags.EPHEMERAL });
  const followUp = await interaction.createFollowup({ content: "again" });
  tell((followUp.message ?? (await followUp.getMessage())).id);
}

client.on("messageCreate", (message) => {
  if (message.author.bot) return;
  const attachment = message.attachments.first();
  void (attachment ? copyBack(message, attachment) : answers[message.content]?.(message));
});
client.on("messageReactionAdd", ({ channelID, channel }, { id }) => {
  if (id !== client.user.id) void channels.createMessage(channelID ?? channel.id, { content: "thanks" });
});
client.on("interactionCreate", (interaction) => {
  if (!interaction.isComponentInteraction()) void answerPing(interaction);
  else void interaction.editParent({ content: `You said ${interaction.data.customID}`, components: [] });
});
client.once("ready", () => {
  const ping = { type: ApplicationCommandTypes.CHAT_INPUT, name: "ping", description: "Says pong" };
  void client.application.bulkEditGlobalCommands([ping]);
});
client.on("error", (error) => console.error(error));

process.stdin.resume().once("end", () => {
  client.disconnect(false);
  process.exit(0);
});
await client.connect();
console.log("connected");
