import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Channel } from "../../src/core/channel.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type { MessageRef } from "../../src/core/message.ts";
import type { MessageChange } from "../../src/core/outlet.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";
import { EditingPlatform } from "../fakes/platforms.ts";

let world: PathWorld;
beforeEach(async () => {
  world = await new PathWorld().start();
});
afterEach(() => world[Symbol.asyncDispose]());

const never = new AbortController().signal;

const utterance = (key: string, markdown: string) => ({
  to: CHAT,
  session: SESSION,
  message: { kind: "text", markdown } as const,
  key,
});

const say = (key: string, markdown: string, signal = never) =>
  world.pipeline.outlet.say(utterance(key, markdown), SESSION, 1000, signal);

test("whoever says something learns what the platform calls it", async () => {
  const said = say("t/tool/1", "hello");
  await world.pass(100);
  expect(await said).toEqual({ state: "sent", refs: [{ address: CHAT, id: expect.any(String) }] });
  expect(world.platform.transcript()).toEqual(["hello"]);
});

test("a long text is several messages, and all of them are named", async () => {
  const said = say("t/tool/1", `${"x".repeat(4000)}\n\n${"y".repeat(4000)}`);
  await world.pass(100);
  expect(await said).toMatchObject({ state: "sent", refs: [{ id: "m1" }, { id: "m2" }] });
});

test("the same key says nothing again", async () => {
  const first = say("t/tool/1", "hello");
  await world.pass(100);
  const second = say("t/tool/1", "hello");
  await world.pass(100);
  expect(await second).toEqual(await first);
  expect(world.platform.transcript()).toEqual(["hello"]);
});

test("nobody waits longer than they want to; it still goes out", async () => {
  await world.pipeline.deliverer.stop(AbortSignal.abort());
  const said = say("t/tool/1", "hello");
  await world.pass(1000);
  expect(await said).toEqual({ state: "pending", key: "t/tool/1" });
  await world.pipeline.deliverer.start();
  await world.pass(100);
  expect(world.platform.transcript()).toEqual(["hello"]);
});

test("what nobody wants any more is not begun", async () => {
  const error = await say("t/tool/1", "hello", AbortSignal.abort()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DOMException);
  await world.pass(100);
  expect(world.platform.transcript()).toEqual([]);
});

test("what a platform refuses, and what a hook stops, is told as such", async () => {
  world.platform.send = async () => {
    throw new ChannelError("forbidden", "you were blocked");
  };
  const dead = say("t/tool/1", "hello");
  await world.pass(100);
  expect(await dead).toEqual({ state: "dead", error: "you were blocked" });
  world.hooks.add(["message_sending"], () => ({ block: "no" }), "guard");
  expect(await say("t/tool/2", "hello")).toEqual({ state: "withheld" });
});

const REF: MessageRef = { address: CHAT, id: "5" };
const change = (what: MessageChange) => world.pipeline.outlet.change(REF, SESSION, what, never);

test("a change goes to the channel, in its pace; one that it cannot do is refused", async () => {
  const done: unknown[] = [];
  const channel: Partial<Channel> = {
    react: async (ref, emoji) => void done.push([ref.id, emoji]),
    edit: async (ref, markdown, { style }) => {
      if (style === "rich") throw new ChannelError("format-refused", "no markup");
      done.push([ref.id, markdown, style]);
    },
  };
  Object.assign(world.platform, channel);
  for (const what of [
    { kind: "react", emoji: "👍" },
    { kind: "edit", markdown: "new" },
  ] as const) {
    const changed = change(what);
    await world.pass(100);
    await changed;
  }
  expect(done).toEqual([
    ["5", "👍"],
    ["5", "new", "plain"],
  ]);
  const pinned = change({ kind: "pin" }).catch((error: unknown) => String(error));
  await world.pass(100);
  expect(await pinned).toContain("fake cannot do this");
});

test("an edit passes the hooks that watch over what is sent", async () => {
  const edits: string[] = [];
  world.platform.edit = async (_ref, markdown) => void edits.push(markdown);
  world.hooks.add(
    ["message_sending"],
    (context) => {
      if (context.message.kind !== "text") return undefined;
      if (context.message.markdown === "forbidden") return { block: "no" };
      context.message = { ...context.message, markdown: "changed" };
      return undefined;
    },
    "guard",
  );
  const edited = change({ kind: "edit", markdown: "new" });
  await world.pass(100);
  await edited;
  expect(edits).toEqual(["changed"]);
  expect(change({ kind: "edit", markdown: "forbidden" })).rejects.toThrow("withheld");
});

test("where people read our own history, it is changed, and those who watch see it at once", async () => {
  await using page = await new PathWorld({
    platform: ({ now }) => {
      const capabilities = {
        text: { limit: 4096 },
        pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
        nonceWindowMs: 0,
        showsTurnEvents: true,
      };
      const platform = new EditingPlatform("fake", capabilities, now);
      // As the page's channel: a message is called what the history calls it.
      platform.send = async (to, _message, { key = "" }) => ({ address: to, id: key });
      return Object.assign(platform, { edit: async () => {}, remove: async () => {}, react: async () => {} });
    },
  }).start();
  const { outlet } = page.pipeline;
  const said = outlet.say(utterance("t/tool/1", "hello"), SESSION, 1000, never);
  await page.pass(100);
  const { refs = [] } = { ...(await said) } as { refs?: readonly MessageRef[] };
  const [ref = REF] = refs;
  await outlet.change(ref, SESSION, { kind: "edit", markdown: "better" }, never);
  expect((await page.store.history(SESSION, { limit: 9 })).rows).toMatchObject([{ text: "better" }]);
  expect(page.events.at(-1)?.event).toEqual({ kind: "amended", id: "t/tool/1", text: "better" });
  expect(outlet.change(REF, SESSION, { kind: "remove" }, never)).rejects.toThrow("There is no message 5");
});
