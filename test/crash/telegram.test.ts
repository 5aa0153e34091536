import { setDefaultTimeout } from "bun:test";
import { startTelegram } from "../emulators/telegram/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { type CrashStage, crashTable, PACE } from "./chat-table.ts";
import { freePort } from "./free-port.ts";

setDefaultTimeout(60_000);

crashTable({ ways: ["polling", "a webhook"], open: openStage, dropsCopies: false });

async function openStage(way: string, more: object = {}): Promise<CrashStage> {
  const telegram = await startTelegram();
  const bot = telegram.addBot({ username: "pi_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const port = freePort();
  const webhookUrl = `http://127.0.0.1:${port}/telegram/hook`;
  const channel = { botToken: bot.token, apiRoot: telegram.url, dmPolicy: "open", ...more };
  const gateway = new GatewayProcess({
    env: PACE,
    config: {
      gateway: { port: way === "polling" ? 0 : port },
      channels: {
        telegram: way === "polling" ? channel : { ...channel, webhookUrl, webhookSecret: "secret" },
      },
    },
  });
  const room = anna.dm(bot);
  const chatOf = (person: typeof anna, place: typeof room) => ({
    say: (text: string) => void person.say(place, text),
    lines: () => telegram.transcript(place),
  });
  return {
    gateway,
    ...chatOf(anna, room),
    counts: () => ({
      all: room.posts.length,
      deleted: room.posts.filter(({ isDeleted }) => isDeleted).length,
    }),
    newChat(name) {
      const person = telegram.addPerson({ firstName: name });
      return chatOf(person, person.dm(bot));
    },
    until: (find, what) => telegram.until(find, what),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await telegram[Symbol.asyncDispose]();
    },
  };
}
