import { afterEach, beforeEach, expect, test } from "bun:test";
import { backOff, Connection, LostRequest, RefusedRequest } from "../../../src/web/wire/connection.ts";
import type { WireError } from "../../../src/web/wire/frames.ts";
import { FakeGateway, TOKEN } from "../fake-gateway.ts";

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await FakeGateway.open();
});
afterEach(() => gateway[Symbol.asyncDispose]());

function connectTo(credential: string | undefined, quietMs?: number) {
  const quiet = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<{ error: WireError; hadCredential: boolean }>();
  const connection = new Connection({
    url: `${gateway.url.replace("http", "ws")}ws`,
    credential: () => credential,
    onReady: () => ready.resolve(),
    onRefused: (error, hadCredential) => refused.resolve({ error, hadCredential }),
    onEvent: () => {},
    onQuiet: () => quiet.resolve(),
    ...(quietMs === undefined ? {} : { quietMs }),
  });
  connection.connect();
  return { connection, ready: ready.promise, refused: refused.promise, quiet: quiet.promise };
}

const reasonOf = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );

test("the wait between tries doubles from half a second to fifteen, with some spread", () => {
  expect([0, 1, 2, 3, 4, 5, 20].map((attempt) => backOff(attempt, 1))).toEqual([
    500, 1000, 2000, 4000, 8000, 15_000, 15_000,
  ]);
  expect(backOff(0, 0)).toBe(400);
});

test("a right token opens the connection, and questions are answered", async () => {
  const { connection, ready } = connectTo(TOKEN);
  await ready;
  expect(connection.link.value).toBe("open");
  const answer = await connection.request("chat.history", { sessionKey: "one" });
  expect(answer).toMatchObject({ messages: [] });
});

test("the gateway's no is an error with its words", async () => {
  const { connection, ready } = connectTo(TOKEN);
  await ready;
  const reason = await reasonOf(connection.request("chat.dance", {}));
  expect(reason).toBeInstanceOf(RefusedRequest);
  expect(reason).toHaveProperty("error.code", "UNKNOWN_METHOD");
});

test("without a credential, and with a wrong one, a person is asked, and nothing is tried in between", async () => {
  const without = connectTo(undefined);
  expect((await without.refused).hadCredential).toBe(false);
  expect(without.connection.link.value).toBe("refused");
  const wrong = connectTo("wrong");
  expect(await wrong.refused).toMatchObject({ hadCredential: true, error: { code: "UNAUTHORIZED" } });
});

test("a question under way when the line breaks is lost, not answered wrongly, and none is asked while it is down", async () => {
  const { connection, ready } = connectTo(TOKEN);
  await ready;
  gateway.onSend = () => gateway.cut();
  const asked = connection.request("chat.send", { text: "Hi", sessionKey: "one" });
  expect(await reasonOf(asked)).toBeInstanceOf(LostRequest);
  expect(connection.link.value).toBe("waiting");
  expect(await reasonOf(connection.request("chat.history", { sessionKey: "one" }))).toBeInstanceOf(
    LostRequest,
  );
});

test("when the network is said to be back, the next try is at once", async () => {
  const { connection, ready } = connectTo(TOKEN);
  await ready;
  gateway.cut();
  expect(await reasonOf(connection.request("chat.history", { sessionKey: "one" }))).toBeInstanceOf(
    LostRequest,
  );
  gateway.mend();
  const open = Promise.withResolvers<void>();
  connection.link.subscribe((link) => {
    if (link === "open") open.resolve();
  });
  connection.wake("chat.history", { sessionKey: "one" });
  await open.promise;
  expect(await connection.request("chat.history", { sessionKey: "one" })).toMatchObject({ messages: [] });
});

test("a line on which nothing is heard is noticed, and one that is dead is made anew", async () => {
  const { connection, ready, quiet } = connectTo(TOKEN, 20);
  await ready;
  await quiet;
  expect(connection.link.value).toBe("open");
  gateway.cut();
  gateway.mend();
  connection.wake("chat.history", { sessionKey: "one" });
  const states: string[] = [];
  const open = Promise.withResolvers<void>();
  connection.link.subscribe((link) => {
    states.push(link);
    if (link === "open" && states.includes("waiting")) open.resolve();
  });
  await open.promise;
});
