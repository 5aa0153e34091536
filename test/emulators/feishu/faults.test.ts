import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, sendTo, tokenOf } from "./call-api.ts";
import { startFeishu } from "./index.ts";
import { openLine, type Line } from "./open-line.ts";

const RECEIVE = "im.message.receive_v1";
const CREATE = "im.message.create";

async function open() {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  return {
    clock,
    feishu,
    app,
    anna,
    chat,
    send: (words: string) => sendTo(feishu, app, chat, "text", { text: words }, { uuid: words }),
    [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose](),
  };
}

const textsOf = ({ heard }: Line) =>
  heard.map(({ event }) => JSON.parse((event["message"] as { content: string }).content).text);

test("a call is refused for being too frequent as the platform says it, by either of its doors", async () => {
  await using world = await open();
  const { feishu, app, chat } = world;
  const ask = () =>
    callApi(feishu, app, "POST", "/im/v1/messages?receive_id_type=chat_id", {
      receive_id: chat.id,
      msg_type: "text",
      content: '{"text":"hi"}',
    });
  const match = { method: CREATE, chat: chat.id };
  feishu.faults.add(
    { kind: "429", retryAfter: 7, match },
    { kind: "429", retryAfter: 8, status: 400, match },
  );
  for (const [status, reset] of [
    [429, "7"],
    [400, "8"],
  ]) {
    const refused = await ask();
    expect(refused).toMatchObject({ status, code: 99991400 });
    expect(refused.headers.get("x-ogw-ratelimit-reset")).toBe(String(reset));
  }
  feishu.faults.add({ kind: "5xx", match });
  expect(await ask()).toMatchObject({ status: 500, code: 1_061_045 });
  expect(await ask()).toMatchObject({ code: 0 });
  expect(feishu.transcript(chat)).toEqual(["Bot: hi"]);
});

test("an answer that is lost after the effect leaves one copy when the call is repeated with its uuid", async () => {
  await using world = await open();
  const { feishu, chat, send } = world;
  feishu.faults.add({ kind: "drop-after", match: { method: CREATE } });
  await expect(send("once")).rejects.toThrow();
  await send("once");
  feishu.faults.add({ kind: "drop-before", match: { method: CREATE } });
  await expect(send("twice")).rejects.toThrow();
  await send("twice");
  expect(feishu.transcript(chat)).toEqual(["Bot: once", "Bot: twice"]);
  feishu.calls.assertNoDuplicates({ method: CREATE });
  expect(feishu.calls.of({ method: CREATE, chat: chat.id }).map(({ hasHappened }) => hasHappened)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test("the address for the token and the one for the connection fail as they are told to", async () => {
  await using world = await open();
  const { feishu, app } = world;
  feishu.faults.add(
    { kind: "502-html", match: { method: "auth.tenantAccessToken.internal" } },
    { kind: "5xx", match: { method: "ws.endpoint" } },
  );
  await expect(tokenOf(feishu, app)).rejects.toThrow();
  await expect(openLine(feishu, app)).rejects.toThrow();
  expect(await tokenOf(feishu, app)).toMatch(/^t-/);
  await using line = await openLine(feishu, app);
  expect(line.heard).toEqual([]);
  expect(feishu.calls.all.map(({ method, by, params }) => [method, by, params])).toContainEqual([
    "ws.endpoint",
    "Bot",
    // No secret is written down.
    {},
  ]);
});

test("a message comes twice under two events, any other event twice under one", async () => {
  await using world = await open();
  const { feishu, app, anna, chat } = world;
  await using line = await openLine(feishu, app);
  feishu.faults.add({ kind: "duplicate", match: { method: RECEIVE } });
  const hello = anna.say(chat, "hello");
  await feishu.until(() => line.heard.length === 2);
  expect(textsOf(line)).toEqual(["hello", "hello"]);
  expect(new Set(line.heard.map(({ eventId }) => eventId)).size).toBe(2);
  feishu.faults.add({ kind: "duplicate", match: { method: "im.message.reaction.created_v1" } });
  anna.react(hello, "OK");
  await feishu.until(() => line.heard.length === 4);
  expect(new Set(line.heard.slice(2).map(({ eventId }) => eventId)).size).toBe(1);
});

test("an event is overtaken by the next one, or comes late", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  await using line = await openLine(feishu, app);
  feishu.faults.add({ kind: "reorder", match: { method: RECEIVE, chat: chat.id } });
  anna.say(chat, "one");
  anna.say(chat, "two");
  await feishu.until(() => line.heard.length === 2);
  expect(textsOf(line)).toEqual(["two", "one"]);
  feishu.faults.add({ kind: "delay", ms: 5000, match: { method: RECEIVE } });
  anna.say(chat, "three");
  await clock.advance(4999);
  expect(line.heard).toHaveLength(2);
  await clock.advance(1);
  await feishu.until(() => line.heard.length === 3);
});

test("a push is lost on its way, or its acknowledgement on the way back, and comes again after 15 seconds", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  await using line = await openLine(feishu, app);
  feishu.faults.add({ kind: "drop-before", match: { method: "push", path: RECEIVE } });
  anna.say(chat, "one");
  await clock.advance(14_999);
  expect(line.heard).toEqual([]);
  await clock.advance(1);
  await feishu.until(() => feishu.pendingOf(app).length === 0);
  feishu.faults.add({ kind: "drop-after", match: { method: "push", path: RECEIVE } });
  anna.say(chat, "two");
  await feishu.until(() => line.heard.length === 2 && clock.sleeping === 1);
  await clock.advance(15_000);
  await feishu.until(() => feishu.pendingOf(app).length === 0);
  expect(textsOf(line)).toEqual(["one", "two", "two"]);
});
