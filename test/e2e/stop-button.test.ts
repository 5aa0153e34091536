import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { startDiscord } from "../emulators/discord/index.ts";
import { startFeishu } from "../emulators/feishu/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

/** Slow enough for somebody to change their mind. */
const PACE = { PI_GATEWAY_DEMO_PACE_MS: "40" };
const BUTTON = "⏹ Stop";
const SHOWN = `[${BUTTON}]`;

/** Anna's chat with a bot on some platform. */
interface Stage extends AsyncDisposable {
  say(text: string): void;
  lines(): string[];
  /** Presses the button below the bot's last message. */
  press(): void;
  until(find: () => boolean, what: string): Promise<unknown>;
}

async function onDiscord(more: object): Promise<Stage> {
  const discord = await startDiscord();
  const bot = discord.addBot({ username: "pi_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const section = { token: bot.token, apiRoot: discord.url, dmPolicy: "open" };
  const gateway = new GatewayProcess({ env: PACE, config: { ...more, channels: { discord: section } } });
  await gateway.start();
  await discord.untilReady(bot);
  const room = anna.dm(bot);
  return {
    say: (text) => void anna.say(room, text),
    lines: () => discord.transcript(room),
    press: () => void anna.press(room.last(bot)!, BUTTON),
    until: (find, what) => discord.until(find, what),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await discord[Symbol.asyncDispose]();
    },
  };
}

async function onFeishu(more: object): Promise<Stage> {
  const feishu = await startFeishu();
  const app = feishu.addApp({ name: "pi_bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const { appId, appSecret } = app;
  const section = { appId, appSecret, domain: feishu.url, dmPolicy: "open" };
  const gateway = new GatewayProcess({ env: PACE, config: { ...more, channels: { feishu: section } } });
  await gateway.start();
  await feishu.untilConnected(app);
  const room = anna.dm(app);
  return {
    say: (text) => void anna.say(room, text),
    lines: () => feishu.transcript(room),
    press: () => void anna.press(room.last(app)!, BUTTON),
    until: (find, what) => feishu.until(find, what),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await feishu[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  ["Discord", onDiscord],
  ["Feishu", onFeishu],
] as const)("an answer that grows on %s", (_, open) => {
  test("can be stopped by the button below it, which is gone then; what was said stays and is marked", async () => {
    await using stage = await open({});
    stage.say("Is anybody there?");
    await stage.until(() => stage.lines().at(-1)?.includes(SHOWN) ?? false, "a button");
    stage.press();
    await stage.until(() => stage.lines()[1]?.includes("Stopped.") ?? false, "the end of the answer");
    await stage.until(() => !stage.lines().join().includes(SHOWN), "no button");
    expect(stage.lines()[1]).not.toContain("I can also show you a tool at work");
  });

  test("is stopped once by somebody who presses twice, and what is asked then is answered", async () => {
    await using stage = await open({});
    stage.say("Is anybody there?");
    await stage.until(() => stage.lines().at(-1)?.includes(SHOWN) ?? false, "a button");
    stage.press();
    stage.press();
    await stage.until(() => stage.lines()[1]?.includes("Stopped.") ?? false, "the end of the answer");
    stage.say("say hi");
    const isAnswered = (line: string) => line.includes("I can also show you a tool at work");
    await stage.until(() => stage.lines().some(isAnswered), "the next answer");
    await stage.until(() => !stage.lines().join().includes(SHOWN), "no button");
    expect(stage.lines().filter((line) => line.includes("stopped"))).toHaveLength(1);
    expect(stage.lines().join()).not.toContain("nothing to stop");
  });

  test("loses the button when it is whole", async () => {
    await using stage = await open({});
    stage.say("say hi");
    await stage.until(() => stage.lines().at(-1)?.includes(SHOWN) ?? false, "a button");
    const isWhole = (line = "") =>
      line.includes("I can also show you a tool at work") && !line.includes(SHOWN);
    await stage.until(() => isWhole(stage.lines()[1]), "the whole answer without a button");
    expect(stage.lines()).toHaveLength(2);
  });

  test("has no button where nobody has the command", async () => {
    await using stage = await open({ commands: { disabled: ["stop"] } });
    stage.say("say hi");
    let seen = "";
    await stage.until(() => {
      seen += stage.lines().slice(1).join("\n");
      return stage.lines()[1]?.includes("I can also show you a tool at work") ?? false;
    }, "the whole answer");
    expect(seen).not.toContain("[");
  });
});
