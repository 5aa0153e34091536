import { expect, test } from "bun:test";
import { Mentions } from "../../../../../src/plugins/builtin/feishu/incoming/mentions.ts";

const BOT = "ou_bot";
const people = [
  { key: "@_user_1", id: { open_id: BOT }, name: "Pi" },
  { key: "@_user_2", id: { open_id: "ou_anna" }, name: "安娜" },
  { key: "@_user_10", id: { open_id: "ou_ben" }, name: "Ben" },
];
const mentions = new Mentions(people, BOT);

test.each([
  ["@_user_1 look", "look"],
  ["@_user_1，看看 @_user_2", "看看 @安娜"],
  ["  @_user_1: /new", "/new"],
  ["@_user_1", "@Pi"],
  ["@_user_10 and @_user_1", "@Ben and @Pi"],
  ["ask @_user_1", "ask @Pi"],
  ["@_all hello", "@all hello"],
  ["somebody wrote @_user_7", "somebody wrote @_user_7"],
])("%p says %p", (text, said) => {
  expect(mentions.resolve(text)).toBe(said);
});

test("who is named is told from everybody, and from others", () => {
  expect(mentions.isOfBot).toBe(true);
  expect(new Mentions([{ key: "@_user_1", id: { open_id: "ou_anna" }, name: "安娜" }], BOT).isOfBot).toBe(
    false,
  );
  expect(new Mentions([{ key: "@_all", id: { open_id: BOT }, name: "所有人" }], BOT).isOfBot).toBe(false);
  expect(new Mentions([{ key: "@_user_1", id: BOT, name: "Pi" }], BOT).isOfBot).toBe(true);
});
