import { setDefaultTimeout } from "bun:test";
import { startDiscord } from "../emulators/discord/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { type CrashStage, crashTable, PACE } from "./chat-table.ts";

setDefaultTimeout(120_000);

crashTable({ ways: ["Discord's gateway"], open: openStage, dropsCopies: true });

async function openStage(_way: string, more: object = {}): Promise<CrashStage> {
  const discord = await startDiscord();
  const bot = discord.addBot({ username: "pi_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const gateway = new GatewayProcess({
    env: PACE,
    config: {
      channels: { discord: { token: bot.token, apiRoot: discord.url, dmPolicy: "open", ...more } },
    },
  });
  const room = anna.dm(bot);
  const chatOf = (person: typeof anna, place: typeof room) => ({
    // Nobody writes to a bot that Discord shows as away: what is written before its first line is nobody's to fetch.
    say: (text: string) => void discord.untilReady(bot).then(() => person.say(place, text)),
    lines: () => discord.transcript(place),
  });
  return {
    gateway,
    ...chatOf(anna, room),
    counts: () => ({
      all: room.posts.length,
      deleted: room.posts.filter(({ isDeleted }) => isDeleted).length,
    }),
    newChat(name) {
      const person = discord.addPerson({ name });
      return chatOf(person, person.dm(bot));
    },
    until: (find, what) => discord.until(find, what),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await discord[Symbol.asyncDispose]();
    },
  };
}
