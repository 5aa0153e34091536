import { expect, test } from "bun:test";
import { CHAT, ToolWorld } from "./tool-world.ts";

const say = (world: ToolWorld) => world.run("send_message", { text: "hi", replyTo: "5" });

test("what was sent is named by the platform's ids, all of them", async () => {
  using world = new ToolWorld();
  expect(await say(world)).toEqual({ messageId: "7" });
  expect(world.said[0]?.message).toEqual({ kind: "text", markdown: "hi", replyTo: "5" });
  const refs = ["1", "2", "3"].map((id) => ({ address: CHAT, id }));
  world.outcome = { state: "sent", refs };
  expect(await say(world)).toEqual({ messageId: "1", furtherMessageIds: ["2", "3"] });
});

test("what takes too long is named by a handle, and the model is told not to repeat it", async () => {
  using world = new ToolWorld();
  world.outcome = { state: "pending", key: "turn1/tool/call1" };
  expect(await say(world)).toMatchObject({
    handle: "turn1/tool/call1",
    delivered: false,
    note: expect.stringContaining("do not send it again"),
  });
});

test("what does not go out is an error that says why, in the channel's words", async () => {
  using world = new ToolWorld();
  world.outcome = { state: "dead", error: "stickers must be WebP" };
  expect(say(world)).rejects.toThrow("fake did not take it: stickers must be WebP");
  world.outcome = { state: "withheld" };
  expect(say(world)).rejects.toThrow("A plugin of the gateway withheld this message");
});
