import { type Room, startDiscord } from "../../test/emulators/discord/index.ts";
import type { ChatPlatform, Mode, PlatformUnderBench } from "../chat-place.ts";

const WRITES = /^(createMessage|editMessage)$/;

/** Discord, in private chats. What elsewhere is a draft is `partial` there. */
export const discord: PlatformUnderBench = { name: "Discord", modes: ["partial"], open };

async function open(streamingMode: Mode): Promise<ChatPlatform> {
  const server = await startDiscord();
  const bot = server.addBot({ username: "bench_bot" });
  return {
    channels: { discord: { token: bot.token, apiRoot: server.url, dmPolicy: "open", streamingMode } },
    onChange: (look) => server.world.onChange(look),
    newChat(name) {
      const person = server.addPerson({ name });
      const room = person.dm(bot);
      return {
        say: (text) => void person.say(room, text),
        answered: () => answeredIn(room),
        read: () => answeredIn(room),
        calls: () => server.calls.of({ chat: room.id }).filter(({ method }) => WRITES.test(method)).length,
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const answeredIn = ({ posts }: Room) =>
  posts
    .slice(1)
    .map(({ message }) => message.content)
    .join(" ");
