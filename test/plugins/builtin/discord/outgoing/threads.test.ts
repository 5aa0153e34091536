import { expect, test } from "bun:test";
import { threadNameOf } from "../../../../../src/plugins/builtin/discord/outgoing/threads.ts";
import { errorOf } from "../../../../fakes/error-of.ts";
import { addressOf, options, outgoingWorld, text } from "./outgoing-world.ts";

test("a thread is opened from a message, named after it, once", async () => {
  await using world = await outgoingWorld();
  const { out, anna, chat, said } = world;
  const asked = anna.say(chat, "**How** are you?\nI am fine.");
  const wish = { channel: chat.id, message: asked.message.id, text: asked.message.content };
  const id = await out.openThread({ ...wish, archiveAfterMinutes: 60 });
  expect(asked.thread).toMatchObject({ id, name: "How are you?" });
  expect(asked.thread?.thread?.autoArchiveMinutes).toBe(60);
  expect(await out.openThread(wish)).toBe(id);
  await out.send(addressOf(asked.thread!), text("fine"), options());
  expect(said(asked.thread)).toEqual(["fine"]);
});

test("that no thread can be opened is said", async () => {
  await using world = await outgoingWorld();
  const { out, anna, chat, discord } = world;
  const asked = anna.say(chat, "hello");
  const wish = { channel: chat.id, message: asked.message.id, text: "hello" };
  discord.deny(chat, "CreatePublicThreads");
  expect(await errorOf(out.openThread(wish))).toMatchObject({ code: "forbidden", retry: "never" });
  expect(await errorOf(out.openThread({ ...wish, message: "x" }))).toMatchObject({ code: "not-found" });
});

test.each([
  ["", "…"],
  ["\n\n# Title\ntext", "Title"],
  ["- one  two", "one two"],
  ["<@100000000000000001> what is <:cat:100000000000000001>?", "what is :cat:?"],
  ["<@100000000000000001>\nnext", "next"],
  ["你好，世界", "你好，世界"],
  ["x".repeat(99) + "😀😀", `${"x".repeat(99)}…`],
  ["x".repeat(200), `${"x".repeat(99)}…`],
])("what begins with %j is a thread called %j", (written, name) => {
  expect(threadNameOf(written)).toBe(name);
});
