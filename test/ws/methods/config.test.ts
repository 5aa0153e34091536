import { expect, test } from "bun:test";
import { bearer, openDoors } from "../../http/open-doors.ts";
import { SocketClient } from "../socket-client.ts";

test("a reload says what changed, or what is wrong", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), bearer().headers);
  expect((await client.call("config.reload")).payload).toMatchObject({
    reloaded: true,
    changed: ["queue.mergeLimit"],
  });
  doors.gateway.reload.problems = ["pi-gateway.jsonc:3:4 gateway.port: expected a number"];
  expect((await client.call("config.reload")).payload).toMatchObject({
    reloaded: false,
    problems: ["pi-gateway.jsonc:3:4 gateway.port: expected a number"],
  });
});

test("the configuration is shown as it may be shown", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), bearer().headers);
  expect((await client.call("config.get")).payload).toEqual({ gateway: { auth: { token: "[redacted]" } } });
});
