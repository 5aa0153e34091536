import { afterAll, beforeAll, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { CliWorld } from "./cli-world.ts";

const SLOW_MS = 30_000;

let gateway: GatewayProcess;
let world: CliWorld;

beforeAll(async () => {
  gateway = new GatewayProcess();
  await gateway.start();
  world = await CliWorld.make();
  world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
}, SLOW_MS);

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

test("a message sent from the shell appears in the chat, for who is there and who comes later", async () => {
  const sessionKey = "agent:main:webchat:dm:notes";
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey });
  const sent = await world.run("send", "--to", "webchat:notes", "--message", "The build is **green**.");
  expect(sent).toEqual({ code: EXIT.ok, out: "Sent to webchat:notes.\n", err: "" });
  const seen = await client.until("the message", (frames) =>
    frames.find(({ payload }) => payload.text === "The build is **green**."),
  );
  expect(seen.payload.state).toBe("final");
  expect(await client.history(sessionKey)).toMatchObject([
    { role: "assistant", text: "The build is **green**." },
  ]);
});

test("a channel that does not run, and a target that is none, are refused with a reason", async () => {
  const telegram = await world.run("send", "--to", "telegram:123456789", "--message", "Hello");
  expect(telegram.code).toBe(EXIT.refused);
  expect(telegram.err).toContain("telegram");
  const none = await world.run("send", "--to", "somewhere", "--message", "Hello");
  expect(none.code).toBe(EXIT.refused);
  expect(none.err).toContain("channel:[account:]chat");
});

test("without a running gateway it says how to start one", async () => {
  await using elsewhere = await CliWorld.make();
  const { code, err } = await elsewhere.run("send", "--to", "webchat:notes", "--message", "Hello");
  expect(code).toBe(EXIT.notRunning);
  expect(err).toContain(elsewhere.stateDir);
  expect(err).toContain("gateway\n");
});

test(
  "a token that somebody took away is said to be wrong, and nothing is sent",
  async () => {
    await using other = new GatewayProcess();
    await other.start();
    await rm(join(other.stateDir, "token"));
    world.env = { PI_GATEWAY_STATE_DIR: other.stateDir };
    const { code, err } = await world.run("send", "--to", "webchat:notes", "--message", "Hello");
    world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
    expect(code).toBe(EXIT.refused);
    expect(err).toContain("token");
  },
  SLOW_MS,
);
