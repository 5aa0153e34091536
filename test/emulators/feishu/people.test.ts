import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { dataOf } from "./call-api.ts";
import { startFeishu, type AppAccount } from "./index.ts";

async function open() {
  const feishu = await startFeishu({ clock: new FakeClock() });
  const app = feishu.addApp({ name: "Bot" });
  return {
    feishu,
    app,
    anna: feishu.addPerson({ name: "Anna" }),
    bert: feishu.addPerson({ name: "Bert" }),
    /** What was sent to an app: the events of a kind, or the kinds of all. */
    sent: (type: string, to = app) =>
      feishu.pushes.filter((push) => push.app === to && push.type === type).map(({ body }) => eventIn(body)),
    kinds: (to = app) => feishu.pushes.filter((push) => push.app === to).map(({ type }) => type),
    [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose](),
  };
}

function eventIn(body: object): Record<string, unknown> {
  return "event" in body ? (body.event as Record<string, unknown>) : {};
}

const RECEIVE = "im.message.receive_v1";

test("every kind of message reaches the app in the platform's form, and shows in the chat", async () => {
  await using world = await open();
  const { anna, bert, app, feishu } = world;
  const chat = anna.dm(app);
  const hello = anna.say(chat, "hello");
  anna.post(chat, {
    title: "News",
    content: [
      [
        { tag: "text", text: "for " },
        { tag: "at", who: bert },
      ],
      [{ tag: "code_block", language: "JS", text: "let a;" }],
    ],
  });
  anna.upload(chat, "image");
  anna.upload(chat, "file", { name: "a.txt" });
  anna.upload(chat, "audio", { durationMs: 1500 });
  anna.upload(chat, "media");
  anna.sticker(chat);
  anna.share(chat, bert);
  anna.share(chat, feishu.addGroup({ name: "Club", members: [bert] }));
  anna.reply(hello, "so?");
  const merged = anna.forward(chat, [hello, anna.say(bertsAndHers(), "there")]);
  function bertsAndHers() {
    return feishu.addGroup({ name: "Both", members: [anna, bert] });
  }
  expect(feishu.transcript(chat)).toEqual([
    "Anna: hello",
    "Anna: News\nfor @Bert\nlet a;",
    "Anna: (image)",
    "Anna: (file a.txt)",
    "Anna: (audio)",
    "Anna: (media film.mp4)",
    "Anna: (sticker)",
    "Anna: (share_user)",
    "Anna: (share_chat Club)",
    "Anna: so?",
    "Anna: (merge_forward of 2)",
  ]);
  const messages = world.sent(RECEIVE).map(({ message }) => message as Record<string, string>);
  expect(messages.map(({ message_type }) => message_type)).toEqual([
    "text",
    "post",
    "image",
    "file",
    "audio",
    "media",
    "sticker",
    "share_user",
    "share_chat",
    "text",
    "merge_forward",
  ]);
  expect(messages[1]).toMatchObject({
    content: expect.stringContaining('"user_id":"@_user_1"'),
    mentions: [
      { key: "@_user_1", id: { open_id: bert.openIdIn(app) }, name: "Bert", mentioned_type: "user" },
    ],
  });
  expect(JSON.parse(messages[4]?.["content"] ?? "")).toEqual({
    file_key: expect.any(String),
    duration: 1500,
  });
  expect(messages[9]).toMatchObject({ root_id: hello.id, parent_id: hello.id });
  expect(await dataOf(feishu, app, "GET", `/im/v1/messages/${merged.id}`)).toMatchObject({
    items: [
      { message_id: merged.id },
      { body: { content: '{"text":"hello"}' }, upper_message_id: merged.id },
      { body: { content: '{"text":"there"}' }, upper_message_id: merged.id },
    ],
  });
});

test("each app knows a person by another open id, and by the user id only with the scope for it", async () => {
  await using world = await open();
  const { anna, app, feishu } = world;
  const plain = feishu.addApp({ name: "Plain", scopes: ["im:message.p2p_msg:readonly"] });
  anna.say(anna.dm(app), "one");
  anna.say(anna.dm(plain), "two");
  const senderIn = (to: AppAccount) => {
    const [event] = world.sent(RECEIVE, to);
    const sender = event?.["sender"] as { sender_id: Record<string, unknown> } | undefined;
    return sender?.sender_id;
  };
  expect(senderIn(app)).toEqual({
    open_id: anna.openIdIn(app),
    union_id: anna.user.unionId,
    user_id: anna.user.userId,
  });
  expect(senderIn(plain)).toEqual({
    open_id: anna.openIdIn(plain),
    union_id: anna.user.unionId,
    user_id: null,
  });
  expect(anna.openIdIn(plain)).not.toBe(anna.openIdIn(app));
});

test("in a group an app hears what names it, everything only with the scope for that, and @all names nobody", async () => {
  await using world = await open();
  const { anna, bert, app, feishu } = world;
  app.scopes.delete("im:message.group_msg");
  const nosy = feishu.addApp({ name: "Nosy" });
  const club = feishu.addGroup({ name: "Club", members: [anna, bert], apps: [app, nosy] });
  anna.say(club, "just talk");
  anna.mention(club, "all", "look");
  anna.mention(club, bert, "you?");
  anna.mention(club, [bert, app], "both");
  expect(feishu.transcript(club)).toEqual([
    "Anna: just talk",
    "Anna: @all look",
    "Anna: @Bert you?",
    "Anna: @Bert @Bot both",
  ]);
  const textsFor = (to: AppAccount) =>
    world.sent(RECEIVE, to).map(({ message }) => (message as { content: string }).content);
  expect(textsFor(app)).toEqual(['{"text":"@_user_1 @_user_2 both"}']);
  expect(textsFor(nosy)).toHaveLength(4);
  expect(world.sent(RECEIVE)[0]?.["message"]).toMatchObject({
    chat_type: "group",
    mentions: [
      { key: "@_user_1", mentioned_type: "user" },
      { key: "@_user_2", mentioned_type: "bot", id: { open_id: app.openId } },
    ],
  });
  app.scopes.delete("im:message.group_at_msg:readonly");
  anna.mention(club, app, "hello?");
  expect(textsFor(app)).toHaveLength(1);
  expect(feishu.world.withheld.at(-1)).toMatchObject({
    type: RECEIVE,
    why: "needs im:message.group_at_msg:readonly",
  });
});

test("an event that was not subscribed to, or needs a scope that is missing, is withheld", async () => {
  await using world = await open();
  const { anna, app, feishu } = world;
  const chat = anna.dm(app);
  app.subscriptions.delete(RECEIVE);
  anna.say(chat, "hello?");
  expect(world.kinds()).toEqual([]);
  expect(feishu.world.withheld).toMatchObject([{ type: RECEIVE, why: "not subscribed" }]);
  app.subscriptions.add(RECEIVE);
  app.scopes.delete("im:message.p2p_msg:readonly");
  anna.say(chat, "hello?");
  expect(feishu.world.withheld.at(-1)?.why).toBe("needs im:message.p2p_msg:readonly");
});

test("recalls and reactions are told to the apps in the chat; an edit is told to nobody, but shows", async () => {
  await using world = await open();
  const { anna, bert, app, feishu } = world;
  const chat = anna.dm(app);
  const hello = anna.say(chat, "helo");
  anna.edit(hello, "hello");
  anna.react(hello, "THUMBSUP");
  anna.unreact(hello, "THUMBSUP");
  expect(feishu.transcript(chat, { hasMarks: true })).toEqual(["Anna: hello (edited)"]);
  anna.recall(hello);
  expect(world.kinds()).toEqual([
    RECEIVE,
    "im.message.reaction.created_v1",
    "im.message.reaction.deleted_v1",
    "im.message.recalled_v1",
  ]);
  expect(world.sent("im.message.reaction.created_v1")).toMatchObject([
    {
      message_id: hello.id,
      reaction_type: { emoji_type: "THUMBSUP" },
      operator_type: "user",
      user_id: { open_id: anna.openIdIn(app) },
    },
  ]);
  expect(world.sent("im.message.recalled_v1")).toMatchObject([
    { message_id: hello.id, chat_id: chat.id, recall_type: "message_owner" },
  ]);
  expect(() => bert.say(chat, "x")).toThrow("Bert is not in");
  expect(() => bert.recall(anna.say(chat, "x"))).toThrow("nobody can recall");
});

test("coming and going is told: bots to themselves, people to the bots, a name, and the end of a group", async () => {
  await using world = await open();
  const { anna, bert, app, feishu } = world;
  const club = feishu.addGroup({ name: "Club", members: [anna] });
  anna.addBot(club, app);
  anna.invite(club, bert);
  bert.leave(club);
  bert.join(club);
  anna.rename(club, "Pub");
  anna.removeBot(club, app);
  anna.addBot(club, app);
  anna.disband(club);
  expect(world.kinds()).toEqual([
    "im.chat.member.bot.added_v1",
    "im.chat.member.user.added_v1",
    "im.chat.member.user.deleted_v1",
    "im.chat.member.user.added_v1",
    "im.chat.updated_v1",
    "im.chat.member.bot.deleted_v1",
    "im.chat.member.bot.added_v1",
    "im.chat.disbanded_v1",
  ]);
  expect(world.sent("im.chat.member.user.added_v1")[0]).toMatchObject({
    chat_id: club.id,
    operator_id: { open_id: anna.openIdIn(app) },
    users: [{ name: "Bert", user_id: { open_id: bert.openIdIn(app) } }],
  });
  expect(world.sent("im.chat.updated_v1")).toMatchObject([
    { before_change: { name: "Club" }, after_change: { name: "Pub" } },
  ]);
  expect(() => anna.say(club, "x")).toThrow("Pub is no more");
});

test("who opens the chat with a bot is announced", async () => {
  await using world = await open();
  const { anna, app } = world;
  const chat = anna.enter(app);
  expect(world.sent("im.chat.access_event.bot_p2p_chat_entered_v1")).toMatchObject([
    { chat_id: chat.id, operator_id: { open_id: anna.openIdIn(app) } },
  ]);
});
