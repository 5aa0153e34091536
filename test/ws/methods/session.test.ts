import { expect, test } from "bun:test";
import { bearer, openDoors } from "../../http/open-doors.ts";
import { SocketClient } from "../socket-client.ts";

test("sessions are listed, shown and ended by their keys", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), bearer().headers);
  const key = doors.gateway.addSession("123", "telegram");
  const list = await client.call("session.list");
  expect(list.payload).toMatchObject({
    sessions: [{ key, channel: "telegram", waiting: 0, running: false }],
  });
  expect((await client.call("session.get", { key })).payload).toMatchObject({ session: { key, waiting: 3 } });
  expect((await client.call("session.kill", { key })).payload).toEqual({ key, cancelled: 2 });
  expect(doors.gateway.killed).toEqual([key]);
});

test("an unknown or malformed key is answered with the form and the nearest session", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), bearer().headers);
  const key = doors.gateway.addSession("123", "telegram");
  for (const method of ["session.get", "session.kill"]) {
    const unknown = await client.call(method, { key: "agent:main:telegram:dm:124" });
    expect(unknown.error?.code).toBe("NOT_FOUND");
    expect(unknown.error?.message).toContain(`nearest session is ${key}`);
    const malformed = await client.call(method, { key: "..." });
    expect(malformed.error?.code).toBe("BAD_REQUEST");
    expect(malformed.error?.message).toContain("agent:{agentId}:{channel}:{scope}:{id}");
  }
});

test("a list is as long as asked for, within reason", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), bearer().headers);
  for (const chat of ["a", "b", "c"]) doors.gateway.addSession(chat);
  expect((await client.call("session.list", { limit: 2 })).payload?.["sessions"]).toHaveLength(2);
  expect((await client.call("session.list", { limit: 1_000_000 })).error?.message).toContain("limit:");
});
