// Runs the stand-in of Discord whose module it is given, until its standard input ends. It says where it is in a first
// line; then each line that comes, `[what, details]`, is done, and answered with a line.
import { createInterface } from "node:readline";

const { DigitalDiscord } = await import(process.argv[2]);
const GUILD_TEXT = 0;
const twin = new DigitalDiscord({
  guild: { name: "Club" },
  channels: ["general", "plans"].map((name) => ({ name, type: GUILD_TEXT })),
  users: [{ username: "anna" }],
  botUser: { username: "my_bot" },
  botToken: "twin-token",
});
await twin.start();

const { prisma, guildId, botUserId: bot, botToken: token, restUrl: url } = twin;
const anna = await twin.getFirstNonBotUserId();
const rooms = Object.fromEntries((await prisma.channel.findMany()).map(({ name, id }) => [name, id]));
const asAnna = ({ chat }) => twin.channel(chat).user(anna);

const deeds = {
  say: (at) => asAnna(at).sendMessage({ content: at.content }),
  press: async (at) => acknowledged(at, await asAnna(at).clickButton(at)),
  choose: async (at) => acknowledged(at, await asAnna(at).runSlashCommand(at)),
  messages: ({ chat }) => twin.channel(chat).getMessages(),
  threads: ({ chat }) => twin.channel(chat).getThreads(),
  typing: ({ chat }) => twin.getTypingEvents({ channelId: chat }),
  reactions: ({ messageId }) => prisma.reaction.findMany({ where: { messageId } }),
  commands: () => prisma.applicationCommand.findMany({ orderBy: { name: "asc" } }),
};

async function acknowledged({ chat }, { id }) {
  return twin.channel(chat).waitForInteractionAck({ interactionId: id });
}

function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

tell({ url, token, bot, anna, guild: guildId, rooms });
for await (const line of createInterface({ input: process.stdin })) {
  const [what, details] = JSON.parse(line);
  try {
    tell({ done: await deeds[what](details) });
  } catch (error) {
    tell({ error: String(error) });
  }
}
await twin.stop();
// Its database keeps the process.
process.exit(0);
