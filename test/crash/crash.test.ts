import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const SESSION = "agent:main:webchat:dm:alice";
const FAST = { PI_GATEWAY_DEMO_PACE_MS: "0" };

/** Sends as the page does: again, with the same key, until the message is acknowledged. */
async function send(gateway: GatewayProcess, text: string, key: string): Promise<string | undefined> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  try {
    return (await client.send(SESSION, text, key)).messageId;
  } catch (error) {
    expect(String(error)).toContain("CLOSED");
    return undefined;
  }
}

interface Sent {
  readonly id: string;
  /** How often the sender saw the message end before the gateway died. */
  readonly ends: number;
}

/** Sends to a gateway that will kill itself on the way, starts it again, and sends again if need be. */
async function sendThroughCrash(gateway: GatewayProcess, text: string, key: string): Promise<Sent> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  const acknowledged = await client.send(SESSION, text, key).then(
    ({ messageId }) => messageId,
    (error: unknown) => {
      expect(String(error)).toContain("CLOSED");
    },
  );
  expect(await gateway.exited()).toBe(137);
  await client.closed();
  await gateway.start();
  const id = acknowledged ?? (await send(gateway, text, key));
  if (id === undefined) throw new Error("the gateway died twice");
  return { id, ends: client.ends(id).length };
}

/** What somebody reads who opens the conversation once the message has been answered, having seen its end `before` times. */
async function transcriptOnceAnswered(
  gateway: GatewayProcess,
  messageId: string,
  before = 0,
): Promise<string[]> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey: SESSION });
  for (;;) {
    // Counted before the look, so that nothing that comes meanwhile is waited for in vain.
    const seen = client.frames.length;
    const rows = await client.history(SESSION);
    if (rows.find((row) => row.id === messageId)?.state === "done") {
      expect(before + client.ends(messageId).length).toBeLessThanOrEqual(1);
      return rows.map((row) => `${row.role}: ${row.text.replaceAll(/\s+/g, " ")}`);
    }
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

const POINTS = [
  "inbox.before-record",
  "inbox.after-record",
  "inbox.before-settle",
  "turn.after-note",
  "turn.before-prompt",
  "turn.text@5",
  "turn.before-finish",
  "turn.after-finish",
  "outbox.before-call",
  "outbox.after-call",
];

describe.each(POINTS)("the gateway is killed at %s", (point) => {
  test("in a new conversation: the message is answered, once", async () => {
    await using gateway = new GatewayProcess({ env: FAST });
    await gateway.start(point);
    const { id, ends } = await sendThroughCrash(gateway, "Is anybody there?", "key-1");
    const transcript = await transcriptOnceAnswered(gateway, id, ends);
    expect(transcript).toEqual(["user: Is anybody there?", expect.stringContaining("> Is anybody there?")]);
    expect(transcript[1]).toContain("I can also show you a tool at work");
  });

  test("in a conversation with a history: the history stays, the message is answered, once", async () => {
    await using gateway = new GatewayProcess({ env: FAST });
    await gateway.start();
    const before = await send(gateway, "The first question", "key-0");
    await transcriptOnceAnswered(gateway, before ?? "");
    await gateway.kill("SIGTERM");

    await gateway.start(point);
    const { id, ends } = await sendThroughCrash(gateway, "The second question", "key-1");
    const transcript = await transcriptOnceAnswered(gateway, id, ends);
    expect(transcript).toHaveLength(4);
    expect(transcript[1]).toContain("> The first question");
    expect(transcript[3]).toContain("> The second question");
  });
});

describe.each(["turn.tool_start", "turn.tool_end"])("the gateway is killed at %s", (point) => {
  test("pi is told to go on, and the message is answered, once", async () => {
    await using gateway = new GatewayProcess({ env: FAST });
    await gateway.start(point);
    const { id, ends } = await sendThroughCrash(gateway, "run bash: echo forty-two", "key-1");
    const transcript = await transcriptOnceAnswered(gateway, id, ends);
    expect(transcript).toHaveLength(2);
    expect(transcript[0]).toBe("user: run bash: echo forty-two");
  });
});

test("20 of 20 messages that wait when the gateway is killed are answered after the restart, each once", async () => {
  const slow = { env: { PI_GATEWAY_DEMO_PACE_MS: "200" }, config: { agent: { pool: { max: 2 } } } };
  await using gateway = new GatewayProcess(slow);
  await gateway.start();
  const sessions = Array.from({ length: 20 }, (_, index) => `agent:main:webchat:dm:person-${index}`);
  const sent = new Map<string, string>();
  {
    using client = await ChatClient.connect(gateway.url, gateway.token);
    for (const session of sessions) {
      sent.set(session, (await client.send(session, `My name is ${session}`)).messageId);
    }
  }
  await gateway.kill();
  gateway.environment = FAST;
  await gateway.start();
  using client = await ChatClient.connect(gateway.url, gateway.token);
  for (const [session, id] of sent) {
    await client.call("chat.subscribe", { sessionKey: session });
    const isDone = async () => (await client.history(session)).find((row) => row.id === id)?.state === "done";
    for (let seen = client.frames.length; !(await isDone()); seen = client.frames.length) {
      await client.until(`news of ${session}`, (frames) => frames.length > seen);
    }
    const rows = await client.history(session);
    expect(rows.map((row) => row.role)).toEqual(["user", "assistant"]);
    expect(rows[1]?.text).toContain(`> My name is ${session}\n`);
  }
});

test("a message sent again with the same key after the crash is the same message", async () => {
  await using gateway = new GatewayProcess({ env: FAST });
  await gateway.start();
  const id = await send(gateway, "Only once", "key-1");
  await gateway.kill();
  await gateway.start();
  expect(await send(gateway, "Only once", "key-1")).toBe(id);
  const transcript = await transcriptOnceAnswered(gateway, id ?? "");
  expect(transcript.filter((line) => line.startsWith("user:"))).toHaveLength(1);
  expect(transcript.filter((line) => line.startsWith("assistant:"))).toHaveLength(1);
});
