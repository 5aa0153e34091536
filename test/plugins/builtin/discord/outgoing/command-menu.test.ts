import { expect, test } from "bun:test";
import { stateOf } from "../../../../fakes/state-of.ts";
import { outgoingWorld } from "./outgoing-world.ts";

type Bot = Awaited<ReturnType<typeof outgoingWorld>>["bot"];

/** The commands of a bot as Discord keeps them, by their names. */
const commandsOf = (bot: Bot) =>
  new Map([...bot.commands.values()].flat().map((command) => [command.name, command]));

const help = { name: "help", summary: "What there is" };

test("people are offered the commands everywhere, whatever stood there before", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat } = world;
  await out.setCommands([{ name: "old", summary: "Old" }]);
  await out.setCommands([help, { name: "new", summary: "Begin\n  anew", parameters: "[message]" }]);
  expect(anna.commands(chat, bot)).toEqual(["/help What there is", "/new Begin anew"]);
  expect(anna.commands(anna.dm(bot), bot)).toHaveLength(2);
});

test("what stands behind a command is its text, where it takes any", async () => {
  await using world = await outgoingWorld();
  const { out, bot } = world;
  await out.setCommands([help, { name: "model", summary: "Choose", parameters: "[model]" }]);
  expect(commandsOf(bot).get("help")?.options).toBeEmpty();
  expect(commandsOf(bot).get("model")?.options).toMatchObject([
    { type: 3, name: "text", description: "[model]", required: false },
  ]);
  expect(bot.commandWrites).toBe(1);
});

test("what is shown already is left alone, after a restart too, and nothing is offered when there is nothing", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat } = world;
  const menu = [
    { name: "model", summary: "Choose", parameters: "[model]", translations: { en: "Choose", zh: "选择" } },
    help,
  ];
  await out.setCommands(menu);
  await out.setCommands(menu.toReversed());
  await world.make().setCommands(menu);
  expect(bot.commandWrites).toBe(1);
  await out.setCommands([help, { ...menu[0]!, translations: { en: "Choose", zh: "挑选" } }]);
  expect(bot.commandWrites).toBe(2);
  await out.setCommands([]);
  expect(anna.commands(chat, bot)).toEqual([]);
});

test("where Discord does not tell what is shown, what was shown last is not written again", async () => {
  await using world = await outgoingWorld();
  const { bot, discord } = world;
  const values = new Map<string, string>();
  const one = world.make();
  one.attach(stateOf(values));
  await one.setCommands([help]);
  discord.faults.add({ kind: "5xx", match: { method: "getGlobalCommands" }, times: 2 });
  const other = world.make();
  other.attach(stateOf(values));
  await other.setCommands([help]);
  expect(bot.commandWrites).toBe(1);
  await other.setCommands([help, { name: "new", summary: "Begin" }]);
  expect(bot.commandWrites).toBe(2);
});

test("everybody reads the menu in their own language, where there are words in it", async () => {
  await using world = await outgoingWorld();
  const { out, bot } = world;
  const translations = { en: "What there is", zh: "有什么", xx: "?" };
  await out.setCommands([
    { ...help, translations },
    { name: "mine", summary: "Mine" },
  ]);
  expect(commandsOf(bot).get("help")).toMatchObject({
    description: "What there is",
    description_localizations: {
      "zh-CN": "有什么",
      "zh-TW": "有什么",
      "en-US": "What there is",
      "en-GB": "What there is",
    },
  });
  expect(Object.keys(commandsOf(bot).get("help")?.description_localizations ?? {})).toHaveLength(4);
  expect(commandsOf(bot).get("mine")?.description_localizations ?? {}).toEqual({});
});

test("Discord's names are small and have few signs: what is picked there leads back to the gateway's own", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat } = world;
  const named = (name: string) => ({ name, summary: `${name}!` });
  await out.setCommands([
    named("My-Skill"),
    named("skill:a"),
    named("skill-a"),
    named("天气"),
    named("x".repeat(33)),
  ]);
  expect(anna.commands(chat, bot).toSorted()).toEqual([
    "/my-skill My-Skill!",
    "/skill-a skill-a!",
    "/天气 天气!",
  ]);
  expect(out.commandNameOf("my-skill")).toBe("My-Skill");
  expect(out.commandNameOf("skill-a")).toBe("skill-a");
  expect(out.commandNameOf("unknown")).toBe("unknown");
});

test("commands that are not shown work all the same", async () => {
  await using world = await outgoingWorld();
  await world.out.setCommands([{ name: "My-Skill", summary: "Mine" }], false);
  expect(world.bot.commandWrites).toBe(0);
  expect(world.out.commandNameOf("my-skill")).toBe("My-Skill");
});

test("a hundred are offered, with descriptions as long as Discord takes them", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat } = world;
  const many = Array.from({ length: 120 }, (_, at) => ({ name: `c${at}`, summary: "x".repeat(300) }));
  await out.setCommands([{ name: "bare", summary: " " }, ...many]);
  const shown = anna.commands(chat, bot);
  expect(shown).toHaveLength(100);
  expect(shown).toContain("/bare bare");
  expect(shown).toContain(`/c0 ${"x".repeat(99)}…`);
});
