import { expect, test } from "bun:test";
import { reactionFor, simplerThan } from "../../../../../src/plugins/builtin/discord/outgoing/reactions.ts";

test.each([
  ["👍", "👍"],
  [" 👩🏽‍💻 ", "👩🏽‍💻"],
  ["❤", "❤️"],
  ["❤️", "❤️"],
  ["🇨🇳", "🇨🇳"],
  ["3️⃣", "3️⃣"],
  ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
  ["<:cat:100000000000000001>", "cat:100000000000000001"],
  ["<a:cat:100000000000000001>", "cat:100000000000000001"],
  ["cat:100000000000000001", "cat:100000000000000001"],
  [":thumbsup:", "👍"],
  ["eyes", "👀"],
  ["White_Check_Mark", "✅"],
  ["well done 🎉!", "🎉"],
  ["5", "👍"],
  ["nonsense/../x", "👍"],
])("%s is the reaction %s", (emoji, reaction) => {
  expect(reactionFor(emoji)).toBe(reaction);
});

test("what Discord does not know becomes simpler until it does", () => {
  expect(simplerThan("👍🏽")).toBe("👍");
  expect(simplerThan("👩🏽‍💻")).toBe("👩");
  expect(simplerThan("cat:100000000000000001")).toBe("👍");
  expect(simplerThan("👍")).toBeUndefined();
});
