import { expect, setDefaultTimeout, test } from "bun:test";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const FAST = { PI_GATEWAY_DEMO_PACE_MS: "0" };
const RESTART = 'tool gateway {"action":"restart"}';
const BACK = "The gateway has restarted and is back.";

/** What stands in the conversation once `text` does, whichever gateway says so. */
async function historyWith(gateway: GatewayProcess, text: string): Promise<readonly string[]> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey: ALICE });
  for (;;) {
    const seen = client.frames.length;
    const rows = (await client.history(ALICE)).map((row) => row.text);
    if (rows.includes(text)) return rows;
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

test("an owner's agent restarts the gateway in place: it answers, delivers, and says when it is back, once", async () => {
  await using gateway = new GatewayProcess({ env: FAST });
  await gateway.start();
  const { pid } = gateway;
  {
    using alice = await ChatClient.connect(gateway.url, gateway.token);
    const { messageId } = await alice.send(ALICE, RESTART);
    expect((await alice.end(messageId)).text).toContain("restarts as soon as this turn has ended");
    await alice.closed();
  }
  await gateway.startedAgain();
  expect(gateway.pid).toBe(pid);
  const rows = await historyWith(gateway, BACK);
  expect(rows).toEqual([RESTART, expect.stringContaining("`gateway`"), BACK]);
  // Whatever happens now, it is said no second time.
  await gateway.kill();
  await gateway.start();
  expect(await historyWith(gateway, BACK)).toHaveLength(3);
});

test("under a process manager it ends with the code that asks for a restart", async () => {
  // Process managers keep what is printed, so the link has no token there.
  const config = { gateway: { auth: { token: "a-token-of-the-test" } } };
  await using gateway = new GatewayProcess({ env: { ...FAST, pm_id: "0" }, config });
  await gateway.start();
  using alice = await ChatClient.connect(gateway.url, "a-token-of-the-test");
  await alice.send(ALICE, RESTART);
  expect(await gateway.exited()).toBe(9);
  gateway.environment = FAST;
  await gateway.start();
  expect(await historyWith(gateway, BACK)).toHaveLength(3);
});

test("somebody who may only chat cannot have it restarted, unless the configuration says so", async () => {
  const channels = { webchat: { auth: { mode: "token", token: "only-for-chatting" } } };
  await using gateway = new GatewayProcess({ env: { ...FAST, pm_id: "0" }, config: { channels } });
  await gateway.start();
  using visitor = await ChatClient.connect(gateway.url, "only-for-chatting");
  const { messageId } = await visitor.send(ALICE, RESTART);
  expect((await visitor.end(messageId)).text).toContain("Only the gateway's owner");

  gateway.configure({ channels, gateway: { restartBy: "anyone" } });
  const reload = await visitor.send(ALICE, 'tool gateway {"action":"reload"}');
  expect((await visitor.end(reload.messageId)).text).toContain("gateway.restartBy");
  await visitor.send(ALICE, RESTART);
  expect(await gateway.exited()).toBe(9);
});
