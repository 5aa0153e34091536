import { expect, setDefaultTimeout, test } from "bun:test";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const SESSION = "agent:main:webchat:dm:alice";
/** Words come slowly enough to say something meanwhile. */
const SLOW = { PI_GATEWAY_DEMO_PACE_MS: "5" };

/** One question, and another one once its answer has begun. */
async function askTwice(gateway: GatewayProcess, client: ChatClient) {
  await client.call("chat.subscribe", { sessionKey: SESSION });
  const first = await client.send(SESSION, "The first question");
  await client.until("the answer", (frames) => frames.some(({ payload }) => payload.state === "delta"));
  const second = await client.send(SESSION, "The second question");
  const ids = [first.messageId, second.messageId] as const;
  await client.until("both ends", () => ids.every((id) => client.ends(id).length > 0));
  expect(ids.map((id) => client.ends(id).length)).toEqual([1, 1]);
  return ids;
}

test("by default a second question is taken into the running turn, whose answer answers both", async () => {
  await using gateway = await new GatewayProcess({ env: SLOW }).start();
  using client = await ChatClient.connect(gateway.url, gateway.token);
  const ids = await askTwice(gateway, client);
  const joined = client.frames.find(({ payload }) => payload.status === "joined")?.payload;
  expect(joined?.messageIds).toEqual([...ids]);
  const end = client.frames.find(({ payload }) => payload.state === "final")?.payload;
  expect(end).toMatchObject({ turnId: joined?.turnId, messageIds: [...ids] });
  expect(end?.text?.match(/> The (first|second) question/g)).toEqual([
    "> The first question",
    "> The second question",
  ]);
  const rows = await client.history(SESSION);
  expect(rows.map(({ role, state }) => `${role} ${state}`)).toEqual([
    "user done",
    "user done",
    "assistant done",
  ]);
});

test("with `interrupt` the second question stops the first answer, which stays as far as it got", async () => {
  const config = { queue: { byChannel: { webchat: { mode: "interrupt" } } } };
  await using gateway = await new GatewayProcess({ env: SLOW, config }).start();
  using client = await ChatClient.connect(gateway.url, gateway.token);
  const [first, second] = await askTwice(gateway, client);
  expect(client.ends(first)[0]?.state).toBe("aborted");
  expect(client.ends(second)[0]?.text).toContain("> The second question");
  const rows = await client.history(SESSION);
  expect(rows.map(({ role, state }) => `${role} ${state}`)).toEqual([
    "user cancelled",
    "user done",
    "assistant cancelled",
    "assistant done",
  ]);
});

test("with `collect`, chosen in the chat, what waits becomes one turn after the running one", async () => {
  await using gateway = await new GatewayProcess({ env: SLOW }).start();
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.send(SESSION, "/queue collect debounce:0s");
  const [first, second] = await askTwice(gateway, client);
  expect(client.ends(first)[0]?.messageIds).toEqual([first]);
  expect(client.ends(second)[0]?.messageIds).toEqual([second]);
  expect(client.frames.some(({ payload }) => payload.status === "joined")).toBe(false);
});
