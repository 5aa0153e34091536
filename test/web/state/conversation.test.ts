import { expect, test } from "bun:test";
import { knowsMessages, markMessages, placeOfAnswer } from "../../../src/web/state/conversation.ts";
import { reply, Told, user } from "./conversations.ts";

test("an answer belongs behind the last message it answers and before what waits", () => {
  const rows = [user("a"), user("b"), reply("n", "a notice"), user("c", "waiting")];
  expect(placeOfAnswer(rows, ["a", "b"])).toBe(3);
  expect(placeOfAnswer(rows, ["unknown"])).toBe(4);
});

test("a state reaches the messages it is meant for and nothing else", () => {
  const rows = markMessages(
    [user("a", "waiting"), reply("a", "same id"), user("b", "waiting")],
    ["a"],
    "done",
  );
  expect(rows.map(({ state }) => state)).toEqual(["done", "done", "waiting"]);
  expect(markMessages(rows, ["b"], "waiting", 2)[2]).toMatchObject({ place: 2 });
  expect(markMessages(markMessages(rows, ["b"], "waiting", 2), ["b"], "running")[2]).not.toHaveProperty(
    "place",
  );
});

test("a message acknowledged twice stands there once", () => {
  expect(new Told().sent("a").sent("a").screen).toEqual(["you: a (waiting)"]);
});

test("messages from elsewhere are noticed", () => {
  const { now } = new Told().sent("a");
  expect(knowsMessages(now, ["a"])).toBe(true);
  expect(knowsMessages(now, ["a", "from another tab"])).toBe(false);
});
