import { expect, test } from "bun:test";
import { openDoors, TOKEN } from "../http/open-doors.ts";
import { SocketClient } from "./socket-client.ts";

test("connect says what the gateway can do", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url());
  const answer = await client.call("connect", { auth: { token: TOKEN } });
  expect(answer.ok).toBe(true);
  expect(answer.payload).toMatchObject({
    protocol: 1,
    version: "1.2.3",
    demo: true,
    epoch: doors.feed.epoch,
    auth: { mode: "token", kind: "admin" },
  });
});

test("a message is acknowledged, and its answer follows on the same socket", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.connect(doors.url(), TOKEN);
  doors.gateway.onAccept = (message, id) => {
    const session = message.sessionKey!;
    const of = { turn: "t1", messageIds: [id] };
    doors.feed.publish(session, { kind: "started", ...of });
    doors.feed.publish(session, { kind: "delta", delta: "Hel", replace: true, ...of });
    doors.feed.publish(session, { kind: "delta", delta: "lo", replace: false, ...of });
    doors.feed.publish(session, { kind: "end", state: "final", text: "Hello!", ...of });
  };
  const answer = await client.call("chat.send", { text: "hi" });
  expect(answer.payload).toMatchObject({ messageId: "m1" });
  await client.next((frame) => frame.payload?.["state"] === "final");
});
