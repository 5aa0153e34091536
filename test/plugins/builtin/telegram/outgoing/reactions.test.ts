import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { reactionFor } from "../../../../../src/plugins/builtin/telegram/outgoing/reactions.ts";
import { options, outgoingWorld, text } from "./outgoing-world.ts";

/** As the types of the Bot API have it. */
const types = readFileSync(
  require.resolve("@grammyjs/types/package.json").replace("package.json", "message.d.ts"),
  "utf8",
);
const [, list = ""] = /emoji: ("👍"[^;]*);/.exec(types) ?? [];
const allowed = Array.from(list.matchAll(/"([^"]+)"/g), ([, emoji = ""]) => emoji);

test("every reaction that Telegram has stays itself, however its emoji is spelt", () => {
  expect(allowed.length).toBeGreaterThan(70);
  for (const emoji of allowed) {
    expect([emoji, reactionFor(emoji) as string]).toEqual([emoji, emoji]);
    expect(reactionFor(`${emoji}\uFE0F`) as string).toBe(emoji);
  }
  expect(reactionFor("❤️")).toBe("❤");
  expect(reactionFor("👍🏽")).toBe("👍");
});

test.each([
  ["✅", "👍"],
  ["✔️", "👍"],
  ["❌", "👎"],
  ["🚀", "🔥"],
  ["😂", "🤣"],
  ["💛", "❤"],
  ["⭐", "🏆"],
  ["🤖", "👨‍💻"],
  ["⚠️", "😱"],
  ["🇩🇪", "👍"],
])("%s becomes %s, which Telegram has", (emoji, nearest) => {
  expect(reactionFor(emoji) as string).toBe(nearest);
  expect(allowed).toContain(nearest);
});

test("a reaction is seen, another one takes its place, and none takes it away", async () => {
  await using world = await outgoingWorld();
  const { out, to, anna, chat, telegram } = world;
  const post = anna.say(chat, "done");
  const ref = { address: to, id: String(post.message.message_id) };
  await out.react(ref, "👀");
  await out.react(ref, "✅");
  expect(telegram.transcript(chat)).toContain("Anna: done {👍}");
  await out.react(ref, "");
  expect(telegram.transcript(chat)).toContain("Anna: done");
  await out.send(to, text("x"), options);
});
