import { expect, test } from "bun:test";
import { CHAT, HERE, ToolWorld } from "./tool-world.ts";

const ACTIONS = [
  [
    { action: "react", emoji: "👍" },
    { kind: "react", emoji: "👍" },
  ],
  [
    { action: "edit", text: "new" },
    { kind: "edit", markdown: "new" },
  ],
  [{ action: "delete" }, { kind: "remove" }],
  [{ action: "pin" }, { kind: "pin" }],
] as const;

test.each(ACTIONS)("%j", async (params, change) => {
  using world = new ToolWorld();
  await world.run("message", { ...params, messageId: "123" });
  expect(world.changes).toEqual([{ message: { address: CHAT, id: "123" }, session: HERE, change }]);
});

test.each([
  ["react", "fake cannot react to messages."],
  ["edit", "fake cannot edit messages."],
  ["delete", "fake cannot delete messages."],
  ["pin", "fake cannot pin messages."],
])("%s is refused by name where the channel cannot do it", async (action, says) => {
  using world = new ToolWorld();
  world.channel = {};
  expect(world.run("message", { action, messageId: "1", emoji: "👍", text: "x" })).rejects.toThrow(says);
  expect(world.changes).toEqual([]);
});

test("a handle stands for its message once that is delivered", async () => {
  using world = new ToolWorld();
  const edit = () => world.run("message", { action: "edit", messageId: "turn1/tool/1", text: "x" });
  world.deliveries.set("turn1/tool/1", { state: "pending" });
  expect(edit()).rejects.toThrow("not delivered yet");
  world.deliveries.set("turn1/tool/1", { state: "dead", error: "blocked" });
  expect(edit()).rejects.toThrow("not delivered: blocked");
  const { address, key } = world.addSession("77");
  world.deliveries.set("turn1/tool/1", { state: "sent", ref: { address, id: "9" } });
  await edit();
  expect(world.changes).toMatchObject([{ message: { address, id: "9" }, session: key }]);
});

test("a handle of somebody else's message opens no chat that the agent may not act in", async () => {
  using world = new ToolWorld();
  const { address } = world.addSession("77", "mentor");
  world.deliveries.set("turn9/0", { state: "sent", ref: { address, id: "9" } });
  expect(world.run("message", { action: "delete", messageId: "turn9/0" })).rejects.toThrow("may not act");
});

test("what an action needs is asked for by name", async () => {
  using world = new ToolWorld();
  expect(world.run("message", { action: "react", messageId: "1" })).rejects.toThrow('"emoji" is missing');
  expect(world.run("message", { action: "edit", messageId: "1" })).rejects.toThrow('"text" is missing');
});
