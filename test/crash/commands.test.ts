import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL, OWN_PI } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";

const makeGateway = () =>
  new GatewayProcess({
    config: { agent: { piCliPath: OWN_PI, extensions: [FAUX_MODEL], model: "faux/echo" } },
  });

const connect = (gateway: GatewayProcess) => ChatClient.connect(gateway.url, gateway.token);

const namesTaken = (text = "") => text.replace(/\n\n\[message_id: .*\]$/, "");

async function ask(gateway: GatewayProcess, text: string): Promise<string> {
  using client = await connect(gateway);
  const { messageId } = await client.send(ALICE, text);
  return namesTaken((await client.end(messageId)).text);
}

/** Sends `text` to a gateway that kills itself on the way, starts it again, and waits until the message is done. */
async function sendThroughCrash(gateway: GatewayProcess, text: string): Promise<string[]> {
  const id = await sentBeforeDeath(gateway, text);
  using client = await connect(gateway);
  await client.call("chat.subscribe", { sessionKey: ALICE });
  for (;;) {
    const seen = client.frames.length;
    const rows = await client.history(ALICE);
    const at = rows.findIndex((row) => row.id === id);
    if (rows[at]?.state === "done") {
      expect(client.ends(id).length).toBeLessThanOrEqual(1);
      return rows.slice(at).map((row) => `${row.role}: ${namesTaken(row.text)}`);
    }
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

async function sentBeforeDeath(gateway: GatewayProcess, text: string): Promise<string> {
  using client = await connect(gateway);
  const { messageId } = await client.send(ALICE, text, "key").catch(() => ({ messageId: "" }));
  expect(await gateway.exited()).toBe(137);
  await gateway.start();
  if (messageId !== "") return messageId;
  // It died before it could say that it has the message: the client sends it again.
  using again = await connect(gateway);
  return (await again.send(ALICE, text, "key")).messageId;
}

/** `@2`: the second message is the one that kills. */
describe.each(["inbox.after-record@2", "session.ended", "inbox.before-settle@2"])(
  "the gateway is killed at %s",
  (point) => {
    test("/new is answered once and begins one new conversation", async () => {
      await using gateway = makeGateway();
      await gateway.start(point);
      expect(await ask(gateway, "one")).toBe("echo: one");
      expect(await sendThroughCrash(gateway, "/new")).toEqual([
        "user: /new",
        "assistant: A new conversation. What was said before is not part of it.",
      ]);
      expect(await ask(gateway, "roles")).toBe("user");
    });

    test("the text behind /new is the first message of the new conversation, once", async () => {
      await using gateway = makeGateway();
      await gateway.start(point);
      expect(await ask(gateway, "one")).toBe("echo: one");
      expect(await sendThroughCrash(gateway, "/new roles")).toEqual(["user: /new roles", "assistant: user"]);
    });
  },
);

describe.each(["turn.after-note", "turn.before-finish"])("the gateway is killed at %s", (point) => {
  test("a template of pi's runs once and is answered once", async () => {
    await using gateway = makeGateway();
    const prompts = join(gateway.home, ".pi/agent/prompts");
    mkdirSync(prompts, { recursive: true });
    writeFileSync(join(prompts, "greet.md"), "Say hello to $1.\n");
    await gateway.start(point);
    const [asked, said, ...others] = await sendThroughCrash(gateway, "/greet Bob");
    expect([asked, others]).toEqual(["user: /greet Bob", []]);
    expect(said?.trim()).toBe("assistant: echo: Say hello to Bob.");
    expect(await ask(gateway, "roles")).toBe("user,user");
  });
});
