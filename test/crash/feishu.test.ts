import { setDefaultTimeout } from "bun:test";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import { startFeishu } from "../emulators/feishu/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { type CrashStage, crashTable, PACE } from "./chat-table.ts";
import { freePort } from "./free-port.ts";

setDefaultTimeout(120_000);

crashTable({ ways: ["the long connection", "a webhook"], open: openStage, dropsCopies: true });

const SECRETS = { verificationToken: "a-token", encryptKey: "a-key" };

/** Feishu's own time, in which what was not taken comes again after one, two, four and eight seconds, not after hours. */
const pauses = new Map([
  [15_000, 1000],
  [300_000, 2000],
  [3_600_000, 4000],
  [21_600_000, 8000],
]);
const clock: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(pauses.get(ms) ?? ms, signal),
};

async function openStage(way: string, more: object = {}): Promise<CrashStage> {
  const feishu = await startFeishu({ clock });
  const isWebhook = way === "a webhook";
  const port = isWebhook ? freePort() : 0;
  const webhook = { url: `http://127.0.0.1:${port}/feishu/events`, ...SECRETS };
  const app = feishu.addApp({ name: "pi_bot", ...(isWebhook ? { webhook } : {}) });
  const anna = feishu.addPerson({ name: "Anna" });
  const { appId, appSecret } = app;
  const section = { appId, appSecret, domain: feishu.url, dmPolicy: "open", ...more };
  const gateway = new GatewayProcess({
    env: PACE,
    config: {
      gateway: { port },
      channels: {
        feishu: isWebhook ? { ...section, connectionMode: "webhook", ...SECRETS } : section,
      },
    },
  });
  const room = anna.dm(app);
  const chatOf = (person: typeof anna, place: typeof room) => ({
    say: (text: string) => void person.say(place, text),
    lines: () => feishu.transcript(place),
  });
  return {
    gateway,
    ...chatOf(anna, room),
    counts: () => ({
      all: room.posts.length,
      deleted: room.posts.filter(({ recalled }) => recalled !== undefined).length,
    }),
    newChat(name) {
      const person = feishu.addPerson({ name });
      return chatOf(person, person.dm(app));
    },
    until: (find, what) => feishu.until(find, what),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await feishu[Symbol.asyncDispose]();
    },
  };
}
