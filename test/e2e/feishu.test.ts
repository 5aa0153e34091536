import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "../cli/cli-world.ts";
import {
  type AppAccount,
  type FeishuServer,
  type Person,
  type Room,
  startFeishu,
} from "../emulators/feishu/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

/** A real gateway with the real pi, and Feishu as the people in it see it. */
let feishu: FeishuServer;
let app: AppAccount;
let anna: Person;
let gateway: GatewayProcess;
let shell: CliWorld;

const channelOf = (more: object = {}) => ({
  appId: app.appId,
  appSecret: app.appSecret,
  domain: feishu.url,
  dmPolicy: "pairing",
  allowFrom: [anna.openIdIn(app)],
  groupPolicy: "open",
  ...more,
});

beforeAll(async () => {
  feishu = await startFeishu();
  app = feishu.addApp({ name: "Pi" });
  anna = feishu.addPerson({ name: "Anna" });
  gateway = new GatewayProcess({
    env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
    config: { channels: { feishu: channelOf() } },
  });
  await gateway.start();
  await feishu.untilConnected(app);
  shell = await CliWorld.make();
  shell.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
  await feishu[Symbol.asyncDispose]();
});

/** The line of the bot, behind the `from`-th of the chat, that has all of `words`. */
async function answer(room: Room, from: number, ...words: readonly string[]): Promise<string> {
  const found = () =>
    feishu
      .transcript(room)
      .slice(from)
      .find((line) => line.startsWith("Pi: ") && words.every((word) => line.includes(word)));
  return feishu.until(found, `a message of the bot with ${words.join(", ")}`);
}

const lineCount = (room: Room) => feishu.transcript(room).length;

/** What the demo model's answers end with. */
const WHOLE = "run bash: ls";

describe("in a private chat", () => {
  test("a stranger is told a code, let in from the shell, told so, and answered", async () => {
    const eve = feishu.addPerson({ name: "Eve" });
    const room = eve.dm(app);
    eve.say(room, "let me in");
    const told = await answer(room, 0, "pi-gw pairing approve feishu");
    const [, code = ""] = /approve feishu ([A-Z2-9]{8})/.exec(told) ?? [];
    const approved = await shell.run("pairing", "approve", "feishu", code.toLowerCase());
    expect(approved.code).toBe(EXIT.ok);
    await answer(room, 2, "let in");
    eve.say(room, "and now?");
    await answer(room, 3, "and now?", WHOLE);
  });

  test("a file is where pi can read it, and a quote says what it answers", async () => {
    const room = anna.dm(app);
    const before = lineCount(room);
    anna.upload(room, "file", { name: "报告.txt", bytes: new TextEncoder().encode("forty-two") });
    const text = await answer(room, before, "报告.txt");
    const [, path = ""] = /\[file: (\S+报告\.txt)/.exec(text) ?? [];
    expect(await Bun.file(path).text()).toBe("forty-two");
    const said = room.last(app);
    if (!said) throw new Error("there is an answer");
    const next = lineCount(room);
    anna.reply(said, "why do you ask?");
    await answer(room, next, "why do you ask?", WHOLE);
  });

  test("commands work, and so does a button under what one of them says", async () => {
    const room = anna.dm(app);
    const before = lineCount(room);
    anna.say(room, "/status");
    await answer(room, before, "Model: `pi-gateway/demo`");
    const next = lineCount(room);
    anna.say(room, "/think");
    await answer(room, next, "off");
    const offer = room.last(app);
    if (!offer) throw new Error("there is an offer");
    const press = anna.press(offer, "off");
    await feishu.until(() => press.state === "answered", "an answer to the press");
    await feishu.until(() => lineCount(room) === next + 3, "what came of it");
  });

  test("a shell says something there, by the person and by the chat", async () => {
    const room = anna.dm(app);
    for (const to of [anna.openIdIn(app), room.id]) {
      const before = lineCount(room);
      const sent = await shell.run("send", "--to", `feishu:${to}`, "--message", "The build is **green**.");
      expect(sent.code).toBe(EXIT.ok);
      await answer(room, before, "The build is **green**.");
    }
  });

  test("a message that is taken back while it waits is not answered", async () => {
    const room = anna.dm(app);
    const before = lineCount(room);
    anna.say(room, "run bash: sleep 1; echo one");
    await feishu.until(() => feishu.transcript(room, { isLive: true }).length > before + 1, "work");
    anna.say(room, "/queue collect");
    await answer(room, before, "collect");
    const second = anna.say(room, "and the second");
    anna.recall(second);
    await answer(room, before, "one");
    anna.say(room, "the last");
    await answer(room, before, "the last", WHOLE);
    expect(
      feishu
        .transcript(room)
        .slice(before)
        .filter((line) => line.startsWith("Pi: "))
        .join("\n"),
    ).not.toContain("and the second");
    anna.say(room, "/queue steer");
  });
});

describe("in groups", () => {
  test("what was said among people is context for the next message that is for the bot", async () => {
    const bob = feishu.addPerson({ name: "Bob" });
    const group = feishu.addGroup({ name: "Friends", members: [anna, bob], apps: [app] });
    bob.say(group, "I like green");
    anna.say(group, "me too");
    anna.mention(group, app, "which colour do we like?");
    const text = await answer(group, 0, "which colour do we like?", WHOLE);
    expect(text).toContain("Bob: I like green");
    expect(text).toContain("Anna: me too");
  });

  test("each topic is a conversation of its own, and the shell reaches one by its id", async () => {
    const group = feishu.addGroup({ name: "Topics", members: [anna], apps: [app], isTopicGroup: true });
    const root = anna.mention(group, app, "hello from the topic");
    const thread = root.threadId ?? "";
    await answer(group, 0, "hello from the topic", WHOLE);
    expect(feishu.transcript(group, { thread }).at(-1)).toContain("hello from the topic");
    await shell.run("send", "--to", `feishu:default:${group.id}:topic:${thread}`, "--message", "Only here");
    await feishu.until(
      () => feishu.transcript(group, { thread }).at(-1) === "Pi: Only here",
      "it in the topic",
    );
  });

  test("where each has a conversation of their own, one does not hear the other's", async () => {
    const bob = feishu.addPerson({ name: "Ben" });
    const group = feishu.addGroup({ name: "Alone", members: [anna, bob], apps: [app] });
    gateway.configure({
      channels: { feishu: channelOf({ groups: { [group.id]: { groupSessionScope: "sender" } } }) },
    });
    await feishu.untilConnected(app, 0);
    await feishu.untilConnected(app);
    anna.mention(group, app, "I am Anna");
    await answer(group, 0, "I am Anna", WHOLE);
    bob.mention(group, app, "I am Ben");
    await answer(group, 0, "I am Ben", WHOLE);
    const { out } = await shell.run("route", "explain", `feishu:${group.id}`);
    expect(out).toContain("agent:main:feishu:group");
  });
});

test("a configuration that changes brings a second app, and a wrong secret is one sentence that costs the first nothing", async () => {
  const second = feishu.addApp({ name: "Second" });
  const accounts = {
    second: { appId: second.appId, appSecret: second.appSecret },
    third: { appId: "cli_0123456789abcdef", appSecret: "wrong" },
    fourth: { appId: "cli_short", appSecret: "x" },
  };
  gateway.configure({ channels: { feishu: channelOf({ accounts, dmPolicy: "open" }) } });
  await feishu.untilConnected(second);
  const room = anna.dm(second);
  anna.say(room, "hello, second");
  await feishu.until(() => feishu.transcript(room).some((line) => line.includes(WHOLE)), "an answer");
  const doctor = await shell.run("doctor", "--config", join(gateway.home, "cwd/pi-gateway.jsonc"));
  expect(doctor.out).toMatch(/error +feishu\/third .*appId and appSecret/);
  expect(doctor.out).toMatch(/warning +feishu\/fourth .*cli_ and 16 characters/);
  expect(doctor.out).toMatch(/ok +feishu +Pi answers/);
});
