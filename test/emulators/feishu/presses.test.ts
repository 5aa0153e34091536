import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, dataOf, sendTo } from "./call-api.ts";
import { startFeishu } from "./index.ts";
import { openLine } from "./open-line.ts";

const MINUTE_MS = 60_000;

function question(words = "Tea?", more: object = {}): object {
  const button = (label: string) => ({
    tag: "button",
    text: { tag: "plain_text", content: label },
    behaviors: [{ type: "callback", value: { answer: label } }],
  });
  return {
    schema: "2.0",
    ...more,
    body: {
      elements: [{ tag: "markdown", element_id: "text", content: words }, button("Yes"), button("No")],
    },
  };
}

async function open() {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  const ask = async (card = question()) => {
    const id = await sendTo(feishu, app, chat, "interactive", card);
    const post = feishu.world.findPost(id);
    if (!post) throw new Error("nothing was sent");
    return post;
  };
  return { clock, feishu, app, anna, chat, ask, [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose]() };
}

test("a press reaches the app with who pressed what, and its answer is a notice and another card", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, ask } = world;
  await using line = await openLine(feishu, app);
  line.answer = () => ({
    code: 200,
    data: {
      toast: { type: "success", content: "noted" },
      card: {
        type: "raw",
        data: { schema: "2.0", body: { elements: [{ tag: "markdown", content: "You said yes" }] } },
      },
    },
  });
  const post = await ask();
  expect(feishu.transcript(chat)).toEqual(["Bot: Tea? [Yes] [No]"]);
  const press = anna.press(post, "Yes");
  expect(press.state).toBe("waiting");
  await feishu.until(() => press.state === "answered");
  expect(press.toast).toEqual({ type: "success", content: "noted" });
  expect(feishu.transcript(chat)).toEqual(["Bot: You said yes"]);
  expect(line.heard[0]).toMatchObject({
    type: "card.action.trigger",
    event: {
      operator: { open_id: anna.openIdIn(app) },
      token: press.token,
      action: { tag: "button", value: { answer: "Yes" } },
      context: { open_message_id: post.id, open_chat_id: chat.id },
    },
  });
  expect(() => anna.press(post, "Yes")).toThrow("there is no button Yes");
});

test("a press that is only acknowledged changes nothing; one that is not answered in three seconds fails", async () => {
  await using world = await open();
  const { feishu, app, anna, ask, chat, clock } = world;
  await using line = await openLine(feishu, app);
  const post = await ask();
  const taken = anna.press(post, "Yes");
  await feishu.until(() => taken.state === "answered");
  expect(taken.toast).toBeUndefined();
  line.answer = () => undefined;
  const lost = anna.press(post, "No");
  await feishu.until(() => line.heard.length === 2);
  await clock.advance(2999);
  expect(lost.state).toBe("waiting");
  await clock.advance(1);
  await feishu.until(() => lost.state === "failed");
  await clock.advance(100_000_000);
  // A press is not told again.
  expect(line.heard).toHaveLength(2);
  app.subscriptions.delete("card.action.trigger");
  expect(anna.press(post, "No").state).toBe("failed");
  expect(feishu.transcript(chat)).toEqual(["Bot: Tea? [Yes] [No]"]);
});

test("an answer to a press that the platform does not know fails the press, and the test", async () => {
  const feishu = await startFeishu({ clock: new FakeClock() });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const line = await openLine(feishu, app);
  line.answer = () => ({ code: 200, data: { notice: "noted" } });
  await sendTo(feishu, app, anna.dm(app), "interactive", question());
  const post = anna.dm(app).last();
  const press = post && anna.press(post, "Yes");
  await feishu.until(() => press?.state === "failed");
  await line[Symbol.asyncDispose]();
  await expect(feishu[Symbol.asyncDispose]()).rejects.toThrow('the answer is none: {"notice":"noted"}');
});

test("with the token of a press the card is updated twice within half an hour, once the press was answered", async () => {
  await using world = await open();
  const { feishu, app, anna, ask, chat, clock } = world;
  await using line = await openLine(feishu, app);
  const post = await ask();
  const update = async (token: string, words: string, by = app) =>
    (await callApi(feishu, by, "POST", "/interactive/v1/card/update", { token, card: question(words) })).code;
  line.answer = () => undefined;
  const early = anna.press(post, "Yes");
  await feishu.until(() => line.heard.length === 1);
  expect(await update(early.token, "too soon")).toBe(300082);
  line.answer = () => ({ code: 200 });
  const press = anna.press(post, "Yes");
  await feishu.until(() => press.state === "answered");
  expect(await update("c-none", "x")).toBe(300080);
  expect(await update(press.token, "x", feishu.addApp({ name: "Other" }))).toBe(300080);
  expect([
    await update(press.token, "1"),
    await update(press.token, "2"),
    await update(press.token, "3"),
  ]).toEqual([0, 0, 300083]);
  expect(feishu.transcript(chat)).toEqual(["Bot: 2 [Yes] [No]"]);
  const last = anna.press(post, "No");
  await feishu.until(() => last.state === "answered");
  await clock.advance(30 * MINUTE_MS + 1);
  expect(await update(last.token, "late")).toBe(300081);
});

test("while a press on a card that is being written waits for its answer, the card cannot be changed", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  await using line = await openLine(feishu, app);
  line.answer = () => undefined;
  const card = question("Hel", { config: { streaming_mode: true } });
  const { card_id } = await dataOf(feishu, app, "POST", "/cardkit/v1/cards", {
    type: "card_json",
    data: JSON.stringify(card),
  });
  await sendTo(feishu, app, chat, "interactive", { type: "card", data: { card_id } });
  const write = async (content: string, sequence: number) => {
    const path = `/cardkit/v1/cards/${String(card_id)}/elements/text/content`;
    return (await callApi(feishu, app, "PUT", path, { content, sequence })).code;
  };
  const post = chat.last();
  const press = post && anna.press(post, "Yes");
  await feishu.until(() => line.heard.length === 1);
  expect(await write("Hello", 1)).toBe(200810);
  await clock.advance(3000);
  await feishu.until(() => press?.state === "failed");
  expect(await write("Hello", 1)).toBe(0);
});

test("in the older form a press comes to the request address without envelope, signed with the token, and is answered with a card", async () => {
  const got: { headers: Headers; text: string }[] = [];
  const hook = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      got.push({ headers: request.headers, text: await request.text() });
      return Response.json({
        elements: [{ tag: "div", text: { tag: "plain_text", content: "You said yes" } }],
      });
    },
  });
  try {
    await using feishu = await startFeishu({ clock: new FakeClock() });
    const webhook = {
      url: `http://127.0.0.1:${hook.port}/`,
      verificationToken: "v-token",
      encryptKey: "key",
    };
    const app = feishu.addApp({ name: "Bot", webhook });
    app.cardShape = "v1";
    const anna = feishu.addPerson({ name: "Anna" });
    const chat = anna.dm(app);
    const button = { tag: "button", text: { tag: "plain_text", content: "Yes" }, value: { answer: "y" } };
    await sendTo(feishu, app, chat, "interactive", { elements: [{ tag: "action", actions: [button] }] });
    const post = chat.last();
    const press = post && anna.press(post, "Yes");
    await feishu.until(() => press?.state === "answered");
    expect(feishu.transcript(chat)).toEqual(["Bot: You said yes"]);
    expect(JSON.parse(got[0]?.text ?? "")).toMatchObject({
      open_id: anna.openIdIn(app),
      open_message_id: post?.id,
      open_chat_id: chat.id,
      token: press?.token,
      action: { tag: "button", value: { answer: "y" } },
    });
    const { headers, text } = got[0] ?? { headers: new Headers(), text: "" };
    const signed = `${headers.get("x-lark-request-timestamp")}${headers.get("x-lark-request-nonce")}v-token${text}`;
    expect(headers.get("x-lark-signature")).toBe(createHash("sha1").update(signed).digest("hex"));
  } finally {
    await hook.stop(true);
  }
});
