import { expect, test } from "bun:test";
import type { Update } from "@grammyjs/types";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callMethod, resultOf } from "./call-method.ts";
import { startTelegram } from "./index.ts";

async function open(clock = new FakeClock()) {
  const telegram = await startTelegram({ clock });
  const bot = telegram.addBot({ username: "my_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const chat = anna.dm(bot);
  const poll = (params: object) => resultOf<Update[]>(telegram, bot, "getUpdates", params);
  const texts = async (params: object) => (await poll(params)).map(({ message }) => message?.text);
  return {
    telegram,
    bot,
    anna,
    chat,
    clock,
    poll,
    texts,
    [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose](),
  };
}

test("updates come again until a later offset confirms them", async () => {
  await using world = await open();
  for (const text of ["one", "two", "three"]) world.anna.say(world.chat, text);
  const first = await world.poll({});
  expect(first.map(({ message }) => message?.text)).toEqual(["one", "two", "three"]);
  const [, second] = first;
  await world.clock.advance(600);
  expect(await world.texts({})).toEqual(["one", "two", "three"]);
  expect(await world.texts({ offset: second?.update_id })).toEqual(["two", "three"]);
  expect(await world.texts({ offset: (second?.update_id ?? 0) + 1, limit: 1 })).toEqual(["three"]);
  expect(world.bot.updates.pendingCount).toBe(1);
});

test("a negative offset forgets all but the last ones", async () => {
  await using world = await open();
  for (const text of ["one", "two", "three"]) world.anna.say(world.chat, text);
  expect(await world.texts({ offset: -1 })).toEqual(["three"]);
  expect(world.bot.updates.pendingCount).toBe(1);
});

test("an offset also drops what comes later with a lower number", async () => {
  await using world = await open();
  world.anna.say(world.chat, "one");
  const [one] = await world.poll({});
  const waiting = world.texts({ offset: (one?.update_id ?? 0) + 2, timeout: 30 });
  await world.telegram.until(() => world.bot.updates.isPolled);
  world.anna.say(world.chat, "two");
  expect(await waiting).toEqual([]);
  expect(world.bot.updates.pendingCount).toBe(0);
});

test("a poll waits for the first update, and for no longer than it said", async () => {
  await using world = await open();
  const waiting = world.texts({ timeout: 30 });
  await world.telegram.until(() => world.bot.updates.isPolled);
  world.anna.say(world.chat, "at last");
  expect(await waiting).toEqual(["at last"]);

  const idle = world.poll({ offset: 999_999_999, timeout: 90 });
  await world.telegram.until(() => world.bot.updates.isPolled);
  await world.clock.advance(50_000);
  expect(await idle).toEqual([]);
});

test("whoever asks the same again at once is held back", async () => {
  await using world = await open();
  expect(await world.poll({ offset: 7 })).toEqual([]);
  const again = world.poll({ offset: 7 });
  await world.telegram.until(() => world.bot.updates.isPolled);
  await world.clock.advance(3000);
  expect(await again).toEqual([]);

  for (const text of ["one", "two"]) world.anna.say(world.chat, text);
  await world.clock.advance(3000);
  expect(await world.texts({ offset: 7 })).toEqual(["one", "two"]);
  expect(await world.texts({ offset: 7 })).toEqual(["one"]);
});

test("the older of two polls is told of the conflict, and the next time only after three seconds", async () => {
  await using world = await open();
  const ask = () => callMethod(world.telegram, world.bot, "getUpdates", { timeout: 40 });
  const polled = (count: number) =>
    world.telegram.until(() => world.telegram.calls.of({ method: "getUpdates" }).length === count);
  const first = ask();
  await polled(1);
  const second = ask();
  expect(await first).toEqual({
    ok: false,
    error_code: 409,
    description:
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  });
  const third = ask();
  await polled(3);
  await world.telegram.until(() => world.clock.sleeping === 2);
  await world.clock.advance(3000);
  expect(await second).toMatchObject({ ok: false, error_code: 409 });
  world.anna.say(world.chat, "hi");
  expect(await third).toMatchObject({ ok: true, result: [{ message: { text: "hi" } }] });
});

test("nobody can poll while a webhook is set", async () => {
  await using world = await open();
  await resultOf(world.telegram, world.bot, "setWebhook", { url: "https://bot.example/hook" });
  expect(await callMethod(world.telegram, world.bot, "getUpdates")).toEqual({
    ok: false,
    error_code: 409,
    description:
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  });
  await resultOf(world.telegram, world.bot, "deleteWebhook");
  world.anna.say(world.chat, "hi");
  expect(await world.texts({})).toEqual(["hi"]);
});

test("reactions come only to those who ask for them, and the wish is kept", async () => {
  await using world = await open();
  const post = world.anna.say(world.chat, "hi");
  world.anna.react(post, "👍");
  expect(await world.poll({ timeout: 0 })).toHaveLength(1);
  await world.poll({ offset: -1, allowed_updates: ["message", "message_reaction"] });
  world.anna.react(post, "🔥");
  const [, reaction] = await world.poll({ limit: 100 });
  expect(reaction?.message_reaction).toMatchObject({
    old_reaction: [{ type: "emoji", emoji: "👍" }],
    new_reaction: [{ type: "emoji", emoji: "🔥" }],
  });
  expect(await world.telegram.transcript(world.chat)).toEqual(["Anna: hi {🔥}"]);
});

test("updates are forgotten after a day, pressed buttons after two and a half minutes", async () => {
  await using world = await open();
  const { telegram, bot, chat, anna, clock } = world;
  await resultOf(telegram, bot, "sendMessage", {
    chat_id: chat.id,
    text: "yes or no?",
    reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] },
  });
  anna.say(chat, "hello");
  const question = chat.posts[0];
  expect(question?.message.text).toBe("yes or no?");
  const query = question ? anna.press(question, "Yes") : "";
  expect(bot.updates.pendingCount).toBe(2);
  await clock.advance(151_000);
  expect(bot.updates.pendingCount).toBe(1);
  expect(await callMethod(telegram, bot, "answerCallbackQuery", { callback_query_id: query })).toMatchObject({
    error_code: 400,
    description: "Bad Request: query is too old and response timeout expired or query ID is invalid",
  });
  await clock.advance(86_400_000);
  expect(bot.updates.pendingCount).toBe(0);
});

test("each bot has its own updates, and a token that nobody has is refused", async () => {
  await using world = await open();
  const other = world.telegram.addBot({ username: "other_bot" });
  world.anna.say(world.anna.dm(other), "psst");
  expect(await world.poll({})).toEqual([]);
  expect(await resultOf<Update[]>(world.telegram, other, "getUpdates")).toMatchObject([
    { message: { text: "psst" } },
  ]);
  const stranger = { token: "123:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
  expect(await callMethod(world.telegram, stranger, "getMe")).toEqual({
    ok: false,
    error_code: 401,
    description: "Unauthorized",
  });
  expect(await callMethod(world.telegram, { token: "nonsense" }, "getMe")).toMatchObject({ error_code: 404 });
  other.isTokenValid = false;
  expect(await callMethod(world.telegram, other, "getMe")).toMatchObject({ error_code: 401 });
});
