import { expect, test } from "bun:test";
import { plainRouter } from "../../src/core/session-router.ts";
import { sayTo } from "../../src/pipeline/say.ts";
import { PathWorld } from "../fakes/path-world.ts";

const say = (world: PathWorld, to: string, text: string, key: string) =>
  sayTo(to, text, key, ({ channel }) => (channel === world.platform.name ? world.platform : undefined), {
    ...world.pipeline,
    router: plainRouter,
  });

test("what is said to a target is seen there once, however often it is asked for with the same key", async () => {
  await using world = await new PathWorld().start();
  const first = await say(world, "fake:42", "Lunch is ready.", "k");
  expect(await say(world, "fake:42", "Lunch is ready.", "k")).toEqual(first);
  await say(world, "fake:42", "Lunch is ready.", "another");
  await world.pass(1000);
  expect(world.platform.transcript()).toEqual(["Lunch is ready.", "Lunch is ready."]);
});

test("who watches the conversation is told", async () => {
  await using world = await new PathWorld().start();
  const { key } = await say(world, "fake:42", "Lunch is ready.", "k");
  await world.pass(1000);
  expect(world.events).toEqual([
    { session: "agent:main:fake:dm:42" as never, event: { kind: "said", key, text: "Lunch is ready." } },
  ]);
});

test("an unknown channel and a text that is no target are refused with what would be right", async () => {
  await using world = await new PathWorld().start();
  await expect(say(world, "nowhere:42", "x", "k")).rejects.toThrow("no channel nowhere");
  await expect(say(world, "fake", "x", "k")).rejects.toThrow("A target is channel:");
});

test("a plugin may withhold it", async () => {
  await using world = await new PathWorld().start();
  world.hooks.add(["message_sending"], () => ({ block: "no" }), "test");
  await expect(say(world, "fake:42", "x", "k")).rejects.toMatchObject({ code: "FORBIDDEN" });
});
