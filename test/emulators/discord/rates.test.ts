import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, type Refusal } from "./call-api.ts";
import { startDiscord } from "./index.ts";

type TooMany = Refusal & { retry_after: number; global: boolean };

async function open() {
  const clock = new FakeClock();
  const discord = await startDiscord({ clock });
  const bot = discord.addBot({ username: "my_bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({
    name: "Club",
    members: [anna],
    bots: [bot],
    channels: ["general", "other"],
  });
  const [chat, other] = [guild.channel("general"), guild.channel("other")];
  return {
    discord,
    clock,
    bot,
    anna,
    chat,
    other,
    send: (room = chat) =>
      callApi<TooMany>(discord, bot, `POST /channels/${room.id}/messages`, { content: "x" }),
    call: (endpoint: string, body?: object) => callApi<TooMany>(discord, bot, endpoint, body),
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

test("where limits hold, each answer tells of its bucket, and what comes too fast is refused with the time to wait", async () => {
  await using world = await open();
  const { discord, clock, chat, other } = world;
  expect((await world.send()).headers.get("x-ratelimit-limit")).toBeNull();
  discord.enforceRates();
  const left: (string | null)[] = [];
  for (let count = 0; count < 5; count++)
    left.push((await world.send()).headers.get("x-ratelimit-remaining"));
  expect(left).toEqual(["4", "3", "2", "1", "0"]);
  await clock.advance(3500);
  const refused = await world.send();
  expect(refused).toMatchObject({ status: 429, body: { retry_after: 1.5, global: false } });
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    "x-ratelimit-scope": "user",
    "x-ratelimit-reset-after": "1.500",
    "retry-after": "2",
    via: expect.any(String),
  });
  expect((await world.send(other)).status).toBe(200);
  await clock.advance(1500);
  expect((await world.send()).status).toBe(200);
  expect(discord.transcript(chat)).toHaveLength(7);
  expect(discord.tooFast).toHaveLength(1);
});

test("edits and reactions have buckets of their own", async () => {
  await using world = await open();
  const { discord, clock, chat, anna } = world;
  const mine = (await world.send()).body as unknown as { id: string };
  discord.enforceRates();
  const edit = (content: string) => world.call(`PATCH /channels/${chat.id}/messages/${mine.id}`, { content });
  for (let count = 0; count < 5; count++) expect((await edit(String(count))).status).toBe(200);
  expect((await edit("6")).status).toBe(429);
  expect((await world.send()).status).toBe(200);
  const { id } = anna.say(chat, "hello").message;
  const react = (emoji: string) =>
    world.call(`PUT /channels/${chat.id}/messages/${id}/reactions/${encodeURIComponent(emoji)}/@me`);
  expect((await react("👍")).status).toBe(204);
  expect((await react("🎉")).body.retry_after).toBe(0.25);
  await clock.advance(250);
  expect((await react("🎉")).status).toBe(204);
});

test("fifty requests in a second are all that one bot may make, whatever they are", async () => {
  await using world = await open();
  const { discord, clock } = world;
  discord.enforceRates();
  const names = ["GET /users/@me", `GET /channels/${world.chat.id}`, `GET /channels/${world.other.id}`];
  for (let count = 0; count < 50; count++)
    expect((await world.call(names[count % 3] ?? "")).status).toBe(200);
  const refused = await world.call("GET /users/@me");
  expect(refused).toMatchObject({ status: 429, body: { global: true } });
  expect(refused.headers.get("x-ratelimit-global")).toBe("true");
  await clock.advance(1000);
  expect((await world.call("GET /users/@me")).status).toBe(200);
});

test("ten thousand refused requests, and nobody is let in at all", async () => {
  await using world = await open();
  const { discord, bot, clock } = world;
  discord.enforceRates();
  bot.isTokenValid = false;
  for (let count = 0; count < 10_000; count += 100) {
    await Promise.all(Array.from({ length: 100 }, () => world.call("GET /users/@me")));
  }
  bot.isTokenValid = true;
  const banned = await world.call("GET /users/@me");
  expect([banned.status, banned.headers.get("content-type")]).toEqual([429, "text/html"]);
  await clock.advance(600_001);
  expect((await world.call("GET /users/@me")).status).toBe(200);
});

test("refusals of the fault script come in every form, and are not the bot's own", async () => {
  await using world = await open();
  const { discord, chat } = world;
  const match = { method: "createMessage", chat: chat.id };
  discord.faults.add(
    { kind: "429", retryAfter: 2, match },
    { kind: "429", retryAfter: 2, scope: "shared", match },
    { kind: "429", retryAfter: 2, scope: "global", match },
    { kind: "429", retryAfter: 60, in: "html", match },
    { kind: "502-html", match },
    { kind: "5xx", status: 503, match },
  );
  expect(await world.send()).toMatchObject({ status: 429, body: { retry_after: 2, global: false } });
  expect((await world.send()).headers.get("x-ratelimit-scope")).toBe("shared");
  expect((await world.send()).body.global).toBe(true);
  const html = await world.send();
  expect([html.status, html.headers.get("content-type"), html.headers.get("retry-after")]).toEqual([
    429,
    "text/html",
    "60",
  ]);
  expect((await world.send()).headers.get("content-type")).toBe("text/html");
  expect(await world.send()).toMatchObject({ status: 503, body: { code: 0 } });
  expect((await world.send()).status).toBe(200);
  expect(discord.transcript(chat)).toEqual(["my_bot: x"]);
  expect(discord.tooFast).toEqual([]);
});

test("a request may be lost on its way, or its answer", async () => {
  await using world = await open();
  const { discord, chat } = world;
  discord.faults.add(
    { kind: "drop-before" },
    { kind: "drop-after" },
    { kind: "truncated" },
    { kind: "malformed" },
  );
  for (let count = 0; count < 4; count++) await expect(world.send()).rejects.toThrow();
  expect(discord.transcript(chat)).toHaveLength(3);
  const link = await discord.until(() => world.anna.upload(chat, {}).message.attachments[0]);
  const { url } = discord.world.files.link(link, world.clock.now());
  discord.faults.add({ kind: "502-html", match: { method: "download" } });
  expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([502, 200]);
});
