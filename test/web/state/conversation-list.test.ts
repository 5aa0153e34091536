import { expect, test } from "bun:test";
import { ConversationList, idOfKey, keyOfId, titleOf } from "../../../src/web/state/conversation-list.ts";
import { MemoryStore } from "./memory-store.ts";

const ONE = "agent:main:webchat:dm:one";
const TWO = "agent:main:webchat:dm:two";

test("ids in the address bar and session keys name each other", () => {
  expect(keyOfId("one")).toBe(ONE);
  expect(idOfKey(ONE)).toBe("one");
  const mentor = "agent:mentor:webchat:dm:one";
  expect(keyOfId(idOfKey(mentor))).toBe(mentor);
});

test("an address cannot name anything but a conversation of the page", () => {
  for (const id of [
    "",
    "a b",
    "../x",
    "agent:main:telegram:dm:1",
    "agent:main:webchat:group:1",
    "a/b",
    "%41",
  ]) {
    expect(keyOfId(id)).toBeUndefined();
  }
});

test("the first words become the title, cut between words, and whole characters in Chinese", () => {
  expect(titleOf("  Hello\n  world ")).toBe("Hello world");
  expect(titleOf("Please look at all of the files in my workspace and tell me more")).toBe(
    "Please look at all of the files in my workspace…",
  );
  expect(titleOf("好".repeat(60))).toBe(`${"好".repeat(48)}…`);
  expect(titleOf("😀".repeat(60))).toBe(`${"😀".repeat(48)}…`);
});

test("the newest conversation is first, and its title is its first message", () => {
  const list = new ConversationList(new MemoryStore());
  list.touch(ONE, "First words", 1);
  list.touch(TWO, "Other words", 2);
  list.touch(ONE, "More words", 3);
  expect(list.listed.value.map(({ title }) => title)).toEqual(["First words", "Other words"]);
});

test("the list outlives the page and is the same in every tab", () => {
  const store = new MemoryStore();
  const [list, tab] = [new ConversationList(store), new ConversationList(store)];
  list.touch(ONE, "First words", 1);
  tab.touch(TWO, "Other words", 2);
  list.rename(ONE, "  My name ");
  tab.reload();
  expect(tab.listed.value.map(({ title }) => title)).toEqual(["Other words", "My name"]);
});

test("the gateway's conversations join the list, those of other channels do not", () => {
  const list = new ConversationList(new MemoryStore());
  list.merge([
    { key: ONE, lastActiveAtMs: 5, running: false },
    { key: "agent:main:telegram:dm:1", lastActiveAtMs: 9, running: false },
  ]);
  expect(list.listed.value.map(({ key }) => key)).toEqual([ONE]);
  list.entitle(ONE, "Words from the history");
  expect(list.find(ONE)?.title).toBe("Words from the history");
});

test("a conversation taken off the list stays off it, until somebody writes in it again", () => {
  const list = new ConversationList(new MemoryStore());
  list.touch(ONE, "First words", 1);
  list.forget(ONE);
  list.merge([{ key: ONE, lastActiveAtMs: 5, running: false }]);
  expect(list.listed.value).toEqual([]);
  list.touch(ONE, "Back again", 6);
  list.merge([{ key: ONE, lastActiveAtMs: 7, running: false }]);
  expect(list.listed.value.map(({ title }) => title)).toEqual(["Back again"]);
});

test("a broken or foreign storage is an empty list, not a broken page", () => {
  const store = new MemoryStore();
  for (const value of ["{", "7", '[{"key":"x"},null,{"key":1}]']) {
    store.set("conversations", value);
    expect(new ConversationList(store).listed.value).toEqual([]);
  }
});
