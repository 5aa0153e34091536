import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "../cli/cli-world.ts";
import {
  type BotAccount,
  type Person,
  startTelegram,
  type TelegramServer,
} from "../emulators/telegram/index.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL } from "../fakes/pi-world.ts";
import { StoryModel } from "../fakes/story-model.ts";

setDefaultTimeout(60_000);

/** A real gateway with the real pi, and Telegram as its owner sees it. */
let telegram: TelegramServer;
let bot: BotAccount;
let anna: Person;
let gateway: GatewayProcess;

const SECRET = "shared with the forge";
const config = (hooks: object = {}) => ({
  agent: { extensions: [FAUX_MODEL], model: "faux/echo" },
  owners: [`telegram:${anna.id}`],
  channels: { telegram: { botToken: bot.token, apiRoot: telegram.url, allowFrom: [String(anna.id)] } },
  hooks: {
    enabled: true,
    mappings: {
      forge: {
        signature: { scheme: "github", secret: SECRET },
        task: "Tell what was pushed.",
        message: "{{repository.full_name}}: {{commits[0].message}}",
      },
    },
    ...hooks,
  },
});

beforeAll(async () => {
  telegram = await startTelegram();
  bot = telegram.addBot({ username: "pi_bot", privacyMode: false });
  anna = telegram.addPerson({ firstName: "Anna" });
  gateway = new GatewayProcess({ config: config() });
  // Bots cannot begin a conversation.
  anna.say(anna.dm(bot), "say 3");
  await gateway.start();
  await said("xxx");
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

const texts = () =>
  anna
    .dm(bot)
    .posts.filter(({ message }) => message.from?.id === bot.id)
    .map(({ message }) => message.text ?? "");

/** The message of the bot that has all of `words`. */
const said = (...words: readonly string[]) =>
  telegram.until(
    () => texts().find((text) => words.every((word) => text.includes(word))),
    `a message of the bot with ${words.join(", ")}`,
  );

const hooksToken = () => readFileSync(join(gateway.stateDir, "hooks-token"), "utf8").trim();

async function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${gateway.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, said: (await response.json()) as Record<string, unknown> };
}

const withToken = (token = hooksToken()) => ({ authorization: `Bearer ${token}` });

test("a push that the forge signs and sends twice is told once, in the owner's chat", async () => {
  const body = JSON.stringify({ repository: { full_name: "a/b" }, commits: [{ message: "Mend the gate" }] });
  const headers = {
    "x-github-delivery": "d-1",
    "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
  };
  const [first, second] = [
    await post("/hooks/forge", body, headers),
    await post("/hooks/forge", body, headers),
  ];
  expect(first.status).toBe(202);
  expect(second).toEqual(first);
  expect(await said("forge", "Mend the gate")).toContain("Tell what was pushed.");
  await post("/hooks/agent", '{"message":"afterwards"}', withToken());
  await said("afterwards");
  expect(texts().filter((text) => text.includes("Mend the gate"))).toHaveLength(1);
});

test("a program that waits reads the answer, and the next message in the chat knows of what was announced", async () => {
  const body = JSON.stringify({ message: "Count to three", name: "Counter", waitForCompletion: true });
  const { status, said: answer } = await post("/hooks/agent", body, withToken());
  expect([status, answer["state"]]).toEqual([200, "done"]);
  expect(answer["text"]).toContain("Count to three");
  await said("Counter", "Count to three");
  anna.say(anna.dm(bot), "What was that?");
  await said("You said here, as the webhook", "What was that?");
});

test("the owner is woken in their own chat", async () => {
  const { said: answer } = await post(
    "/hooks/wake",
    '{"text":"The build broke","mode":"next-heartbeat"}',
    withToken(),
  );
  expect(answer).toMatchObject({
    session: `agent:main:telegram:dm:${anna.id}`,
    note: "No heartbeat takes it, so it is done now.",
  });
  await said("The build broke");
});

test("a configuration that changes is followed: the path, the token, and whether there are webhooks at all", async () => {
  await using shell = await CliWorld.make();
  shell.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
  const reload = async (hooks: object) => {
    gateway.configure(config(hooks));
    await shell.configure(config(hooks));
    const headers = { authorization: `Bearer ${gateway.token}` };
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/ws`, { headers });
    await new Promise((resolve) => {
      socket.addEventListener("open", () => socket.send('{"id":"1","method":"config.reload","params":{}}'));
      socket.addEventListener("message", resolve);
    });
    socket.close();
  };
  const old = hooksToken();
  await reload({ path: "/in" });
  expect((await post("/hooks/wake", '{"text":"a"}', withToken())).status).toBe(404);
  expect((await post("/in/wake", '{"text":"moved"}', withToken())).status).toBe(202);
  expect(await shell.run("token", "rotate", "--hooks")).toMatchObject({ code: EXIT.ok });
  expect(hooksToken()).not.toBe(old);
  expect((await post("/in/wake", '{"text":"a"}', withToken(old))).status).toBe(401);
  expect((await post("/in/wake", '{"text":"rotated"}', withToken())).status).toBe(202);
  await reload({ enabled: false });
  expect((await post("/in/wake", '{"text":"a"}', withToken())).status).toBe(404);
  await reload({ token: gateway.token });
  expect((await post("/hooks/wake", '{"text":"a"}', withToken(gateway.token))).status).toBe(404);
  expect(gateway.log()).toContain("hooks.token is the gateway's own credential");
});

test("whoever waits is told at a stop that the answer is not there yet, and the order is not lost", async () => {
  using model = new StoryModel({ afterwards: "goes on", paragraphs: 1, pieceMs: 200 });
  await using other = new GatewayProcess({
    config: {
      agent: { model: "story/teller" },
      gateway: { graceMs: 500 },
      hooks: { enabled: true, token: "for webhooks" },
    },
  });
  model.addTo(join(other.home, ".pi/agent"));
  await other.start();
  const ask = async () => {
    const response = await fetch(`${other.url}/hooks/agent`, {
      method: "POST",
      headers: { authorization: "Bearer for webhooks", "content-type": "application/json" },
      body: JSON.stringify({ message: "Tell me", idempotencyKey: "k", waitForCompletion: true }),
    });
    return { status: response.status, ...((await response.json()) as { id: string; state: string }) };
  };
  const waiting = ask();
  await model.isAsked;
  const stopped = other.kill("SIGTERM");
  const told = await waiting;
  expect([told.status, told.state]).toEqual([202, "running"]);
  expect(await stopped).toBe(0);
  model.pieceMs = 0;
  await other.start();
  expect(await ask()).toMatchObject({ status: 200, id: told.id, state: "done" });
});
