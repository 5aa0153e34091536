import { expect, test } from "bun:test";
import { withIds } from "../../src/pipeline/message-ids.ts";
import { inbound } from "../fakes/path-world.ts";

const one = inbound("m1", "hello");

test("a prompt ends with the ids of its messages, in their order", () => {
  expect(withIds("hello", [one])).toBe("hello\n\n[message_id: m1]");
  expect(withIds("hello\n\nyou", [one, inbound("m2", "you")])).toBe(
    "hello\n\nyou\n\n[message_ids, in order: m1, m2]",
  );
  expect(withIds("", [one])).toBe("[message_id: m1]");
  expect(withIds("hello", [{ ...one, replyTo: { id: "m0", text: "hi" } }])).toBe(
    "hello\n\n[message_id: m1 (answers m0)]",
  );
});

test("a command of pi's own stays as it is: an id would be its argument", () => {
  expect(withIds("/skill:weather Bern", [one])).toBe("/skill:weather Bern");
  expect(withIds("anything", [{ ...one, isPiCommand: true }])).toBe("anything");
  expect(withIds("a reminder", [])).toBe("a reminder");
});
