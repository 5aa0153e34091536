import { expect, test } from "bun:test";
import type { Message, Update } from "@grammyjs/types";
import { FakeClock } from "../../fakes/fake-clock.ts";
import type { Fault, FaultRule } from "../common/faults.ts";
import { callMethod, resultOf } from "./call-method.ts";
import { startTelegram } from "./index.ts";

async function open() {
  const clock = new FakeClock();
  const telegram = await startTelegram({ clock });
  const bot = telegram.addBot({ username: "my_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const chat = anna.dm(bot);
  return {
    telegram,
    bot,
    anna,
    chat,
    clock,
    fail: (...rules: FaultRule[]) => telegram.faults.add(...rules),
    send: (text: string, signal?: AbortSignal) =>
      callMethod<Message>(telegram, bot, "sendMessage", { chat_id: chat.id, text }, signal),
    raw: (text: string, signal?: AbortSignal) =>
      fetch(
        `${telegram.url}/bot${bot.token}/sendMessage?chat_id=${chat.id}&text=${text}`,
        signal ? { signal } : {},
      ),
    updates: async (offset = 0) => {
      const updates = await resultOf<Update[]>(telegram, bot, "getUpdates", { offset });
      return updates.map(({ update_id, message }) => ({ id: update_id, text: message?.text }));
    },
    seen: () => telegram.transcript(chat),
    [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose](),
  };
}

test("429: refused, with the time in the body and the header, in the header alone, or on a page", async () => {
  await using world = await open();
  world.fail(
    { kind: "429", retryAfter: 3 },
    { kind: "429", retryAfter: 4, in: "header" },
    { kind: "429", retryAfter: 5, in: "html" },
  );
  const first = await world.raw("x");
  expect(first.headers.get("retry-after")).toBe("3");
  expect(await first.json()).toEqual({
    ok: false,
    error_code: 429,
    description: "Too Many Requests: retry after 3",
    parameters: { retry_after: 3 },
  });
  const second = await world.raw("x");
  expect([second.status, second.headers.get("retry-after"), await second.text()]).toEqual([429, "4", ""]);
  const third = await world.raw("x");
  expect([third.status, third.headers.get("retry-after"), third.headers.get("content-type")]).toEqual([
    429,
    "5",
    "text/html",
  ]);
  expect((await world.raw("through")).status).toBe(200);
  expect(world.seen()).toEqual(["my_bot: through"]);
});

test("5xx and 502: refused by the server, or by a proxy before it; nothing happens", async () => {
  await using world = await open();
  world.fail({ kind: "5xx" }, { kind: "502-html" });
  expect(await world.send("x")).toEqual({ ok: false, error_code: 500, description: "Internal Server Error" });
  const page = await world.raw("x");
  expect([page.status, await page.text()]).toEqual([502, expect.stringContaining("<h1>Bad Gateway</h1>")]);
  expect(world.seen()).toEqual([]);
});

test("dropped before: the line is cut and nothing has happened; dropped after: it has", async () => {
  await using world = await open();
  world.fail({ kind: "drop-before" }, { kind: "drop-after" });
  await expect(world.send("never")).rejects.toThrow("closed unexpectedly");
  await expect(world.send("lost answer")).rejects.toThrow("closed unexpectedly");
  expect(world.seen()).toEqual(["my_bot: lost answer"]);
  const calls = world.telegram.calls.of({ method: "sendMessage" });
  expect(calls.map(({ fault, status, hasHappened }) => [fault, status, hasHappened])).toEqual([
    ["drop-before", "cut", false],
    ["drop-after", "cut", true],
  ]);
});

test("slow: it happens at once and is answered later", async () => {
  await using world = await open();
  world.fail({ kind: "slow", ms: 20_000 });
  const sent = world.send("slowly");
  await world.telegram.until(() => world.clock.sleeping === 1);
  expect(world.seen()).toEqual(["my_bot: slowly"]);
  await world.clock.advance(20_000);
  expect(await sent).toMatchObject({ ok: true });
});

test("half-open: it is never answered and does not happen", async () => {
  await using world = await open();
  world.fail({ kind: "half-open" });
  const hangUp = new AbortController();
  const sent = world.send("into the void", hangUp.signal);
  await world.telegram.until(() => world.telegram.calls.all.length === 1);
  expect(world.telegram.calls.all[0]?.status).toBe("open");
  hangUp.abort();
  await expect(sent).rejects.toThrow();
  expect(world.seen()).toEqual([]);
});

test("truncated and malformed: it has happened, and the answer cannot be read", async () => {
  await using world = await open();
  world.fail({ kind: "truncated" }, { kind: "malformed" });
  await expect(world.send("one")).rejects.toThrow();
  await expect(world.send("two")).rejects.toThrow();
  expect(world.seen()).toEqual(["my_bot: one", "my_bot: two"]);
});

test("reset-upload: the line is reset while the file is on its way", async () => {
  await using world = await open();
  world.fail({ kind: "reset-upload", match: { method: "sendDocument" } });
  const form = new FormData();
  form.set("chat_id", String(world.chat.id));
  form.set("document", new File([new Uint8Array(8_000_000)], "big.bin"));
  const url = `${world.telegram.url}/bot${world.bot.token}/sendDocument`;
  await expect(fetch(url, { method: "POST", body: form })).rejects.toThrow();
  expect((await fetch(url, { method: "POST", body: form })).status).toBe(200);
  expect(world.seen()).toEqual(["my_bot: (document big.bin)"]);
});

test("an outage cuts every line until it is over", async () => {
  await using world = await open();
  world.fail({ kind: "outage", ms: 60_000 });
  await expect(world.send("a")).rejects.toThrow();
  await world.clock.advance(59_999);
  await expect(world.send("b")).rejects.toThrow();
  await world.clock.advance(1);
  expect(await world.send("c")).toMatchObject({ ok: true });
  expect(world.seen()).toEqual(["my_bot: c"]);
});

test("an update comes again after it was confirmed", async () => {
  await using world = await open();
  world.fail({ kind: "duplicate", match: { method: "message" } });
  world.anna.say(world.chat, "one");
  const [one] = await world.updates();
  world.anna.say(world.chat, "two");
  expect((await world.updates((one?.id ?? 0) + 1)).map(({ text }) => text)).toEqual(["one", "two"]);
  expect(await world.updates((one?.id ?? 0) + 2)).toEqual([]);
});

test("an update is overtaken by the next one, or comes late", async () => {
  await using world = await open();
  world.fail({ kind: "reorder", match: { method: "message" } });
  world.anna.say(world.chat, "one");
  world.anna.say(world.chat, "two");
  const [two, one] = await world.updates();
  expect([two?.text, one?.text]).toEqual(["two", "one"]);
  expect(one?.id).toBeLessThan(two?.id ?? 0);

  world.fail({ kind: "delay", ms: 5000, match: { method: "message" } });
  world.anna.say(world.chat, "late");
  const after = (two?.id ?? 0) + 1;
  expect(await world.updates(after)).toEqual([]);
  await world.clock.advance(5000);
  expect(await world.updates(after)).toMatchObject([{ text: "late" }]);
});

test("a rule may be for one method, one chat, the nth request, and several times", async () => {
  await using world = await open();
  const bert = world.telegram.addPerson({ firstName: "Bert" });
  world.fail({
    kind: "5xx",
    match: { method: /^send/, chat: world.chat.id, nth: 2 },
    times: 2,
  });
  const codes: unknown[] = [];
  for (const text of ["1", "2", "3", "4"]) {
    const answer = await world.send(text);
    codes.push(answer.ok ? "ok" : answer.error_code);
    const other = { chat_id: bert.dm(world.bot).id, text };
    expect(await callMethod(world.telegram, world.bot, "sendMessage", other)).toMatchObject({ ok: true });
  }
  expect(codes).toEqual(["ok", 500, 500, "ok"]);
  expect(world.telegram.faults.left).toEqual([]);
});

test("faults by chance are the same for the same seed", async () => {
  const faults: Fault[] = [{ kind: "5xx" }, { kind: "502-html" }];
  const runs: string[] = [];
  for (const seed of [11, 11, 12]) {
    await using world = await open();
    world.telegram.faults.atRandom({ seed, rate: 0.5, faults });
    const statuses: number[] = [];
    for (let count = 0; count < 24; count++) statuses.push((await world.raw(String(count))).status);
    expect(world.seen()).toHaveLength(statuses.filter((status) => status === 200).length);
    runs.push(statuses.join(" "));
  }
  expect(runs[0]).toBe(runs[1] ?? "");
  expect(runs[0]).not.toBe(runs[2] ?? "");
});

test("the log of calls tells how fast they came, in which order, and what was done twice", async () => {
  await using world = await open();
  const { calls } = world.telegram;
  for (const text of ["a", "b", "a"]) {
    await world.send(text);
    await world.clock.advance(400);
  }
  expect(calls.maxRate({ chat: world.chat.id }, 1000)).toBe(3);
  expect(calls.maxRate({ chat: world.chat.id }, 800)).toBe(2);
  expect(() => calls.assertNoDuplicates({ method: "sendMessage" })).toThrow("done twice: sendMessage");
  expect(() => calls.assertNoDuplicates({ chat: 5 })).not.toThrow();
  await callMethod(world.telegram, world.bot, "getMe");
  expect(() => calls.assertOrder(["sendMessage", "getMe"])).not.toThrow();
  expect(() => calls.assertOrder(["getMe", "sendMessage"])).toThrow("sendMessage did not come in its turn");
});
