import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const SESSION = "agent:main:webchat:dm:alice";

interface Entry {
  readonly message?: { readonly role: string; readonly content: readonly { readonly text?: string }[] };
}

/** All that pi was asked, as it stands in its files. */
function askedOf(gateway: GatewayProcess): string {
  const folder = join(gateway.stateDir, "sessions");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const lines = files
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
  const asked = lines.flatMap((line) => {
    const { message } = JSON.parse(line || "{}") as Entry;
    return message?.role === "user" ? message.content.map(({ text }) => text ?? "") : [];
  });
  return asked.join("\n");
}

const times = (text: string, inText: string) => inText.split(text).length - 1;

/** How often the client saw each message end. */
const endsOf = (client: ChatClient, ids: readonly string[]) => ids.map((id) => client.ends(id).length);

/** Asks, and writes once more while the answer is being written; the gateway kills itself on the way. */
async function steerThroughCrash(gateway: GatewayProcess, first: string) {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey: SESSION });
  const one = await client.send(SESSION, first, "key-1");
  await client.until("the turn at work", (frames) =>
    frames.some(({ payload }) => payload.state === "delta" || payload.phase === "start"),
  );
  const two = await client.send(SESSION, "The second question", "key-2");
  expect(await gateway.exited()).toBe(137);
  await client.closed();
  const ids = [one.messageId, two.messageId];
  return { ids, ends: endsOf(client, ids) };
}

/** Waits until both are done, and counts each end that anybody saw. */
async function onceAnswered(gateway: GatewayProcess, ids: readonly string[], before: readonly number[]) {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey: SESSION });
  for (;;) {
    const seen = client.frames.length;
    const rows = await client.history(SESSION);
    const isDone = (id: string) => rows.find((row) => row.id === id)?.state === "done";
    if (ids.every(isDone)) {
      for (const [index, ends] of endsOf(client, ids).entries()) {
        expect(ends + (before[index] ?? 0)).toBeLessThanOrEqual(1);
      }
      return rows;
    }
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

const POINTS = [
  "steer.before-attach",
  "steer.after-attach",
  "steer.after-command",
  "turn.steered",
  "turn.before-finish",
  "turn.after-finish",
];

describe.each(POINTS)("the gateway is killed at %s, while a message is being steered", (point) => {
  test.each([
    ["into an answer", "The first question"],
    ["into a tool at work", "run bash: sleep 0.5; echo forty-two"],
  ])("%s: it is asked once and answered once", async (_, first) => {
    await using gateway = new GatewayProcess({ env: { PI_GATEWAY_DEMO_PACE_MS: "4" } });
    await gateway.start(point);
    const { ids, ends } = await steerThroughCrash(gateway, first);
    gateway.environment = { PI_GATEWAY_DEMO_PACE_MS: "0" };
    await gateway.start();
    const rows = await onceAnswered(gateway, ids, ends);
    expect(rows.filter((row) => row.role === "user").map((row) => row.text)).toEqual([
      first,
      "The second question",
    ]);
    const asked = askedOf(gateway);
    expect([times(first, asked), times("The second question", asked)]).toEqual([1, 1]);
    const answers = rows.filter((row) => row.role === "assistant").map((row) => row.text);
    expect(answers.length).toBeGreaterThan(0);
    // The demo answers a prompt with a tool and a question in it with the tool alone.
    if (!first.startsWith("run")) expect(times("The second question", answers.join())).toBe(1);
  });
});
