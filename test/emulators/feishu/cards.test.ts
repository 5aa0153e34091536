import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, dataOf, sendTo } from "./call-api.ts";
import { startFeishu } from "./index.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function cardOf(elements: readonly object[], config: object = { streaming_mode: true }): object {
  return { schema: "2.0", config, body: { elements } };
}

const ANSWER = { tag: "markdown", element_id: "answer", content: "" };

async function open() {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  const call = (verb: string, path: string, body?: object) => callApi(feishu, app, verb, path, body);
  const create = async (card: object): Promise<string> => {
    const body = { type: "card_json", data: JSON.stringify(card) };
    return String((await dataOf(feishu, app, "POST", "/cardkit/v1/cards", body))["card_id"]);
  };
  let sequence = 0;
  return {
    clock,
    feishu,
    app,
    anna,
    chat,
    call,
    create,
    /** Makes a card with one element and sends it; its id. */
    open: async (card = cardOf([ANSWER])): Promise<string> => {
      const id = await create(card);
      await sendTo(feishu, app, chat, "interactive", { type: "card", data: { card_id: id } });
      return id;
    },
    write: async (id: string, content: string, more: object = {}) => {
      const body = { content, sequence: ++sequence, ...more };
      return (await call("PUT", `/cardkit/v1/cards/${id}/elements/answer/content`, body)).code;
    },
    settings: async (id: string, config: object) => {
      const body = { settings: JSON.stringify({ config }), sequence: ++sequence };
      return (await call("PATCH", `/cardkit/v1/cards/${id}/settings`, body)).code;
    },
    next: () => ++sequence,
    [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose](),
  };
}

test("a card grows while it is written, is finished by its settings, and shows whether it is still being written", async () => {
  await using world = await open();
  const { feishu, chat } = world;
  const id = await world.open();
  expect(await world.write(id, "Hel")).toBe(0);
  expect(feishu.transcript(chat, { isLive: true })).toEqual(["Bot: Hel (still writing)"]);
  expect(await world.write(id, "Hello")).toBe(0);
  expect(await world.settings(id, { streaming_mode: false, summary: { content: "Hello" } })).toBe(0);
  expect(feishu.transcript(chat, { isLive: true })).toEqual(["Bot: Hello"]);
  expect(await world.write(id, "Hello again")).toBe(300309);
  expect(feishu.transcript(chat)).toEqual(["Bot: Hello"]);
});

test("changes must come in rising order and each once; one that is refused changes nothing", async () => {
  await using world = await open();
  const { feishu, chat } = world;
  const id = await world.open();
  expect(await world.write(id, "one", { sequence: 5, uuid: "u1" })).toBe(0);
  expect(await world.write(id, "late", { sequence: 5 })).toBe(300317);
  expect(await world.write(id, "late", { sequence: 4 })).toBe(300317);
  expect(await world.write(id, "again", { sequence: 6, uuid: "u1" })).toBe(200770);
  expect(feishu.transcript(chat)).toEqual(["Bot: one"]);
  // What was refused has used up no number.
  expect(await world.write(id, "two", { sequence: 6 })).toBe(0);
  expect(await world.write(id, "x", { sequence: 2 ** 31 })).toBe(99992402);
  const elsewhere = `/cardkit/v1/cards/${id}/elements/nowhere/content`;
  expect(await world.call("PUT", elsewhere, { content: "x", sequence: 7 })).toMatchObject({ code: 300313 });
});

test("streaming ends by itself ten minutes after it was opened, and is opened again by the settings", async () => {
  await using world = await open();
  const id = await world.open();
  await world.clock.advance(10 * MINUTE_MS - 1);
  expect(await world.write(id, "in time")).toBe(0);
  await world.clock.advance(1);
  expect(await world.write(id, "too late")).toBe(200850);
  expect(world.feishu.transcript(world.chat, { isLive: true })).toEqual(["Bot: in time"]);
  expect(await world.settings(id, { streaming_mode: true })).toBe(0);
  expect(await world.write(id, "on it goes")).toBe(0);
});

test("a card entity is sent once, by the app that made it, and lives for two weeks", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  const id = await world.open();
  const other = feishu.addApp({ name: "Other" });
  const send = (by: typeof app, room: typeof chat, card: string) =>
    sendTo(feishu, by, room, "interactive", { type: "card", data: { card_id: card } });
  await expect(send(app, chat, id)).rejects.toThrow("sent once only");
  await expect(send(other, anna.dm(other), await world.create(cardOf([ANSWER])))).rejects.toThrow(
    "cardid is invalid",
  );
  await expect(send(app, chat, "1")).rejects.toThrow("cardid is invalid");
  const path = `/cardkit/v1/cards/${id}/elements/answer/content`;
  expect(await callApi(feishu, other, "PUT", path, { content: "x", sequence: 1 })).toMatchObject({
    code: 300311,
  });
  const unsent = await world.create(cardOf([ANSWER]));
  await clock.advance(14 * DAY_MS + 1);
  expect(await world.write(id, "x")).toBe(200750);
  await expect(send(app, chat, unsent)).rejects.toThrow("card is expired");
});

test("the structure of a card is checked: tags, ids, tables, the number of elements, and the size in bytes", async () => {
  await using world = await open();
  const many = (count: number, element: object) => Array.from({ length: count }, () => element);
  const table = "| a | b |\n| --- | --- |\n| 1 | 2 |";
  const refuse = (elements: readonly object[], message: string) =>
    expect(world.create(cardOf(elements))).rejects.toThrow(message);
  await refuse([{ tag: "blink" }], "unknown tag blink");
  await refuse([{ tag: "note", elements: [] }], "no longer support this capability");
  await refuse([{ ...ANSWER, element_id: "a-b" }], "element_id a-b is invalid");
  await refuse([{ ...ANSWER, element_id: "a".repeat(21) }], "is invalid");
  await refuse([ANSWER, ANSWER], "element_id answer is duplicated");
  await refuse(many(201, { tag: "hr" }), "exceeds the limit 200");
  await refuse([{ tag: "markdown", content: `${table}\n\n`.repeat(6) }], "card table number over limit");
  await world.create(cardOf([{ tag: "markdown", content: `${table}\n\n`.repeat(5) }]));
  await world.create(cardOf([{ tag: "markdown", content: `\`\`\`\n${`${table}\n`.repeat(9)}\`\`\`` }]));
  // Ten thousand signs of three bytes each are just within, a few hundred more are not.
  await world.create(cardOf([{ tag: "markdown", content: "字".repeat(10_000) }]));
  await refuse([{ tag: "markdown", content: "字".repeat(10_300) }], "200860");
  await expect(world.create({ elements: [] })).rejects.toThrow("only cards of schema 2.0");
  await expect(world.create(cardOf([], { update_multi: false }))).rejects.toThrow("update_multi");
  await expect(world.create([] as object)).rejects.toThrow("the card is no object");
});

test("a card that grows beyond its size keeps what it showed", async () => {
  await using world = await open();
  const id = await world.open();
  await world.write(id, "small");
  expect(await world.write(id, "字".repeat(10_300))).toBe(200860);
  expect(world.feishu.transcript(world.chat)).toEqual(["Bot: small"]);
  expect(await world.write(id, "x".repeat(100_001))).toBe(99992402);
  expect(await world.write(id, "")).toBe(99992402);
});

test("elements are put in, replaced, changed and taken out, one at a time or several at once", async () => {
  await using world = await open();
  const { feishu, chat, call, next } = world;
  const id = await world.open(cardOf([{ ...ANSWER, content: "answer" }]));
  const path = `/cardkit/v1/cards/${id}`;
  const button = { tag: "button", element_id: "stop", text: { tag: "plain_text", content: "Stop" } };
  const ok = async (verb: string, at: string, body: object) =>
    expect(await call(verb, `${path}${at}`, { ...body, sequence: next() })).toMatchObject({ code: 0 });
  await ok("POST", "/elements", { type: "append", elements: JSON.stringify([button]) });
  await ok("POST", "/elements", {
    type: "insert_before",
    target_element_id: "answer",
    elements: JSON.stringify([{ tag: "markdown", element_id: "top", content: "top" }]),
  });
  expect(feishu.transcript(chat)).toEqual(["Bot: top\nanswer [Stop]"]);
  await ok("PATCH", "/elements/top", { partial_element: JSON.stringify({ content: "new top" }) });
  await ok("PUT", "/elements/stop", {
    element: JSON.stringify({ tag: "button", text: { tag: "plain_text", content: "Go on" } }),
  });
  await ok("DELETE", "/elements/answer", {});
  expect(feishu.transcript(chat)).toEqual(["Bot: new top [Go on]"]);
  await ok("POST", "/batch_update", {
    actions: JSON.stringify([
      { action: "delete_elements", params: { element_ids: ["stop"] } },
      {
        action: "add_elements",
        params: {
          type: "insert_after",
          target_element_id: "top",
          elements: [{ tag: "markdown", content: "end" }],
        },
      },
      {
        action: "partial_update_element",
        params: { element_id: "top", partial_element: { content: "begin" } },
      },
      { action: "partial_update_setting", params: { settings: { config: { streaming_mode: false } } } },
    ]),
  });
  expect(feishu.transcript(chat, { isLive: true })).toEqual(["Bot: begin\nend"]);
  const half = JSON.stringify([
    { action: "delete_elements", params: { element_ids: ["top"] } },
    { action: "delete_elements", params: { element_ids: ["nowhere"] } },
  ]);
  expect(await call("POST", `${path}/batch_update`, { actions: half, sequence: next() })).toMatchObject({
    code: 300313,
  });
  expect(feishu.transcript(chat)).toEqual(["Bot: begin\nend"]);
  await ok("PUT", "", {
    card: { type: "card_json", data: JSON.stringify(cardOf([{ ...ANSWER, content: "all new" }])) },
  });
  expect(feishu.transcript(chat, { isLive: true })).toEqual(["Bot: all new (still writing)"]);
});

test("a card that was sent as it is can be given an id afterwards, and be written on", async () => {
  await using world = await open();
  const { feishu, app, chat, call } = world;
  const message_id = await sendTo(feishu, app, chat, "interactive", cardOf([ANSWER]));
  const { data } = await call("POST", "/cardkit/v1/cards/id_convert", { message_id });
  expect(await world.write(String(data["card_id"]), "written")).toBe(0);
  expect(feishu.transcript(chat)).toEqual(["Bot: written"]);
});

test("a person reads a card of either version: its title, its words, its tables, its buttons", async () => {
  await using world = await open();
  const { feishu, app, anna, chat } = world;
  await sendTo(feishu, app, chat, "interactive", {
    header: { title: { tag: "plain_text", content: "Tea" } },
    elements: [
      { tag: "div", text: { tag: "lark_md", content: `**Milk?** <at id=${anna.openIdIn(app)}></at>` } },
      {
        tag: "action",
        actions: [{ tag: "button", text: { tag: "plain_text", content: "Yes" }, value: { a: 1 } }],
      },
      { tag: "note", elements: [{ tag: "plain_text", content: "small print" }] },
    ],
  });
  await sendTo(
    feishu,
    app,
    chat,
    "interactive",
    cardOf([
      {
        tag: "column_set",
        columns: [{ tag: "column", elements: [{ tag: "markdown", content: "1 &#60; 2" }] }],
      },
      { tag: "table", columns: [{ name: "n", display_name: "Name" }], rows: [{ n: "Anna" }] },
      {
        tag: "collapsible_panel",
        header: { title: { tag: "plain_text", content: "Thinking" } },
        elements: [{ tag: "markdown", content: "hm" }],
      },
    ]),
  );
  expect(feishu.transcript(chat)).toEqual([
    "Bot: Tea\n**Milk?** @Anna\nsmall print [Yes]",
    "Bot: 1 < 2\nName\nAnna\nThinking\nhm",
  ]);
});
