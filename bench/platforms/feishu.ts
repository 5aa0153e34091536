import { startFeishu } from "../../test/emulators/feishu/index.ts";
import type { ChatPlatform, Mode, PlatformUnderBench } from "../chat-place.ts";

const WRITES = /^(im\.message\.(create|reply|update|patch)|cardkit\.)/;
const BOT = "bench_bot";

/** Feishu, in private chats. A card grows in both modes. */
export const feishu: PlatformUnderBench = { name: "Feishu", modes: ["partial"], open };

async function open(streamingMode: Mode): Promise<ChatPlatform> {
  const server = await startFeishu();
  const app = server.addApp({ name: BOT });
  const { appId, appSecret } = app;
  return {
    channels: { feishu: { appId, appSecret, domain: server.url, dmPolicy: "open", streamingMode } },
    onChange: (look) => server.onChange(look),
    newChat(name) {
      const person = server.addPerson({ name });
      const room = person.dm(app);
      const callsBefore = server.calls.all.length;
      const read = () =>
        server
          .transcript(room)
          .filter((line) => line.startsWith(`${BOT}:`))
          .map((line) => line.slice(BOT.length + 1))
          .join(" ");
      return {
        say: (text) => void person.say(room, text),
        answered: read,
        read,
        calls: () => server.calls.all.slice(callsBefore).filter(({ method }) => WRITES.test(method)).length,
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
