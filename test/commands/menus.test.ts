import { expect, test } from "bun:test";
import { CommandMenus } from "../../src/commands/menus.ts";
import { en } from "../../src/commands/words-en.ts";
import { zh } from "../../src/commands/words-zh.ts";
import type { Channel, MenuCommand } from "../../src/core/channel.ts";
import type { ListedCommand } from "../../src/core/command.ts";
import { type Logger, silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const command = (name: string): ListedCommand => ({ name, summary: `What ${name} does`, from: "gateway" });

/** A channel with a menu, as far as menus are concerned. */
function channelWithMenu(fails = 0) {
  const menus: string[][] = [];
  let failing = fails;
  const setCommands: Channel["setCommands"] = async (commands) => {
    if (failing-- > 0) throw new Error("not now");
    menus.push(commands.map(({ name }) => name));
  };
  return { menus, channel: { name: "fake", setCommands } as unknown as Channel }; // The rest is not asked for.
}

async function follow(
  channels: readonly Channel[],
  offered: () => readonly ListedCommand[],
  log: Logger = silentLogger,
) {
  const clock = new FakeClock();
  const menus = new CommandMenus({
    channels: () => channels,
    offered: async () => offered(),
    clock,
    log,
  });
  await menus.start();
  await clock.advance(0);
  const change = async () => {
    menus.wake();
    await clock.advance(1000);
  };
  return { clock, menus, change, [Symbol.asyncDispose]: () => menus.stop() };
}

test("a channel with a menu gets the commands that platforms can show, and again only when they have changed", async () => {
  let offered = [command("new"), command("skill:maps"), command("Überblick")];
  const { channel, menus } = channelWithMenu();
  await using world = await follow([channel, { name: "without" } as Channel], () => offered);
  expect(menus).toEqual([["new"]]);
  await world.change();
  await world.clock.advance(3_600_000);
  expect(menus).toEqual([["new"]]);
  offered = [...offered, command("weather")];
  await world.change();
  expect(menus).toEqual([["new"], ["new", "weather"]]);
});

test("a channel that comes later gets them, too", async () => {
  const [first, later] = [channelWithMenu(), channelWithMenu()];
  const channels = [first.channel];
  await using world = await follow(channels, () => [command("new")]);
  channels.push(later.channel);
  await world.change();
  expect([first.menus, later.menus]).toEqual([[["new"]], [["new"]]]);
});

test("a platform that refuses is asked again, later and later, and keeps no other waiting", async () => {
  const [bad, good] = [channelWithMenu(2), channelWithMenu()];
  await using world = await follow([bad.channel, good.channel], () => [command("new")]);
  expect(good.menus).toHaveLength(1);
  await world.clock.advance(6_000);
  expect(bad.menus).toHaveLength(0);
  await world.clock.advance(11_000);
  expect(bad.menus).toEqual([["new"]]);
  expect(good.menus).toHaveLength(1);
});

test("a menu that cannot be set is one warning, however long that lasts", async () => {
  const bad = channelWithMenu(Number.POSITIVE_INFINITY);
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, text) => void warnings.push(text) };
  await using world = await follow([bad.channel], () => [command("new")], log);
  await world.clock.advance(3_600_000);
  await world.change();
  expect(warnings).toHaveLength(1);
});

test("what the gateway's own commands do is there in all its languages, what others bring as they have it", async () => {
  const shown: (readonly MenuCommand[])[] = [];
  const setCommands: Channel["setCommands"] = async (commands) => void shown.push(commands);
  const channel = { name: "fake", setCommands } as unknown as Channel; // The rest is not asked for.
  const theirs: ListedCommand = { name: "stop", summary: "Halt", from: "plugin" };
  await using _world = await follow([channel], () => [command("help"), theirs]);
  expect(shown).toEqual([
    [
      {
        name: "help",
        summary: "What help does",
        translations: { en: en.summaries.help, zh: zh.summaries.help },
      },
      { name: "stop", summary: "Halt" },
    ],
  ]);
});
