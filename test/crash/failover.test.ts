import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { FakeOpenAi } from "../fakes/fake-openai.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { newerPi, OWN_PI } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";

/** Everything that stands in pi's transcripts. */
function transcripts(gateway: GatewayProcess): string {
  const folder = join(gateway.stateDir, "sessions");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

// The first try of the first model, the second one, and the switch to the second model.
test.each([
  ["0.73.1", OWN_PI, 1],
  ["0.73.1", OWN_PI, 3],
  ["0.87.1", newerPi(), 2],
  ["0.87.1", newerPi(), 3],
])(
  "pi %s: the gateway is killed in the middle of a failover: the message is answered, once",
  async (_, piCliPath, at) => {
    using first = new FakeOpenAi({ provider: "first" });
    using second = new FakeOpenAi({ provider: "second" });
    const modelFailover = { primary: "first/moody", fallbacks: ["second/echo"] };
    await using gateway = new GatewayProcess({ config: { agent: { piCliPath, modelFailover } } });
    const agentDir = join(gateway.home, ".pi/agent");
    mkdirSync(agentDir, { recursive: true });
    writeFileSync(join(agentDir, "settings.json"), JSON.stringify({ retry: { baseDelayMs: 10 } }));
    for (const server of [first, second]) await server.addTo(agentDir);
    first.mood = "overloaded";
    await gateway.start(`turn.retrying@${at}`);
    let id = "";
    {
      using alice = await ChatClient.connect(gateway.url, gateway.token);
      id = (await alice.send(ALICE, "Is anybody there?")).messageId;
      expect(await gateway.exited()).toBe(137);
    }
    await gateway.start();
    using alice = await ChatClient.connect(gateway.url, gateway.token);
    await alice.call("chat.subscribe", { sessionKey: ALICE });
    const isDone = async () => (await alice.history(ALICE)).find((row) => row.id === id)?.state === "done";
    for (let seen = alice.frames.length; !(await isDone()); seen = alice.frames.length) {
      await alice.until("news of the session", (frames) => frames.length > seen);
    }
    expect((await alice.history(ALICE)).map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(transcripts(gateway).match(/"role":"user"[^\n]*Is anybody there\?/g)).toHaveLength(1);
  },
);
