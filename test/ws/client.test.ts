import { describe, expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { GatewayAuth } from "../../src/security/gateway-auth.ts";
import { Client } from "../../src/ws/client.ts";
import { MethodTable } from "../../src/ws/methods.ts";
import { SessionFeed } from "../../src/ws/session-feed.ts";
import { bearer, openDoors, type OpenDoors, TOKEN } from "../http/open-doors.ts";
import { RawClient } from "./raw-client.ts";
import { SocketClient } from "./socket-client.ts";

const ALICE = "agent:main:webchat:dm:alice" as SessionKey;
const of = { turn: "t1", messageIds: ["m1"] };
const { headers } = bearer();
const nextTick = () => new Promise((resolve) => setImmediate(resolve));

/** Publishes `count` pieces of 3 kB, each in a tick of its own, more than systems buffer; returns the whole text. */
async function streamText(doors: OpenDoors, count: number): Promise<string> {
  let text = "";
  for (let i = 0; i < count; i += 1) {
    const delta = `${String(i).padStart(6, "0")} `.padEnd(3072, "x");
    text += delta;
    doors.feed.publish(ALICE, { kind: "delta", delta, replace: i === 0, ...of });
    // oxlint-disable-next-line no-await-in-loop
    await nextTick();
  }
  return text;
}

describe("a client that does not read", () => {
  test("costs little memory, gets a snapshot and the end, and disturbs nobody", async () => {
    await using doors = await openDoors();
    using stuck = await RawClient.open(doors.port, TOKEN);
    using other = await SocketClient.open(doors.url(), headers);
    stuck.send(JSON.stringify({ id: "1", method: "chat.subscribe", params: { sessionKey: ALICE } }));
    await stuck.until(() => stuck.frames().length === 1);
    await other.call("chat.subscribe", { sessionKey: ALICE });
    stuck.stopReading();

    const before = process.memoryUsage().rss;
    const text = await streamText(doors, 10_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    await other.next(({ payload }) => String(payload?.["delta"]).endsWith(text.slice(-3072)));
    expect(other.textOf(ALICE)).toBe(text);

    stuck.goOnReading();
    await stuck.until(() => stuck.frames().some(({ payload }) => payload?.["delta"] === text));
    const frames = stuck.frames().filter(({ event }) => event === "chat");
    expect(frames.length).toBeLessThan(9_000);
    expect(frames.at(-1)?.payload).toMatchObject({ state: "delta", replace: true });

    doors.feed.publish(ALICE, { kind: "delta", delta: " more", replace: false, ...of });
    doors.feed.publish(ALICE, { kind: "end", state: "final", text, ...of });
    await stuck.until(() => stuck.frames().at(-1)?.payload?.["state"] === "final");
    expect(stuck.frames().at(-2)?.payload?.["delta"]).toBe(" more");
    expect(stuck.frames().at(-1)?.payload?.["text"]).toBe(text);
  });

  test("gets every end that came while it did not read", async () => {
    await using doors = await openDoors();
    using stuck = await RawClient.open(doors.port, TOKEN);
    stuck.send(JSON.stringify({ id: "1", method: "chat.subscribe", params: { sessionKey: ALICE } }));
    await stuck.until(() => stuck.frames().length === 1);
    stuck.stopReading();
    await streamText(doors, 8_000);
    const ends = ["final", "error", "aborted"] as const;
    for (const state of ends) {
      doors.feed.publish(ALICE, {
        kind: "end",
        state,
        text: `the ${state} text`,
        messageIds: [state],
        turn: "t1",
      });
    }
    stuck.goOnReading();
    await stuck.until(() => stuck.frames().at(-1)?.payload?.["state"] === "aborted");
    const seen = stuck.frames().map(({ payload }) => payload?.["text"]);
    expect(seen.slice(-3)).toEqual(ends.map((state) => `the ${state} text`));
  });

  test("is sent away when more waits than may wait, so that it comes back and catches up", async () => {
    await using doors = await openDoors({ limits: { maxWaiting: 100_000 } });
    using stuck = await RawClient.open(doors.port, TOKEN);
    stuck.send(JSON.stringify({ id: "1", method: "chat.subscribe", params: { sessionKey: ALICE } }));
    await stuck.until(() => stuck.frames().length === 1);
    stuck.stopReading();
    await streamText(doors, 8_000);
    for (let i = 0; i < 20; i += 1) {
      doors.feed.publish(ALICE, { kind: "said", key: `k${i}`, text: "x".repeat(10_000) });
    }
    expect(doors.clients()).toBe(0);
    stuck.goOnReading();
    await stuck.until(() => stuck.isClosed).catch(() => {});
    expect(stuck.isClosed).toBe(true);
  });
});

test("frames that come one after the other are answered in order", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), headers);
  const ids = Array.from({ length: 30 }, (_, index) => `id${index}`);
  for (const id of ids) client.raw(JSON.stringify({ id, method: "config.get" }));
  await client.next((frame) => frame.id === ids.at(-1));
  expect(client.frames.map(({ id }) => id)).toEqual(ids);
});

test("a wrong credential on a connected socket ends it too", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.connect(doors.url(), TOKEN);
  expect((await client.call("connect", { auth: { token: "wrong" } })).error?.code).toBe("UNAUTHORIZED");
  expect((await client.closed).code).toBe(4401);
});

test("a connect without a credential may be followed by one with it", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url());
  expect((await client.call("connect")).error?.message).toContain("pi-gw token show");
  expect((await client.call("connect", { auth: { token: TOKEN } })).ok).toBe(true);
});

test("what makes up for frames that were left out comes under the client's own name for the session too", () => {
  const later: (() => void)[] = [];
  const feed = new SessionFeed({ clock: { now: () => 1 }, defer: (work) => void later.push(work) });
  const sent: string[] = [];
  const socket = {
    status: 1,
    send: (frame: string) => {
      sent.push(frame);
      return socket.status;
    },
    close: () => {},
    pause: () => {},
    resume: () => {},
  };
  const auth = new GatewayAuth({ settings: () => ({ gateway: { mode: "off" } }), clock: { now: () => 1 } });
  const limits = {
    inFlight: 1,
    inFlightSize: 1,
    maxWaiting: 1000,
    followed: 1,
    brokenFrames: 1,
    helloSize: 1,
  };
  const parts = { auth, methods: new MethodTable(), feed, log: silentLogger, limits, welcome: () => ({}) };
  const client = new Client("1", socket, { remote: "here", grant: auth.anonymous() }, parts);
  const shared = "agent:main:main" as SessionKey;
  client.follow({ named: ALICE, session: shared });
  socket.status = -1;
  for (const delta of ["one ", "two ", "three"]) {
    feed.publish(shared, { kind: "delta", delta, replace: false, ...of });
    later.shift()?.();
  }
  socket.status = 1;
  client.drained();
  const last = JSON.parse(sent.at(-1) ?? "") as { payload: object };
  expect(last.payload).toMatchObject({ sessionKey: ALICE, delta: "one two three", replace: true });
  expect(sent.join()).not.toContain(shared);
});
