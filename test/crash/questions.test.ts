import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL, newerPi, OWN_PI } from "../fakes/pi-world.ts";
import { question, questionsOf } from "../fakes/question-frames.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const ASKING = join(import.meta.dir, "../fakes/asking-extension.ts");
const ASKED = 'tool ask {"kind":"select","title":"Colour?","options":["Red","Green"]}';

const connect = (gateway: GatewayProcess) => ChatClient.connect(gateway.url, gateway.token);

/** Resolves once the message has been answered, whenever the client came. */
async function answered(client: ChatClient, messageId: string): Promise<void> {
  await client.call("chat.subscribe", { sessionKey: ALICE });
  for (;;) {
    const seen = client.frames.length;
    const rows = await client.history(ALICE);
    if (rows.find((row) => row.id === messageId)?.state === "done") return;
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

describe.each([
  ["0.73.1", () => OWN_PI],
  ["0.87.1", newerPi],
])("the gateway is killed while pi %s asks something", (_version, piCliPath) => {
  test("the turn goes on, the old question is seen to be closed, and a late answer is a message", async () => {
    const agent = { piCliPath: piCliPath(), extensions: [FAUX_MODEL, ASKING], model: "faux/echo" };
    await using gateway = new GatewayProcess({ config: { agent } });
    await gateway.start();
    const before = await connect(gateway);
    const { messageId } = await before.send(ALICE, ASKED);
    const { id, messageId: row } = await question(before, "open");
    expect(await gateway.kill()).toBe(137);
    await before.closed();

    await gateway.start();
    using alice = await connect(gateway);
    await answered(alice, messageId);
    await expect(alice.call("chat.answer", { sessionKey: ALICE, id, answer: 2 })).rejects.toThrow(
      "NOT_FOUND",
    );
    const rows = await alice.history(ALICE);
    expect(rows.find((one) => one.id === `${row}/closed`)?.text).toContain("✗");
    expect(rows.filter((one) => one.id.startsWith(`${row}/closed`))).toHaveLength(1);
    // pi was told that it was interrupted: the model of the test says what it was told.
    expect(rows.at(-1)?.text).toContain("You were interrupted");
    expect(questionsOf(alice).filter(({ state }) => state === "open")).toEqual([]);

    const late = await alice.send(ALICE, "2");
    expect((await alice.end(late.messageId)).text).toBe("echo: 2");
  });
});

test("an answer is in pi's hands or a message of its own, wherever the gateway dies, and never lost", async () => {
  const agent = { extensions: [FAUX_MODEL, ASKING], model: "faux/echo" };
  for (const point of ["inbox.after-record@2", "inbox.before-settle@2"]) {
    await using gateway = new GatewayProcess({ config: { agent } });
    await gateway.start(point);
    const before = await connect(gateway);
    const { messageId } = await before.send(ALICE, ASKED);
    await question(before, "open");
    await before.send(ALICE, "2", "the-answer").catch((error: unknown) => {
      expect(String(error)).toContain("CLOSED");
    });
    expect(await gateway.exited()).toBe(137);
    await gateway.start();
    using alice = await connect(gateway);
    const answer = await alice.send(ALICE, "2", "the-answer");
    await answered(alice, messageId);
    await answered(alice, answer.messageId);
    const texts = (await alice.history(ALICE)).filter(({ role }) => role === "user").map(({ text }) => text);
    expect(texts).toEqual([ASKED, "2"]);
  }
});
