import { startTelegram } from "../../test/emulators/telegram/index.ts";
import type { Room } from "../../test/emulators/telegram/index.ts";
import type { ChatPlatform, Mode, PlatformUnderBench } from "../chat-place.ts";

const WRITES = /^(sendMessage|editMessageText)/;

/** Telegram, in private chats. */
export const telegram: PlatformUnderBench = { name: "Telegram", modes: ["partial", "draft"], open };

async function open(streamingMode: Mode): Promise<ChatPlatform> {
  const server = await startTelegram();
  const bot = server.addBot({ username: "bench_bot" });
  return {
    channels: {
      telegram: { botToken: bot.token, apiRoot: server.url, dmPolicy: "open", streamingMode },
    },
    onChange: (look) => server.world.onChange(look),
    newChat(name) {
      const person = server.addPerson({ firstName: name });
      const room = person.dm(bot);
      return {
        say: (text) => void person.say(room, text),
        answered: () => answeredIn(room),
        read: () => [answeredIn(room), ...Array.from(room.drafts.values(), ({ text }) => text)].join(""),
        calls: () => server.calls.of({ chat: room.id }).filter(({ method }) => WRITES.test(method)).length,
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const answeredIn = ({ posts }: Room) =>
  posts
    .slice(1)
    .map(({ message }) => message.text ?? "")
    .join(" ");
