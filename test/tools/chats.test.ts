import { expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { CHAT, HERE, ToolWorld } from "./tool-world.ts";

const say = (world: ToolWorld, to?: string) =>
  world.run("send_message", { text: "hi", ...(to === undefined ? {} : { to }) });

test("without a target a tool acts in the chat of its turn", async () => {
  using world = new ToolWorld();
  await say(world);
  expect(world.said).toMatchObject([{ to: CHAT, session: HERE, key: "turn1/tool/call1" }]);
});

test("this chat may also be named, and then is the conversation that runs", async () => {
  using world = new ToolWorld();
  await say(world, "fake:42");
  expect(world.said).toMatchObject([{ to: CHAT, session: HERE }]);
});

test("a chat in which the agent has a conversation is reached, under that conversation", async () => {
  using world = new ToolWorld();
  const { key } = world.addSession("77");
  await say(world, "fake:77");
  expect(world.said).toMatchObject([{ to: { chat: "77" }, session: key }]);
});

test("a chat that only another agent knows is none of this one's", async () => {
  using world = new ToolWorld();
  world.addSession("77", "mentor");
  expect(say(world, "fake:77")).rejects.toThrow("You may not act in that chat");
  expect(say(world, "fake:78")).rejects.toThrow("You may not act in that chat");
  expect(world.said).toEqual([]);
});

test("the owner is always reached, by target or by that word, on the same platform first", async () => {
  using world = new ToolWorld();
  world.config = configSchema({}).parse({ owners: ["gone:1", "other:9", "fake:8"] });
  await say(world, "other:9");
  await say(world, "owner");
  expect(world.said).toMatchObject([
    { to: { channel: "other", chat: "9" } },
    {
      to: { channel: "fake", chat: "8" },
      session: formatSessionKey({ agent: "main", address: { ...CHAT, chat: "8" } }),
    },
  ]);
  world.config = configSchema({}).parse({ owners: [] });
  expect(say(world, "owner")).rejects.toThrow('"owners"');
});

test("a target that is none is answered with the form, an unknown channel by its name", async () => {
  using world = new ToolWorld();
  expect(say(world, "somewhere")).rejects.toThrow("A target is");
  expect(say(world, "nowhere:1")).rejects.toThrow("There is no channel nowhere.");
  expect(say(world, "nowhere:work:1")).rejects.toThrow("with the account work");
});
