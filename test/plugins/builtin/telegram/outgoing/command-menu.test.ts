import { expect, test } from "bun:test";
import { outgoingWorld } from "./outgoing-world.ts";

const help = { name: "help", summary: "What there is" };

test("people are offered the commands in private chats and groups, whatever stood there before", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat, group, telegram } = world;
  bot.commands.set("all_private_chats   ", [{ command: "old", description: "Old" }]);
  await out.setCommands([help, { name: "new", summary: "Begin\n  anew" }]);
  expect(anna.commands(chat, bot)).toEqual(["/help What there is", "/new Begin anew"]);
  expect(anna.commands(group(), bot)).toEqual(["/help What there is", "/new Begin anew"]);
  expect(telegram.world.complaints).toEqual([]);
});

test("what is shown already is left alone, and nothing is offered when there is nothing", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat, telegram } = world;
  await out.setCommands([help]);
  await world.make().setCommands([help]);
  expect(telegram.calls.of({ method: "setMyCommands" })).toHaveLength(3);
  await out.setCommands([]);
  expect(anna.commands(chat, bot)).toEqual([]);
  expect(telegram.calls.of({ method: "deleteMyCommands" })).toHaveLength(3);
});

test("everybody reads the menu in their own language, where there are words in it", async () => {
  await using world = await outgoingWorld();
  const { out, bot, telegram } = world;
  const translations = { en: "What there is", zh: "有什么" };
  await out.setCommands([
    { name: "help", summary: "What there is", translations },
    { name: "mine", summary: "Mine" },
  ]);
  const menuIn = (language: string) => {
    const person = telegram.addPerson({ firstName: "P", language });
    return person.commands(person.dm(bot), bot);
  };
  expect(menuIn("zh")).toEqual(["/help 有什么", "/mine Mine"]);
  expect(menuIn("en")).toEqual(["/help What there is", "/mine Mine"]);
  expect(menuIn("fi")).toEqual(["/help What there is", "/mine Mine"]);
});

test("Telegram's names have no hyphens: what is picked there leads back to the gateway's own", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat } = world;
  const named = (name: string) => ({ name, summary: `${name}!` });
  await out.setCommands([named("my-skill"), named("a-b"), named("a_b"), named("Ünmöglich")]);
  expect(anna.commands(chat, bot)).toEqual(["/my_skill my-skill!", "/a_b a_b!"]);
  expect(out.commandNameOf("my_skill")).toBe("my-skill");
  expect(out.commandNameOf("MY_SKILL")).toBe("my-skill");
  expect(out.commandNameOf("a_b")).toBe("a_b");
  expect(out.commandNameOf("unknown_one")).toBe("unknown_one");
});

test("whoever presses Start is told what there is, unless somebody has a command of that name", async () => {
  await using world = await outgoingWorld();
  const { out } = world;
  await out.setCommands([help]);
  expect(out.commandNameOf("start")).toBe("help");
  await out.setCommands([help, { name: "start", summary: "Begin" }]);
  expect(out.commandNameOf("start")).toBe("start");
});

test("commands that are not shown work all the same", async () => {
  await using world = await outgoingWorld();
  const { out, telegram } = world;
  await out.setCommands(
    [
      { name: "my-skill", summary: "Mine" },
      { name: "start", summary: "Begin" },
    ],
    false,
  );
  expect(telegram.calls.of({ method: "setMyCommands" })).toHaveLength(0);
  expect([out.commandNameOf("my_skill"), out.commandNameOf("start")]).toEqual(["my-skill", "start"]);
});

test("a hundred are offered, with descriptions as long as Telegram takes them", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat } = world;
  const many = Array.from({ length: 120 }, (_, at) => ({ name: `c${at}`, summary: "x".repeat(300) }));
  await out.setCommands([{ name: "bare", summary: " " }, ...many]);
  const shown = anna.commands(chat, bot);
  expect(shown).toHaveLength(100);
  expect(shown[0]).toBe("/bare bare");
  expect(shown[1]).toBe(`/c0 ${"x".repeat(255)}…`);
});

test("a menu that is too big for Telegram is halved until it fits", async () => {
  await using world = await outgoingWorld();
  const { out, bot, anna, chat, api } = world;
  api.config.use((call, method, payload, signal) =>
    method === "setMyCommands" && "commands" in payload && payload.commands.length > 10
      ? Promise.resolve({ ok: false, error_code: 400, description: "Bad Request: BOT_COMMANDS_TOO_MUCH" })
      : call(method, payload, signal),
  );
  await out.setCommands(Array.from({ length: 30 }, (_, at) => ({ name: `c${at}`, summary: "x" })));
  expect(anna.commands(chat, bot)).toHaveLength(7);
});
