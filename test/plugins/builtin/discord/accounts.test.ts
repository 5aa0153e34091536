import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { discordSchema } from "../../../../src/plugins/builtin/discord/config.ts";
import discord from "../../../../src/plugins/builtin/discord/index.ts";
import { builtinPlugins } from "../../../../src/plugins/builtin/index.ts";
import { HookRegistry } from "../../../../src/plugins/hooks.ts";
import { PluginRegistry } from "../../../../src/plugins/registry.ts";
import { configs } from "../../../core/config-of.ts";
import { DiscordWorld } from "./discord-world.ts";

const { load } = configs();

/** The channels of a section, set up as the gateway does it. */
async function setUp(world: DiscordWorld, given: object) {
  const { log } = world.host;
  const registry = new PluginRegistry(new HookRegistry(() => 1000, log), { log });
  const options = discordSchema.parse({ apiRoot: world.discord.url, ...given });
  const plugin = registry.open({ name: "discord", config: load({}).config, options, log });
  await discord(plugin.api);
  return registry.channels;
}

const names = (channels: Awaited<ReturnType<typeof setUp>>) =>
  Promise.all(channels.map((channel) => channel.probe?.(new AbortController().signal)));

test("each account is a channel of its own, and one that is switched off is none", async () => {
  await using world = await DiscordWorld.open();
  const other = world.discord.addBot({ username: "work_bot" });
  const channels = await setUp(world, {
    token: world.bot.token,
    accounts: { work: { token: other.token }, off: { token: "x", enabled: false } },
  });
  expect(channels.map(({ name, account }) => [name, account])).toEqual([
    ["discord", "default"],
    ["discord", "work"],
  ]);
  expect(await names(channels)).toEqual(["@my_bot", "@work_bot"]);
});

test("a token may stand in a file", async () => {
  await using world = await DiscordWorld.open();
  const tokenFile = join(world.host.mediaDir, "token");
  await writeFile(tokenFile, `${world.bot.token}\n`);
  expect(await names(await setUp(world, { tokenFile }))).toEqual(["@my_bot"]);
});

test("an account without a token is one warning and a finding, and the others run", async () => {
  await using world = await DiscordWorld.open();
  const channels = await setUp(world, { token: world.bot.token, accounts: { work: {} } });
  expect(await names(channels)).toEqual(["@my_bot", undefined]);
  const [, work] = channels;
  expect(work?.status?.().state).toBe("failed");
  expect(await work?.findings?.()).toMatchObject([
    {
      level: "warning",
      subject: "discord/work",
      fix: expect.stringContaining("channels.discord.accounts.work.token"),
    },
  ]);
  expect(world.host.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
});

test("the channel runs where its section is there and is not switched off", () => {
  const plugin = builtinPlugins.find(({ name }) => name === "discord");
  expect(plugin?.isEnabled(undefined)).toBe(false);
  expect(plugin?.isEnabled(discordSchema.parse({}))).toBe(true);
  expect(plugin?.isEnabled(discordSchema.parse({ enabled: false }))).toBe(false);
});

test("who has no bot on Discord does not pay for what it takes to speak to it", async () => {
  const here = (path: string) => join(import.meta.dir, "../../../..", path);
  const script = `
    await import(${JSON.stringify(here("src/server.ts"))});
    const loaded = () => Object.keys(require.cache).filter((path) => /discord\\.js|@discordjs/.test(path)).length > 0;
    const before = loaded();
    await import(${JSON.stringify(here("src/plugins/builtin/discord/accounts.ts"))});
    console.log(JSON.stringify([before, loaded()]));
  `;
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { stderr: "inherit" });
  expect(JSON.parse(stdout.toString())).toEqual([false, true]);
});
