import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { connectPlugins } from "../../../../src/assembly/connect-plugins.ts";
import { builtinPlugins } from "../../../../src/plugins/builtin/index.ts";
import { telegramSchema } from "../../../../src/plugins/builtin/telegram/config.ts";
import telegram from "../../../../src/plugins/builtin/telegram/index.ts";
import { ChannelIntake } from "../../../../src/plugins/channel-intake.ts";
import { HookRegistry } from "../../../../src/plugins/hooks.ts";
import { PluginRegistry } from "../../../../src/plugins/registry.ts";
import { configs } from "../../../core/config-of.ts";
import { openDoors } from "../../../http/open-doors.ts";
import { rawRequest } from "../../../http/raw-request.ts";
import { TelegramWorld } from "./telegram-world.ts";

const { load } = configs();

/** The channels of a section, set up as the gateway does it. */
async function setUp(world: TelegramWorld, given: object) {
  const { log } = world.host;
  const registry = new PluginRegistry(new HookRegistry(() => 1000, log), { log });
  const options = telegramSchema.parse({ apiRoot: world.telegram.url, ...given });
  const plugin = registry.open({ name: "telegram", config: load({}).config, options, log });
  await telegram(plugin.api);
  return { registry, plugin };
}

test("each account is a channel of its own", async () => {
  await using world = await TelegramWorld.open();
  const other = world.telegram.addBot({ username: "work_bot" });
  const { registry } = await setUp(world, {
    botToken: world.bot.token,
    accounts: { work: { botToken: other.token }, off: { botToken: "1:x", enabled: false } },
  });
  expect(registry.channels.map(({ name, account }) => [name, account])).toEqual([
    ["telegram", "default"],
    ["telegram", "work"],
  ]);
  const signal = new AbortController().signal;
  expect(await Promise.all(registry.channels.map((channel) => channel.probe?.(signal)))).toEqual([
    "@my_bot",
    "@work_bot",
  ]);
});

test("a token may stand in a file", async () => {
  await using world = await TelegramWorld.open();
  const tokenFile = join(world.host.mediaDir, "token");
  await writeFile(tokenFile, `${world.bot.token}\n`);
  const { registry } = await setUp(world, { tokenFile });
  expect(await registry.channels[0]?.probe?.(new AbortController().signal)).toBe("@my_bot");
});

describe("an account without a token", () => {
  test("is one warning and a finding, and the others run", async () => {
    await using world = await TelegramWorld.open();
    const { registry } = await setUp(world, {
      botToken: world.bot.token,
      accounts: { work: {}, more: { tokenFile: "/no/such/file" } },
    });
    expect(world.host.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { channel: "telegram/work", problem: "it has no token" },
      { channel: "telegram/more", problem: "its token file /no/such/file does not exist" },
    ]);
    const [works, work] = registry.channels;
    expect(await works?.probe?.(new AbortController().signal)).toBe("@my_bot");
    expect(await work?.findings?.()).toEqual([
      {
        level: "warning",
        subject: "telegram/work",
        text: "does not run: it has no token",
        fix: "Set channels.telegram.accounts.work.botToken, or tokenFile beside it.",
      },
    ]);
  });

  test("says why nothing can be sent, and how it is", async () => {
    await using world = await TelegramWorld.open();
    const [channel] = (await setUp(world, {})).registry.channels;
    await channel?.start(world.host);
    const to = { channel: "telegram", account: "default", scope: "dm", chat: "1" } as const;
    const options = { nonce: "n", style: "rich", signal: new AbortController().signal } as const;
    const sent = channel?.send(to, { kind: "text", markdown: "x" }, options);
    expect(await sent?.catch((error: unknown) => error)).toMatchObject({ code: "unauthorized" });
    expect(channel?.status?.()).toMatchObject({ state: "failed", lastError: "it has no token" });
    await channel?.stop();
  });
});

describe("where Telegram calls", () => {
  test("the host of webhookUrl is taken for that one path, and goes with the account", async () => {
    await using world = await TelegramWorld.open();
    const { registry, plugin } = await setUp(world, {
      botToken: world.bot.token,
      webhookUrl: "https://bots.example.com/telegram/hook",
      webhookSecret: "secret",
    });
    await using doors = await openDoors();
    const channels = new ChannelIntake(() => registry.channels, world.host);
    connectPlugins(registry, { ...doors, channels });
    const ask = async (path: string, host: string) => {
      const body = "{}";
      const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
      return Number((await rawRequest(doors.port, head + body)).split(" ")[1]);
    };
    // Nobody listens yet: Telegram is to come again.
    expect(await ask("/telegram/hook", "bots.example.com")).toBe(503);
    expect(await ask("/telegram/hook", "else.example.com")).toBe(403);
    expect(await ask("/health", "bots.example.com")).toBe(403);
    await plugin.dispose();
    expect(await ask("/telegram/hook", "localhost")).toBe(404);
  });

  test("may be another path here than there", async () => {
    await using world = await TelegramWorld.open();
    const { registry } = await setUp(world, {
      botToken: world.bot.token,
      webhookUrl: "https://bots.example.com/outside",
      webhookPath: "/inside",
    });
    expect(registry.routes.values.map(({ path, options }) => [path, options.auth])).toEqual([
      ["/inside", "none"],
    ]);
  });
});

test("Telegram is on where its section is, unless that says no", () => {
  const plugin = builtinPlugins.find(({ name }) => name === "telegram");
  const isEnabled = (channels: object) => plugin?.isEnabled(load({ channels }).config.channels["telegram"]);
  expect(isEnabled({})).toBe(false);
  expect(isEnabled({ telegram: {} })).toBe(true);
  expect(isEnabled({ telegram: { enabled: false } })).toBe(false);
});

test("whoever has no bot does not load what it takes to speak to Telegram", async () => {
  const builtin = resolve(import.meta.dir, "../../../../src/plugins/builtin");
  const code = `
    await import(${JSON.stringify(join(builtin, "index.ts"))});
    const isLoaded = () => Object.keys(require.cache).some((path) => path.includes("grammy"));
    const before = isLoaded();
    await import(${JSON.stringify(join(builtin, "telegram/accounts.ts"))});
    console.log(JSON.stringify([before, isLoaded()]));`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
  expect(JSON.parse(await new Response(child.stdout).text())).toEqual([false, true]);
});
