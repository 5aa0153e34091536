import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, dataOf, sendTo } from "./call-api.ts";
import { startFeishu } from "./index.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function open() {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  return {
    clock,
    feishu,
    app,
    anna,
    chat: anna.dm(app),
    call: (verb: string, path: string, body?: object) => callApi(feishu, app, verb, path, body),
    data: (verb: string, path: string, body?: object) => dataOf(feishu, app, verb, path, body),
    [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose](),
  };
}

const text = (words: string) => ({ msg_type: "text", content: JSON.stringify({ text: words }) });

test("a message that is sent again with the same uuid within an hour is there once, and counts as done once", async () => {
  await using world = await open();
  const { feishu, app, chat, clock } = world;
  const first = await sendTo(feishu, app, chat, "text", { text: "one" }, { uuid: "key-1" });
  expect(await sendTo(feishu, app, chat, "text", { text: "one" }, { uuid: "key-1" })).toBe(first);
  expect(feishu.transcript(chat)).toEqual(["Bot: one"]);
  feishu.calls.assertNoDuplicates({ method: "im.message.create" });
  await clock.advance(60 * MINUTE_MS);
  expect(await sendTo(feishu, app, chat, "text", { text: "one" }, { uuid: "key-1" })).not.toBe(first);
  expect(feishu.transcript(chat)).toEqual(["Bot: one", "Bot: one"]);
  expect(() => feishu.calls.assertNoDuplicates({ method: "im.message.create" })).toThrow("done twice");
});

test("a chat is found by whatever names it, and nobody is reached by another app's name for them", async () => {
  await using world = await open();
  const { anna, app, call, feishu, chat } = world;
  const other = feishu.addApp({ name: "Other" });
  const to = (type: string, id: string) =>
    call("POST", `/im/v1/messages?receive_id_type=${type}`, { receive_id: id, ...text("hi") });
  for (const [type, id] of [
    ["chat_id", chat.id],
    ["open_id", anna.openIdIn(app)],
    ["union_id", anna.user.unionId],
    ["user_id", anna.user.userId],
  ] as const) {
    expect(await to(type, id)).toMatchObject({ code: 0, data: { chat_id: chat.id } });
  }
  expect(await to("open_id", anna.openIdIn(other))).toMatchObject({ code: 99992361 });
  expect(await to("open_id", "ou_nobody")).toMatchObject({ code: 230001 });
  const club = feishu.addGroup({ name: "Club", members: [anna] });
  expect(await to("chat_id", club.id)).toMatchObject({ code: 230002 });
  anna.stop(app);
  expect(await to("chat_id", chat.id)).toMatchObject({ code: 230053 });
  anna.say(chat, "back");
  expect(await to("chat_id", chat.id)).toMatchObject({ code: 0 });
});

test("a text can be edited twenty times, by its sender, within the time allowed, and remains a text", async () => {
  await using world = await open();
  const { feishu, app, chat, anna, call, clock } = world;
  const id = await sendTo(feishu, app, chat, "text", { text: "0" });
  const edit = async (words: string, of = id) =>
    (await call("PUT", `/im/v1/messages/${of}`, text(words))).code;
  for (let count = 1; count <= 20; count++) expect(await edit(String(count))).toBe(0);
  expect(await edit("21")).toBe(230072);
  expect(feishu.transcript(chat, { hasMarks: true })).toEqual(["Bot: 20 (edited)"]);
  expect(await edit("x", anna.say(chat, "mine").id)).toBe(230071);
  const card = await sendTo(feishu, app, chat, "interactive", { elements: [{ tag: "hr" }] });
  expect(await edit("x", card)).toBe(230054);
  const old = await sendTo(feishu, app, chat, "text", { text: "old" });
  await clock.advance(DAY_MS + 1);
  expect(await edit("new", old)).toBe(230075);
});

test("a card is patched for two weeks, and nothing else is", async () => {
  await using world = await open();
  const { feishu, app, chat, call, clock } = world;
  const card = (words: string) => ({ elements: [{ tag: "markdown", content: words }] });
  const id = await sendTo(feishu, app, chat, "interactive", card("one"));
  const patch = async (of: string) =>
    (await call("PATCH", `/im/v1/messages/${of}`, { content: JSON.stringify(card("two")) })).code;
  expect(await patch(id)).toBe(0);
  expect(feishu.transcript(chat)).toEqual(["Bot: two"]);
  expect(await patch(await sendTo(feishu, app, chat, "text", { text: "x" }))).toBe(230001);
  await clock.advance(14 * DAY_MS + 1);
  expect(await patch(id)).toBe(230031);
});

test("what was recalled is gone for the person, cannot be worked with, and only its sender can recall it", async () => {
  await using world = await open();
  const { feishu, app, chat, anna, call, data } = world;
  const id = await sendTo(feishu, app, chat, "text", { text: "oops" });
  const hers = anna.say(chat, "mine");
  expect(await call("DELETE", `/im/v1/messages/${hers.id}`)).toMatchObject({ code: 230026 });
  expect(await call("DELETE", `/im/v1/messages/${id}`)).toMatchObject({ code: 0 });
  expect(feishu.transcript(chat)).toEqual(["Anna: mine"]);
  expect(feishu.transcript(chat, { hasMarks: true })).toEqual(["Bot: (recalled)", "Anna: mine"]);
  expect(await call("PUT", `/im/v1/messages/${id}`, text("x"))).toMatchObject({ code: 230011 });
  expect(await call("POST", `/im/v1/messages/${id}/reply`, text("x"))).toMatchObject({ code: 230011 });
  const reaction = { reaction_type: { emoji_type: "OK" } };
  expect(await call("POST", `/im/v1/messages/${id}/reactions`, reaction)).toMatchObject({ code: 231003 });
  expect(await data("GET", `/im/v1/messages/${id}`)).toMatchObject({ items: [{ deleted: true }] });
  expect(await call("GET", "/im/v1/messages/om_never")).toMatchObject({ code: 230110 });
  expect(await call("GET", "/im/v1/messages/nonsense")).toMatchObject({ code: 230001 });
});

test("an answer names what it answers, and opens or joins a topic", async () => {
  await using world = await open();
  const { feishu, app, anna, data } = world;
  const club = feishu.addGroup({ name: "Club", members: [anna], apps: [app] });
  const hello = anna.say(club, "hello");
  const answer = (to: string, more: object = {}) =>
    data("POST", `/im/v1/messages/${to}/reply`, { ...text("yes"), ...more });
  const quoted = await answer(hello.id);
  expect(quoted).toMatchObject({ root_id: hello.id, parent_id: hello.id });
  expect(quoted["thread_id"]).toBeUndefined();
  const inTopic = await answer(hello.id, { reply_in_thread: true });
  expect(inTopic["thread_id"]).toMatch(/^omt_/);
  expect(hello.threadId).toBe(String(inTopic["thread_id"]));
  const next = anna.replyInThread(hello, "and?");
  expect(await answer(next.id)).toMatchObject({
    thread_id: hello.threadId,
    root_id: hello.id,
    parent_id: next.id,
  });
  expect(feishu.transcript(club, { thread: hello.threadId ?? "", hasMarks: true })).toEqual([
    "Anna: hello",
    "Bot: (re “hello”) yes",
    "Anna: (re “hello”) and?",
    "Bot: (re “and?”) yes",
  ]);
  expect(feishu.transcript(club, { thread: "none" })).toEqual(["Bot: yes"]);
  const topic = feishu.addGroup({ name: "Topics", members: [anna], apps: [app], isTopicGroup: true });
  const [one, two] = [anna.say(topic, "one"), anna.say(topic, "two")];
  expect(one.threadId).toMatch(/^omt_/);
  expect(two.threadId).not.toBe(one.threadId);
  expect(await answer(one.id)).toMatchObject({ thread_id: one.threadId });
});

test("messages are listed by chat and by topic, in pages, in either direction", async () => {
  await using world = await open();
  const { anna, chat, data, call, clock } = world;
  for (const words of ["one", "two", "three"]) {
    anna.say(chat, words);
    await clock.advance(2000);
  }
  const list = (query: string) =>
    data("GET", `/im/v1/messages?container_id_type=chat&container_id=${chat.id}&${query}`);
  const textsOf = (page: Record<string, unknown>) =>
    (page["items"] as { body: { content: string } }[]).map(({ body }) => JSON.parse(body.content).text);
  const first = await list("sort_type=ByCreateTimeDesc&page_size=2");
  expect([textsOf(first), first["has_more"]]).toEqual([["three", "two"], true]);
  const second = await list(
    `sort_type=ByCreateTimeDesc&page_size=2&page_token=${String(first["page_token"])}`,
  );
  expect([textsOf(second), second["has_more"]]).toEqual([["one"], false]);
  const since = Math.floor((chat.posts[1]?.atMs ?? 0) / 1000);
  expect(textsOf(await list(`start_time=${since}`))).toEqual(["two", "three"]);
  expect(await call("GET", "/im/v1/messages?container_id_type=chat&container_id=oc_none")).toMatchObject({
    code: 230001,
  });
});

test("names in a text become keys with mentions, and calling on everybody is noted", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, data } = world;
  const at = `<at user_id="${anna.openIdIn(app)}">A</at>`;
  const id = await sendTo(feishu, app, chat, "text", { text: `${at} and ${at}, hi` });
  expect(await data("GET", `/im/v1/messages/${id}`)).toMatchObject({
    items: [
      {
        body: { content: '{"text":"@_user_1 and @_user_1, hi"}' },
        mentions: [{ key: "@_user_1", id: anna.openIdIn(app), name: "Anna" }],
      },
    ],
  });
  expect(chat.last()?.mentionsAll).toBe(false);
  await sendTo(feishu, app, chat, "text", { text: '<at user_id="all"></at> look' });
  expect(chat.last()?.mentionsAll).toBe(true);
  await sendTo(feishu, app, chat, "interactive", {
    elements: [{ tag: "markdown", content: "<at id=all></at>" }],
  });
  expect(chat.last()?.mentionsAll).toBe(true);
  await sendTo(feishu, app, chat, "interactive", {
    elements: [{ tag: "markdown", content: "`<at id=all></at>` and &#60;at id=all&#62;" }],
  });
  expect(chat.last()?.mentionsAll).toBe(false);
  expect(feishu.transcript(chat)).toEqual([
    "Bot: @Anna and @Anna, hi",
    "Bot: @all look",
    "Bot: @all",
    "Bot: `<at id=all></at>` and <at id=all>",
  ]);
});

test("a rich text is read part by part, and one that is not as it should be is refused", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, call } = world;
  await sendTo(feishu, app, chat, "post", {
    zh_cn: {
      title: "News",
      content: [
        [
          { tag: "text", text: "see " },
          { tag: "a", text: "this", href: "https://a.example" },
        ],
        [{ tag: "at", user_id: anna.openIdIn(app) }],
        [{ tag: "md", text: "**bold**" }],
      ],
    },
  });
  expect(feishu.transcript(chat)).toEqual(["Bot: News\nsee this (https://a.example)\n@Anna\n**bold**"]);
  const refused = async (msg_type: string, content: string) => {
    const body = { receive_id: chat.id, msg_type, content };
    return (await call("POST", "/im/v1/messages?receive_id_type=chat_id", body)).code;
  };
  expect(await refused("post", JSON.stringify({ title: "", content: [] }))).toBe(230001);
  expect(await refused("post", JSON.stringify({ zh_cn: { content: [[{ tag: "blink" }]] } }))).toBe(230001);
  const mixed = [
    [
      { tag: "md", text: "x" },
      { tag: "text", text: "y" },
    ],
  ];
  expect(await refused("post", JSON.stringify({ zh_cn: { content: mixed } }))).toBe(230001);
  expect(await refused("text", "no json")).toBe(230001);
  expect(await refused("text", '{"text":""}')).toBe(230001);
  expect(await refused("song", "{}")).toBe(230001);
  expect(await refused("image", '{"image_key":"img_v3_none"}')).toBe(230001);
});

test("reactions have names, are put once, and are taken back by who put them", async () => {
  await using world = await open();
  const { feishu, anna, chat, data, call } = world;
  const hello = anna.say(chat, "hello");
  const path = `/im/v1/messages/${hello.id}/reactions`;
  const react = (emoji_type: string) => call("POST", path, { reaction_type: { emoji_type } });
  expect(await react("👍")).toMatchObject({ code: 231001 });
  const { data: first } = await react("THUMBSUP");
  expect((await react("THUMBSUP")).data["reaction_id"]).toBe(first["reaction_id"]);
  anna.react(hello, "HEART");
  expect(feishu.transcript(chat)).toEqual(["Anna: hello {THUMBSUP HEART}"]);
  expect(await data("GET", `${path}?reaction_type=HEART`)).toMatchObject({
    items: [{ operator: { operator_type: "user" }, reaction_type: { emoji_type: "HEART" } }],
  });
  const [, hers] = hello.reactions;
  expect(await call("DELETE", `${path}/${hers?.id}`)).toMatchObject({ code: 231007 });
  expect(await call("DELETE", `${path}/none`)).toMatchObject({ code: 231010 });
  expect(await call("DELETE", `${path}/${String(first["reaction_id"])}`)).toMatchObject({ code: 0 });
  anna.unreact(hello, "HEART");
  expect(feishu.transcript(chat)).toEqual(["Anna: hello"]);
  expect(() => anna.react(hello, "👍")).toThrow("there is no reaction 👍");
});

test("a message is pinned, found among the pinned ones, and unpinned", async () => {
  await using world = await open();
  const { feishu, anna, chat, data } = world;
  const hello = anna.say(chat, "hello");
  await data("POST", "/im/v1/pins", { message_id: hello.id });
  expect(feishu.transcript(chat, { hasMarks: true })).toEqual(["Anna: hello (pinned)"]);
  expect(await data("GET", `/im/v1/pins?chat_id=${chat.id}`)).toMatchObject({
    items: [{ message_id: hello.id }],
  });
  await data("DELETE", `/im/v1/pins/${hello.id}`);
  expect(await data("GET", `/im/v1/pins?chat_id=${chat.id}`)).toMatchObject({ items: [] });
});

test("chats, their members and people can be asked for; names only with the scope for them", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, data, call } = world;
  const club = feishu.addGroup({ name: "Club", members: [anna], apps: [app], isTopicGroup: true });
  expect(await data("GET", `/im/v1/chats/${club.id}`)).toMatchObject({
    name: "Club",
    chat_mode: "topic",
    group_message_type: "thread",
    owner_id: anna.openIdIn(app),
  });
  expect(await data("GET", `/im/v1/chats/${chat.id}`)).toMatchObject({ chat_mode: "p2p" });
  expect(await data("GET", "/im/v1/chats")).toMatchObject({ items: [{ chat_id: club.id, name: "Club" }] });
  expect(await data("GET", `/im/v1/chats/${club.id}/members`)).toMatchObject({
    items: [{ member_id: anna.openIdIn(app), name: "Anna" }],
    member_total: 1,
  });
  const person = `/contact/v3/users/${anna.openIdIn(app)}?user_id_type=open_id`;
  expect(await data("GET", person)).toMatchObject({ user: { name: "Anna" } });
  app.scopes.delete("contact:user.base:readonly");
  expect((await data("GET", person))["user"]).not.toHaveProperty("name");
  anna.removeBot(club, app);
  expect(await call("GET", `/im/v1/chats/${club.id}`)).toMatchObject({ code: 232011 });
  expect(await call("GET", "/im/v1/chats/oc_none")).toMatchObject({ code: 232006 });
});
