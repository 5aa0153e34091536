import { expect, test } from "bun:test";
import { silentLogger } from "../../src/lib/logger.ts";
import { createDoors } from "../../src/http/doors.ts";
import { GatewayAuth } from "../../src/security/gateway-auth.ts";
import { SessionFeed } from "../../src/ws/session-feed.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { SocketClient } from "../ws/socket-client.ts";
import { bearer, FakeGateway, openDoors } from "./open-doors.ts";

test("nothing listens before the start", () => {
  const gateway = new FakeGateway();
  const clock = new FakeClock();
  const doors = createDoors({
    bind: { reach: "loopback", why: "" },
    port: 0,
    origins: () => ({ allowedHosts: [], allowedOrigins: [] }),
    auth: new GatewayAuth({ settings: () => ({ gateway: { mode: "off" } }), clock }),
    store: gateway.store,
    control: gateway.control,
    questions: { answer: () => "closed" },
    assets: new Map(),
    log: silentLogger,
    clock,
  });
  expect(() => doors.url()).toThrow();
  expect(doors.methods.names).not.toContain("chat.send");
});

test("a feed that was made before the doors is the one that clients see", async () => {
  const feed = new SessionFeed({ clock: new FakeClock() });
  await using doors = await openDoors({ feed });
  using client = await SocketClient.open(doors.url(), bearer().headers);
  expect((await client.call("connect")).payload?.["epoch"]).toBe(feed.epoch);
  expect(doors.feed).toBe(feed);
});

test("clients are counted", async () => {
  await using doors = await openDoors();
  expect(doors.clients()).toBe(0);
  using client = await SocketClient.open(doors.url(), bearer().headers);
  await client.call("session.list");
  expect(doors.clients()).toBe(1);
});
