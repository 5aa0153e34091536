import { expect, test } from "bun:test";
import type { Update, WebhookInfo } from "@grammyjs/types";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callMethod, resultOf } from "./call-method.ts";
import { startTelegram } from "./index.ts";

type Answer = (update: Update) => Response | Promise<Response>;

/** A bot with a webhook, and two people; `answer` is how the webhook answers from now on. */
async function open(settings: object = {}) {
  const clock = new FakeClock();
  const telegram = await startTelegram({ clock });
  const bot = telegram.addBot({ username: "my_bot" });
  const got: { text: string | undefined; secret: string | null }[] = [];
  const state: { answer: Answer } = { answer: () => new Response("") };
  const hook = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const update = (await request.json()) as Update;
      got.push({
        text: update.message?.text,
        secret: request.headers.get("x-telegram-bot-api-secret-token"),
      });
      return state.answer(update);
    },
  });
  await resultOf(telegram, bot, "setWebhook", { url: `http://127.0.0.1:${hook.port}/hook`, ...settings });
  return {
    telegram,
    bot,
    clock,
    got,
    state,
    texts: () => got.map(({ text }) => text),
    anna: telegram.addPerson({ firstName: "Anna" }),
    bert: telegram.addPerson({ firstName: "Bert" }),
    info: () => resultOf<WebhookInfo>(telegram, bot, "getWebhookInfo"),
    async [Symbol.asyncDispose]() {
      await hook.stop(true);
      await telegram[Symbol.asyncDispose]();
    },
  };
}

test("updates are sent with the secret, and a chat's next one only after the one before was taken", async () => {
  await using world = await open({ secret_token: "s3cret" });
  const first = Promise.withResolvers<Response>();
  world.state.answer = (update) => (update.message?.text === "one" ? first.promise : new Response(""));
  world.anna.say(world.anna.dm(world.bot), "one");
  world.anna.say(world.anna.dm(world.bot), "two");
  world.bert.say(world.bert.dm(world.bot), "other chat");
  await world.telegram.until(() => world.got.length === 2);
  expect(world.texts()).toEqual(["one", "other chat"]);
  first.resolve(new Response("", { status: 204 }));
  await world.telegram.until(() => world.bot.updates.pendingCount === 0);
  expect(world.texts()).toEqual(["one", "other chat", "two"]);
  expect(new Set(world.got.map(({ secret }) => secret))).toEqual(new Set(["s3cret"]));
});

test("an update that was not taken comes again at once, then after growing pauses, and keeps its chat waiting", async () => {
  await using world = await open();
  world.state.answer = () => new Response("busy", { status: 503 });
  world.anna.say(world.anna.dm(world.bot), "one");
  world.anna.say(world.anna.dm(world.bot), "two");
  for (const [count, pauseMs] of [
    [2, 2000],
    [3, 4000],
    [4, 8000],
  ] as const) {
    await world.telegram.until(() => world.got.length === count && world.clock.sleeping === 1);
    expect(world.clock.nextDueAtMs).toBe(world.clock.now() + pauseMs);
    await world.clock.advance(pauseMs);
  }
  await world.telegram.until(() => world.got.length === 5 && world.clock.sleeping === 1);
  expect(new Set(world.texts())).toEqual(new Set(["one"]));
  expect(await world.info()).toMatchObject({
    pending_update_count: 2,
    last_error_message: "Wrong response from the webhook: 503 Service Unavailable",
    max_connections: 40,
  });
  world.state.answer = () => new Response("");
  await world.clock.advance(16_000);
  await world.telegram.until(() => world.bot.updates.pendingCount === 0);
  expect(world.texts().slice(-2)).toEqual(["one", "two"]);
});

test("a webhook may say itself when to come again", async () => {
  await using world = await open();
  world.state.answer = () => new Response("", { status: 429, headers: { "retry-after": "7" } });
  world.anna.say(world.anna.dm(world.bot), "one");
  await world.telegram.until(() => world.got.length === 1 && world.clock.sleeping === 1);
  expect(world.clock.nextDueAtMs).toBe(world.clock.now() + 7000);
});

test("what a webhook asks for in its answer is done", async () => {
  await using world = await open();
  const chat = world.anna.dm(world.bot);
  world.state.answer = () =>
    Response.json({ method: "sendMessage", chat_id: chat.id, text: "from the answer" });
  world.anna.say(chat, "one");
  await world.telegram.untilTranscript(chat, ["Anna: one", "my_bot: from the answer"]);
});

test("a delivery that is lost on its way, or whose answer is, comes again", async () => {
  await using world = await open();
  world.telegram.faults.add(
    { kind: "drop-before", match: { method: "webhook" } },
    { kind: "drop-after", match: { method: "webhook" } },
  );
  world.anna.say(world.anna.dm(world.bot), "one");
  await world.telegram.until(() => world.got.length === 1 && world.clock.sleeping === 1);
  await world.clock.advance(2000);
  await world.telegram.until(() => world.bot.updates.pendingCount === 0);
  expect(world.texts()).toEqual(["one", "one"]);
});

test("an address that the real server would not take is refused", async () => {
  await using world = await open();
  await world.clock.advance(1000);
  const set = (settings: object) => callMethod(world.telegram, world.bot, "setWebhook", settings);
  expect(await set({ url: "http://bot.example/hook" })).toMatchObject({
    description: "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
  });
  expect(await set({ url: "https://bot.example:8080/hook" })).toMatchObject({
    description: "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
  });
  expect(await set({ url: "https://bot.example/hook", secret_token: "no blanks" })).toMatchObject({
    description: "Bad Request: secret token contains unallowed characters",
  });
  expect(await set({ url: "https://bot.example/hook" })).toMatchObject({ ok: true });
  expect(await set({ url: "https://bot.example/other" })).toMatchObject({
    error_code: 429,
    parameters: { retry_after: 1 },
  });
});
