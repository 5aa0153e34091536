import { expect, test } from "bun:test";
import { ALL_SCOPES } from "../../../../emulators/feishu/scopes.ts";
import { FeishuWorld } from "../feishu-world.ts";

const without = (...gone: readonly string[]) => ALL_SCOPES.filter((scope) => !gone.includes(scope));
const texts = (found: readonly { level: string; text: string }[]) =>
  found.map(({ level, text }) => `${level}: ${text}`);

test("an app that has all it needs answers, and that is all there is to say", async () => {
  await using world = await FeishuWorld.open();
  const channel = await world.start();
  expect(texts(await channel.findings())).toEqual(["ok: Pi answers"]);
});

test("each permission that is missing is named, with what goes without it", async () => {
  const app = {
    scopes: without(
      "im:resource",
      "cardkit:card:write",
      "contact:user.base:readonly",
      "contact:contact.base:readonly",
    ),
  };
  await using world = await FeishuWorld.open({ app });
  const found = await world.channel().findings();
  expect(texts(found)).toEqual([
    "ok: Pi answers",
    "warning: the app lacks the permission im:resource: files can be neither fetched nor sent",
    "warning: the app lacks the permission cardkit:card:write: answers cannot grow while they are written",
    "note: the app lacks the permission contact:user.base:readonly or contact:contact.base:readonly: people who were never mentioned are called by their ids",
  ]);
  expect(found[1]?.fix).toBe(
    "Add im:resource under Permissions & Scopes, and publish a version of the app then, or nothing changes.",
  );
});

test("requireMention: false needs the permission to see all that is said in groups", async () => {
  await using world = await FeishuWorld.open({ app: { scopes: without("im:message.group_msg") } });
  const groups = { oc_1: { requireMention: false, enabled: true } };
  expect(texts(await world.channel({ groups }).findings())[1]).toContain(
    "requireMention: false has no effect",
  );
  expect(await world.channel({ groups: {} }).findings()).toHaveLength(1);
});

test("a group that is listed and that the bot is not in says so, and so does a key that is no id", async () => {
  await using world = await FeishuWorld.open();
  const anna = world.feishu.addPerson({ name: "Anna" });
  const group = world.feishu.addGroup({ name: "Team", members: [anna], apps: [world.app] });
  const other = world.feishu.addGroup({ name: "Other", members: [anna] });
  const one = { enabled: true };
  const groups = { [group.id]: one, [other.id]: one, Team: one, "*": one, oc_off: { enabled: false } };
  const found = texts(await world.channel({ groups }).findings());
  expect(found.slice(1)).toEqual([
    `warning: the group ${other.id} in groups: The bot is no member of this chat.`,
    "warning: the group Team in groups is no id of a group: those begin with oc_",
  ]);
});

test("an event that the app is not told of is named, and so is a callback", async () => {
  const app = {
    subscriptions: [
      "im.message.recalled_v1",
      "im.message.reaction.created_v1",
      "im.chat.member.bot.added_v1",
      "im.chat.member.bot.deleted_v1",
    ],
  };
  await using world = await FeishuWorld.open({ app });
  const channel = await world.start();
  expect(texts(await channel.findings())).toEqual([
    "ok: Pi answers",
    "error: the app is not told of im.message.receive_v1: no message reaches the gateway",
    "warning: the app is not told of card.action.trigger: buttons do nothing",
    "note: the app is not told of im.chat.disbanded_v1: messages of a group that is no more are answered in vain",
  ]);
});

test("events that go another way than the gateway waits for are an error", async () => {
  await using world = await FeishuWorld.open();
  const found = await world.channel({ connectionMode: "webhook", encryptKey: "k" }).findings();
  expect(found[1]).toMatchObject({ level: "error" });
  expect(found[1]?.text).toContain("over a long connection, but the gateway waits for them by webhook");
  expect(found[1]?.fix).toContain("/feishu/events");
});

test("where the app may not tell what it is subscribed to, silence on an open line says what to look at", async () => {
  const app = { scopes: without("application:application:self_manage") };
  await using world = await FeishuWorld.open({ app });
  const anna = world.feishu.addPerson({ name: "Anna" });
  const channel = world.channel();
  expect(texts(await channel.findings())).toEqual(["ok: Pi answers"]);
  await world.started(channel);
  const found = await channel.findings();
  expect(texts(found)[1]).toStartWith("warning: the long connection is open, and nothing has ever come");
  expect(found[1]?.fix).toContain("im.message.receive_v1");
  anna.say(anna.dm(world.app), "hi");
  await world.host.texts(1);
  expect(texts(await channel.findings())).toEqual(["ok: Pi answers"]);
  // Over a restart, too.
  await world.stopped(channel);
  const next = world.channel();
  await world.started(next);
  expect(texts(await next.findings())).toEqual(["ok: Pi answers"]);
});

test("a webhook that Feishu has never called says where it is", async () => {
  await using world = await FeishuWorld.open({ way: "webhook" });
  const channel = world.channel();
  expect(texts(await channel.findings())).toEqual(["ok: Pi answers"]);
  await world.started(channel);
  const [, found] = await channel.findings();
  expect(found).toMatchObject({ level: "warning", text: "Feishu has not called /feishu/events yet" });
  await world.feishu.webhooks.verify(world.app);
  expect(texts(await channel.findings())[1]).toStartWith("warning: Feishu knows the webhook's address");
});

test("a wrong secret, an app without a bot and an unreachable server are each one sentence with what to do", async () => {
  await using world = await FeishuWorld.open();
  const [wrong] = await world.channel({}, { appSecret: "wrong" }).findings();
  expect(wrong).toMatchObject({ level: "error", subject: "feishu" });
  expect(wrong?.text).toBe("Feishu does not know the app by its appId and appSecret");
  const [away] = await world.channel({ domain: "http://127.0.0.1:9" }).findings();
  expect(away?.text).toContain("cannot connect to Feishu");
  world.feishu.faults.add({ kind: "429", retryAfter: 5, match: { method: "bot.info" } });
  const [busy] = await world.channel().findings();
  expect(busy).toMatchObject({ level: "error", text: "Feishu wants fewer calls for a while." });
});
