import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
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

test("sound and videos go out as what was spoken or filmed on the spot if the model asks for that, nothing else does", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("workspace", "hello.ogg"), "OggS\0and more");
  writeFileSync(world.at("workspace", "notes.txt"), "text");
  await world.run("send_media", { path: "hello.ogg", asNote: true });
  await world.run("send_media", { path: "hello.ogg" });
  expect(world.said.map(({ message }) => message)).toEqual([
    expect.objectContaining({ kind: "media", media: "audio", isNote: true }),
    expect.not.objectContaining({ isNote: true }),
  ]);
  const text = world.run("send_media", { path: "notes.txt", asNote: true });
  expect(text).rejects.toThrow("only sound and videos can");
});
