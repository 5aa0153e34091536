import { afterAll, describe, expect, test } from "bun:test";
import type { InboundEvent } from "../../../../src/core/message.ts";
import { guardedFetch } from "../../../../src/security/guarded-fetch.ts";
import { type ChannelUnderTest, channelContract } from "../../../contracts/channel.ts";
import { oldPressBody, pressEvent } from "../../../emulators/feishu/events.ts";
import { FeishuWorld, type Way } from "./feishu-world.ts";

const OPTIONS = { nonce: "n", style: "rich", signal: new AbortController().signal } as const;

async function openBy(way: Way, given = {}) {
  const world = await FeishuWorld.open({ way });
  const channel = world.channel(given);
  const anna = world.feishu.addPerson({ name: "Anna" });
  return { world, channel, anna, chat: anna.dm(world.app) };
}

for (const way of ["websocket", "webhook", "token"] as const) {
  const open: AsyncDisposable[] = [];
  afterAll(async () => {
    for (const one of open) await one[Symbol.asyncDispose]();
  });

  channelContract(`feishu by ${way}`, async (): Promise<ChannelUnderTest> => {
    const { world, channel, anna, chat } = await openBy(way);
    open.push(world);
    const { feishu, app } = world;
    return {
      channel,
      chat: { channel: "feishu", account: "default", scope: "dm", chat: anna.openIdIn(app) },
      write: async (text) => {
        if (channel.status().state === "stopped") throw new Error("nobody listens");
        if (way === "websocket") await feishu.untilConnected(app);
        else await feishu.until(() => channel.status().state === "connected");
        anna.say(chat, text);
        await feishu.until(() => feishu.pendingOf(app).length === 0, "the message");
      },
      transcript: async () => feishu.transcript(chat),
    };
  });

  describe(`by ${way}`, () => {
    test("what comes twice under another event is told once, and in order", async () => {
      const { world, channel, anna, chat } = await openBy(way);
      await using _ = world;
      const { feishu, host } = world;
      await world.started(channel);
      feishu.faults.add({ kind: "duplicate", times: 3, match: { method: "im.message.receive_v1" } });
      for (const text of ["a", "b", "c", "d"]) anna.say(chat, text);
      expect(await host.texts(4)).toEqual(["a", "b", "c", "d"]);
      await feishu.until(() => feishu.pendingOf(world.app).length === 0);
      expect(host.received.map(({ text }) => text)).toEqual(["a", "b", "c", "d"]);
    });
  });
}

async function groupWorld(given = {}, app = {}) {
  const world = await FeishuWorld.open({ app });
  const { feishu, host } = world;
  const anna = feishu.addPerson({ name: "Anna" });
  const ben = feishu.addPerson({ name: "Ben" });
  const group = feishu.addGroup({ name: "Team", members: [anna, ben], apps: [world.app] });
  const channel = await world.start(given);
  const event = (kind: InboundEvent["kind"]) =>
    host.until(() => host.reported.find((one) => one.event.kind === kind)?.event);
  const message = (text: string) => host.until(() => host.received.find((one) => one.text === text));
  return { world, feishu, host, anna, ben, group, channel, event, message };
}

describe("a message", () => {
  test("of a private chat is its person's, by name", async () => {
    const { world, anna, message } = await groupWorld();
    await using _ = world;
    const post = anna.say(anna.dm(world.app), "你好");
    const id = anna.openIdIn(world.app);
    expect(await message("你好")).toEqual({
      id: post.id,
      address: { channel: "feishu", account: "default", scope: "dm", chat: id },
      sender: { id, name: "Anna", isBot: false },
      text: "你好",
      attachments: [],
      isForBot: true,
      sentAtMs: post.atMs,
    });
  });

  test("in a group is for the bot if it names it, and not if it names everybody or somebody else", async () => {
    const { world, anna, ben, group, message } = await groupWorld();
    await using _ = world;
    anna.mention(group, world.app, "look");
    anna.mention(group, "all", "hello");
    anna.mention(group, ben, "lunch?");
    expect(await message("look")).toMatchObject({
      isForBot: true,
      address: { scope: "group", chat: group.id },
    });
    expect(await message("@all hello")).toMatchObject({ isForBot: false });
    expect(await message("@Ben lunch?")).toMatchObject({ isForBot: false });
  });

  test("that answers one of the bot's is for it, and says which", async () => {
    const { world, anna, group, channel, message } = await groupWorld();
    await using _ = world;
    const ref = await channel.send(
      channel.addressOf(group.id),
      { kind: "text", markdown: "Tea or coffee?" },
      OPTIONS,
    );
    const posted = group.last(world.app);
    anna.reply(posted!, "tea");
    expect(await message("tea")).toMatchObject({
      isForBot: true,
      replyTo: { id: ref.id, text: "Tea or coffee?" },
    });
  });

  test.each([0, 1])("quotes no half of a character of what the bot has said (%d)", async (before) => {
    const { world, anna, group, channel, message } = await groupWorld();
    await using _ = world;
    const markdown = "x".repeat(before) + "😀".repeat(1000);
    await channel.send(channel.addressOf(group.id), { kind: "text", markdown }, OPTIONS);
    anna.reply(group.last(world.app)!, "what?");
    const quote = (await message("what?")).replyTo?.text ?? "";
    expect(quote.isWellFormed()).toBe(true);
    expect(quote.length).toBeGreaterThan(990);
  });

  test("quotes what it answers, with its author and its files, also from before the start", async () => {
    const { world, anna, ben, group, channel, host, message } = await groupWorld();
    await using _ = world;
    await world.stopped(channel);
    const old = ben.upload(group, "file", { name: "plan.pdf" });
    await world.started(channel);
    anna.mention(group, world.app, "what is this?", { replyTo: old });
    expect(await message("what is this?")).toMatchObject({
      replyTo: { id: old.id, text: "[document: plan.pdf]", from: "Ben" },
      attachments: [{ kind: "document", name: "plan.pdf" }],
    });
    expect(host.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("in a topic is in a conversation of its own, and its root is no quote", async () => {
    const { world, anna, group, message } = await groupWorld();
    await using _ = world;
    const root = anna.mention(group, world.app, "plans");
    const inTopic = anna.replyInThread(root, "in the topic");
    const { threadId } = inTopic;
    const heard = await message("in the topic");
    expect(heard.address).toMatchObject({ scope: "topic", chat: group.id, thread: threadId });
    expect(heard.replyTo).toBeUndefined();
  });

  test("is in its sender's conversation where the group is set so", async () => {
    const { world, anna, ben, group, message } = await groupWorld({ groupSessionScope: "sender" });
    await using _ = world;
    anna.mention(group, world.app, "one");
    ben.mention(group, world.app, "two");
    expect((await message("one")).address).toMatchObject({
      scope: "thread",
      thread: anna.openIdIn(world.app),
    });
    expect((await message("two")).address).toMatchObject({
      scope: "thread",
      thread: ben.openIdIn(world.app),
    });
  });

  test("with a file names it, and the file is fetched when somebody wants it", async () => {
    const { world, anna, channel, host } = await groupWorld();
    await using _ = world;
    const rules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };
    host.fetch = guardedFetch(() => ({ rules, timeoutMs: 5000 }));
    const bytes = new TextEncoder().encode("content");
    anna.upload(anna.dm(world.app), "file", { name: "a.txt", bytes });
    const [message] = await host.until(() => host.received.length === 1 && host.received);
    const [file] = message?.attachments ?? [];
    expect(file).toMatchObject({ kind: "document", name: "a.txt", mimeType: "text/plain" });
    const options = { maxBytes: 100, signal: new AbortController().signal };
    expect(await channel.download(file as never, options)).toEqual(bytes);
    const tooBig = channel.download(file as never, { ...options, maxBytes: 3 });
    expect(await tooBig.catch((error: unknown) => error)).toMatchObject({ code: "too-long" });
    // A token that was taken back before its time is found out, and another one is got.
    world.app.revokeTokens();
    expect(await channel.download(file as never, options)).toEqual(bytes);
  });

  test("that forwards others tells them, with their authors", async () => {
    const { world, feishu, anna, ben, group, host } = await groupWorld();
    await using _ = world;
    const posts = [ben.say(group, "first"), ben.upload(group, "image")];
    anna.forward(anna.dm(world.app), posts);
    const forwarded = await host.until(() =>
      host.received.find(({ text }) => text.startsWith("[forwarded messages]")),
    );
    expect(forwarded.text).toBe("[forwarded messages]\nBen: first\nBen: [photo]");
    expect(feishu.world.complaints).toEqual([]);
  });

  test("comes also if names cannot be looked up: people have a short id then, and Feishu is asked once", async () => {
    const app = { scopes: ["im:message", "im:message.p2p_msg:readonly", "im:message:send_as_bot"] };
    const { world, anna, feishu, host } = await groupWorld({}, app);
    await using _ = world;
    anna.say(anna.dm(world.app), "one");
    anna.say(anna.dm(world.app), "two");
    await host.texts(2);
    const shown = anna.openIdIn(world.app).slice(3, 11);
    expect(host.received.map(({ sender }) => sender.name)).toEqual([shown, shown]);
    expect(feishu.calls.of({ method: "contact.user.get" })).toHaveLength(1);
  });
});

describe("what happens in a chat", () => {
  test("a recall and a reaction reach the gateway, with the place of the message", async () => {
    const { world, anna, ben, group, event, message } = await groupWorld({ groupSessionScope: "sender" });
    await using _ = world;
    const post = anna.mention(group, world.app, "oops");
    const { address } = await message("oops");
    ben.react(post, "THUMBSUP");
    expect(await event("reaction")).toMatchObject({
      message: { id: post.id, address },
      by: { name: "Ben" },
      added: true,
    });
    anna.recall(post);
    expect(await event("removed")).toEqual({ kind: "removed", message: { id: post.id, address } });
  });

  test("the same of a message from before the start, in a private chat and in a topic", async () => {
    const { world, feishu, anna, group, channel, host } = await groupWorld();
    await using _ = world;
    const dm = anna.say(anna.dm(world.app), "private");
    const inTopic = anna.replyInThread(anna.mention(group, world.app, "root"), "topic");
    await host.texts(3);
    await world.stopped(channel);
    const next = world.channel();
    await world.started(next);
    anna.react(dm, "OK");
    anna.react(inTopic, "OK");
    await host.until(() => host.reported.length === 2);
    const places = host.reported.map(({ event }) => "message" in event && event.message.address);
    expect(places).toMatchObject([
      { scope: "dm", chat: anna.openIdIn(world.app) },
      { scope: "topic", chat: group.id, thread: inTopic.threadId },
    ]);
    // Whose chat it is was kept; only the group is asked about.
    expect(feishu.calls.of({ method: "im.chat.get" })).toHaveLength(1);
    expect(feishu.world.complaints).toEqual([]);
  });

  test("in a private chat that somebody has only opened so far is in their conversation", async () => {
    const { world, feishu, anna, channel, event } = await groupWorld();
    await using _ = world;
    anna.enter(world.app);
    await feishu.until(
      () => feishu.pushes.length === 1 && feishu.pendingOf(world.app).length === 0,
      "the opening",
    );
    const to = channel.addressOf(anna.openIdIn(world.app));
    await channel.send(to, { kind: "text", markdown: "Hello." }, OPTIONS);
    await world.stopped(channel);
    await world.started(world.channel());
    anna.react(anna.dm(world.app).last(world.app)!, "HEART");
    expect(await event("reaction")).toMatchObject({ message: { address: to }, emoji: "❤", added: true });
    expect(feishu.calls.of({ method: "im.chat.get" })).toEqual([]);
  });

  test("the bot's own reactions are nothing that happens", async () => {
    const { world, feishu, anna, channel, message, host } = await groupWorld();
    await using _ = world;
    anna.say(anna.dm(world.app), "hi");
    const { id, address } = await message("hi");
    await channel.react({ id, address }, "👀");
    await feishu.until(() => feishu.pushes.some(({ type }) => type === "im.message.reaction.created_v1"));
    await feishu.until(() => feishu.pendingOf(world.app).length === 0);
    expect(host.reported).toEqual([]);
    expect(host.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("who comes and goes is told, the bot's own coming apart", async () => {
    const { world, feishu, anna, ben, event, host } = await groupWorld();
    await using _ = world;
    const other = feishu.addGroup({ name: "Other", members: [anna] });
    anna.addBot(other, world.app);
    expect(await event("joined")).toMatchObject({
      isUs: true,
      by: { name: "Anna" },
      address: { scope: "group", chat: other.id },
    });
    anna.invite(other, ben);
    await host.until(() => host.reported.length === 2);
    expect(host.reported[1]?.event).toMatchObject({ kind: "joined", isUs: false, by: { name: "Ben" } });
    ben.leave(other);
    expect(await event("left")).toMatchObject({ isUs: false, by: { name: "Ben" } });
    anna.removeBot(other, world.app);
    const gone = () => host.reported.find((one) => one.event.kind === "left" && one.event.isUs);
    expect(await host.until(gone)).toBeDefined();
  });

  test("a group that is no more is one that the bot has left", async () => {
    const { world, anna, group, event } = await groupWorld();
    await using _ = world;
    anna.disband(group);
    expect(await event("left")).toMatchObject({ isUs: true, address: { scope: "group", chat: group.id } });
  });

  test.each(["v1", "v2"] as const)(
    "a button pressed in the shape %s is told by its own name, however long, and answered",
    async (shape) => {
      const world = await FeishuWorld.open({ way: "webhook" });
      await using _ = world;
      const { feishu, host, app } = world;
      app.cardShape = shape;
      const anna = feishu.addPerson({ name: "Anna" });
      const channel = await world.start();
      const chat = anna.dm(app);
      const to = channel.addressOf(anna.openIdIn(app));
      const id = `choice/${"x".repeat(300)}`;
      const ref = await channel.send(
        to,
        { kind: "text", markdown: "Well?", buttons: [[{ id, label: "Yes" }]] },
        OPTIONS,
      );
      const press = anna.press(chat.last(app)!, "Yes");
      await feishu.until(() => press.state !== "waiting");
      expect(press.state).toBe("answered");
      expect(host.reported.map(({ event }) => event)).toMatchObject([
        { kind: "button", button: id, message: { id: ref.id, address: to }, by: { id: anna.openIdIn(app) } },
      ]);
    },
  );

  test.each(["v1", "v2"] as const)(
    "a press in the shape %s counts once, under whatever ids and shapes it comes again; another counts, too",
    async (shape) => {
      await using world = await FeishuWorld.open({ way: "webhook" });
      const { feishu, host, app } = world;
      app.cardShape = shape;
      const anna = feishu.addPerson({ name: "Anna" });
      const channel = await world.start();
      const buttons = [[{ id: "a", label: "Yes" }]];
      const to = channel.addressOf(anna.openIdIn(app));
      await channel.send(to, { kind: "text", markdown: "Well?", buttons }, OPTIONS);
      const post = anna.dm(app).last(app)!;
      const { token } = anna.press(post, "Yes");
      await host.until(() => host.reported.length === 1);
      const action = { tag: "button", value: { button: "a" } };
      const header = { event_type: "card.action.trigger", app_id: app.appId, token: app.verificationToken };
      const event = pressEvent(post, anna.user, app, token, action);
      const again = { schema: "2.0", header: { ...header, event_id: "another" }, event };
      expect((await feishu.webhooks.post(app, again))?.status).toBe(200);
      const old = oldPressBody(post, anna.user, app, token, action);
      expect((await feishu.webhooks.post(app, old, {}, "card"))?.status).toBe(200);
      expect(host.reported).toHaveLength(1);
      anna.press(post, "Yes");
      await host.until(() => host.reported.length === 2);
    },
  );

  test("a button is answered over the long connection, too", async () => {
    const { world, feishu, anna, channel, event } = await groupWorld();
    await using _ = world;
    const to = channel.addressOf(anna.openIdIn(world.app));
    await channel.send(
      to,
      { kind: "text", markdown: "Well?", buttons: [[{ id: "a", label: "Yes" }]] },
      OPTIONS,
    );
    const press = anna.press(anna.dm(world.app).last(world.app)!, "Yes");
    expect(await event("button")).toMatchObject({ button: "a" });
    await feishu.until(() => press.state === "answered");
  });
});

test("says who it is when asked, without having started", async () => {
  await using world = await FeishuWorld.open();
  expect(await world.channel().probe(new AbortController().signal)).toBe("@Pi");
  const wrong = world.channel({}, { appSecret: "wrong" }).probe(new AbortController().signal);
  expect(await wrong.catch((error: unknown) => error)).toMatchObject({ code: "unauthorized" });
});
