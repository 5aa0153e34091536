import { expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import type { InboundMessage } from "../../src/core/message.ts";
import { CHAT, HERE, ToolWorld } from "./tool-world.ts";

const from = (id: string, isOwner?: boolean): InboundMessage => ({
  id: `m${id}`,
  address: CHAT,
  sender: { id, name: id, isBot: false, ...(isOwner === undefined ? {} : { isOwner }) },
  text: "restart",
  attachments: [],
  isForBot: true,
  sentAtMs: 0,
});

const restart = (world: ToolWorld) => world.run("gateway", { action: "restart" });

test("a reload tells what changed; a configuration that cannot be used is an error that says why", async () => {
  using world = new ToolWorld();
  expect(await world.run("gateway", { action: "reload" })).toMatchObject({ reloaded: true, changed: [] });
  world.problems = ["gateway.port: expected a number"];
  expect(world.run("gateway", { action: "reload" })).rejects.toThrow("nothing was changed: gateway.port");
});

test("an owner's turn restarts the gateway: the wish carries the turn's name, so that it is made once", async () => {
  using world = new ToolWorld();
  world.config = configSchema({}).parse({ owners: ["fake:1"] });
  world.messages = [from("1")];
  expect(await restart(world)).toMatchObject({ restarting: true });
  expect(world.restarts).toEqual([{ id: "turn1", session: HERE, chat: CHAT }]);
  world.plan = "done";
  expect(await restart(world)).toMatchObject({ restarted: true });
  world.plan = "impossible";
  expect(restart(world)).rejects.toThrow("cannot restart itself here");
});

test("one stranger's message in the turn is enough to refuse", async () => {
  using world = new ToolWorld();
  world.config = configSchema({}).parse({ owners: ["fake:1"] });
  world.messages = [from("1"), from("2")];
  expect(restart(world)).rejects.toThrow("Only the gateway's owner");
  world.messages = [];
  expect(restart(world)).rejects.toThrow("Only the gateway's owner");
  world.messages = [from("1", false)];
  expect(restart(world)).rejects.toThrow("Only the gateway's owner");
  expect(world.restarts).toEqual([]);
});

test("where the configuration lets anyone, anyone may", async () => {
  using world = new ToolWorld();
  world.config = configSchema({}).parse({ gateway: { restartBy: "anyone" } });
  world.messages = [from("2")];
  expect(await restart(world)).toMatchObject({ restarting: true });
});
