import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, sendTo } from "./call-api.ts";
import { startFeishu } from "./index.ts";

async function open() {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  const send = (msg_type: string, content: object, room = chat, by = app) =>
    callApi(feishu, by, "POST", "/im/v1/messages?receive_id_type=chat_id", {
      receive_id: room.id,
      msg_type,
      content: JSON.stringify(content),
    });
  return { clock, feishu, app, anna, chat, send, [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose]() };
}

test("a request with a text may have 150 KB, one with a rich text or a card 30 KB, measured in bytes", async () => {
  await using world = await open();
  const { send } = world;
  const code = async (...message: Parameters<typeof send>) => (await send(...message)).code;
  expect(await code("text", { text: "字".repeat(51_000) })).toBe(0);
  expect(await code("text", { text: "字".repeat(51_200) })).toBe(230025);
  const post = (count: number) => ({ zh_cn: { content: [[{ tag: "text", text: "字".repeat(count) }]] } });
  expect(await code("post", post(10_100))).toBe(0);
  expect(await code("post", post(10_240))).toBe(230025);
  const card = (count: number) => ({ elements: [{ tag: "markdown", content: "字".repeat(count) }] });
  expect(await code("interactive", card(10_100))).toBe(0);
  expect(await code("interactive", card(10_240))).toBe(230025);
});

test("five messages a second go into a chat, whoever sends them; then there is a wait that is told", async () => {
  await using world = await open();
  const { feishu, anna, app, send, clock } = world;
  feishu.enforceRates();
  const other = feishu.addApp({ name: "Other" });
  const club = feishu.addGroup({ name: "Club", members: [anna], apps: [app, other] });
  for (let count = 0; count < 5; count++) {
    expect(await send("text", { text: "x" }, club, count % 2 ? app : other)).toMatchObject({ code: 0 });
  }
  const refused = await send("text", { text: "x" }, club);
  expect(refused).toMatchObject({ status: 400, code: 230020 });
  expect(refused.headers.get("x-ogw-ratelimit-reset")).toBe("1");
  expect(await send("text", { text: "elsewhere" })).toMatchObject({ code: 0 });
  await clock.advance(1000);
  expect(await send("text", { text: "x" }, club)).toMatchObject({ code: 0 });
  expect(feishu.transcript(club)).toHaveLength(6);
});

test("fifty calls a second go through one address, a thousand a minute; more are refused as 429 or as 400", async () => {
  await using world = await open();
  const { feishu, app, clock } = world;
  const info = () => callApi(feishu, app, "GET", "/bot/v3/info");
  for (const status of [429, 400] as const) {
    feishu.enforceRates(status);
    for (let count = 0; count < 50; count++) expect((await info()).code).toBe(0);
    const refused = await info();
    expect(refused).toMatchObject({ status, code: 99991400 });
    expect(refused.headers.get("x-ogw-ratelimit-reset")).toBe("1");
    await clock.advance(1000);
    expect((await info()).code).toBe(0);
  }
  feishu.enforceRates();
  for (let second = 0; second < 20; second++) {
    for (let count = 0; count < 50; count++) expect((await info()).code).toBe(0);
    await clock.advance(1000);
  }
  const refused = await info();
  expect([refused.code, refused.headers.get("x-ogw-ratelimit-reset")]).toEqual([99991400, "40"]);
});

test("a message is changed five times a second, a card ten times", async () => {
  await using world = await open();
  const { feishu, app, chat } = world;
  feishu.enforceRates();
  const id = await sendTo(feishu, app, chat, "text", { text: "0" });
  const edit = { msg_type: "text", content: '{"text":"x"}' };
  const codes: number[] = [];
  for (let count = 0; count < 6; count++) {
    codes.push((await callApi(feishu, app, "PUT", `/im/v1/messages/${id}`, edit)).code);
  }
  expect(codes).toEqual([0, 0, 0, 0, 0, 230020]);
  const card = {
    schema: "2.0",
    config: { streaming_mode: true },
    body: { elements: [{ tag: "markdown", element_id: "a", content: "" }] },
  };
  const { data } = await callApi(feishu, app, "POST", "/cardkit/v1/cards", {
    type: "card_json",
    data: JSON.stringify(card),
  });
  const path = `/cardkit/v1/cards/${String(data["card_id"])}/elements/a/content`;
  const written: number[] = [];
  for (let sequence = 1; sequence <= 11; sequence++) {
    written.push((await callApi(feishu, app, "PUT", path, { content: "x", sequence })).code);
  }
  expect(written).toEqual([...Array.from({ length: 10 }, () => 0), 99991400]);
});

test("without enforced rates nothing is refused for being fast", async () => {
  await using world = await open();
  const { send, feishu, chat } = world;
  for (let count = 0; count < 12; count++)
    expect(await send("text", { text: String(count) })).toMatchObject({ code: 0 });
  expect(feishu.transcript(chat)).toHaveLength(12);
  expect(feishu.calls.maxRate({ method: "im.message.create", chat: chat.id }, 1000)).toBe(12);
});
