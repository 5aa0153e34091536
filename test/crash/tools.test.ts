import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const SESSION = "agent:main:webchat:dm:alice";
const FAST = { PI_GATEWAY_DEMO_PACE_MS: "0" };

/** Sends what makes the demo model call a tool, to a gateway that kills itself on the way, and starts it again. */
async function callThroughCrash(gateway: GatewayProcess, tool: string, params: object): Promise<string> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  const { messageId } = await client.send(SESSION, `tool ${tool} ${JSON.stringify(params)}`, "key-1");
  expect(await gateway.exited()).toBe(137);
  await client.closed();
  await gateway.start();
  return messageId;
}

/** What we said in the conversation, by the time the message has been answered. */
async function saidOnceAnswered(gateway: GatewayProcess, messageId: string): Promise<string[]> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey: SESSION });
  for (;;) {
    // Counted before the look, so that nothing that comes meanwhile is waited for in vain.
    const seen = client.frames.length;
    const rows = await client.history(SESSION);
    if (rows.find((row) => row.id === messageId)?.state === "done") {
      return rows.filter(({ role }) => role === "assistant").map(({ text }) => text);
    }
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

const POINTS = [
  "turn.tool_start",
  "tool.before-post",
  "tool.after-post",
  "outbox.before-call",
  "outbox.after-call",
  "turn.tool_end",
];

describe.each(POINTS)("the gateway is killed at %s, in a tool that sends", (point) => {
  test("what it says is seen once, and the message is answered once", async () => {
    await using gateway = new GatewayProcess({ env: FAST });
    await gateway.start(point);
    const id = await callThroughCrash(gateway, "send_message", { text: "Only once" });
    const said = await saidOnceAnswered(gateway, id);
    expect(said).toEqual(["Only once", expect.stringContaining("`send_message`")]);
  });
});

test("a file whose sending a crash cut off is seen once", async () => {
  await using gateway = new GatewayProcess({ env: FAST });
  await gateway.start("tool.after-post");
  writeFileSync(join(gateway.stateDir, "workspace/note.txt"), "a note");
  const id = await callThroughCrash(gateway, "send_media", { path: "note.txt", caption: "The note" });
  const said = await saidOnceAnswered(gateway, id);
  expect(said).toEqual(["The note", expect.stringContaining("`send_media`")]);
});
