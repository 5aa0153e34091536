import { expect, test } from "bun:test";
import type { OutboundMessage } from "../../src/core/message.ts";
import type { SaidByTool } from "../../src/core/outbox-ledger.ts";
import { saidAlready } from "../../src/core/said-already.ts";
import { CHAT } from "../fakes/cron-world.ts";

const text = (markdown: string): OutboundMessage => ({ kind: "text", markdown });
const said = (key: string, message: OutboundMessage, to = CHAT): SaidByTool => ({
  key: `9/tool/${key}`,
  to,
  message,
});
const find = (answer: string, ...all: SaidByTool[]) => saidAlready(all, CHAT, answer);

test("an answer is there already if a tool has said the same words in the same place", () => {
  expect(find("Good morning!", said("a", text("Hm.")), said("b", text(" Good\nmorning! ")))).toBe("9/tool/b");
  expect(find("早上好。", said("a", text("早上好。")))).toBe("9/tool/a");
});

test("a long text that went in several pieces is one", () => {
  const pieces = ["One.", "Two.", "Three."].map((part, page) =>
    said(page === 0 ? "a" : `a/${page}`, text(part)),
  );
  expect(find("One.\n\nTwo.\nThree.", ...pieces)).toBe("9/tool/a");
});

test("other words, another place, another thread and a file's caption are not it", () => {
  expect(find("Good morning!", said("a", text("Good morning")))).toBeUndefined();
  expect(find("Hi", said("a", text("Hi"), { ...CHAT, chat: "43" }))).toBeUndefined();
  expect(find("Hi", said("a", text("Hi"), { ...CHAT, thread: "7" }))).toBeUndefined();
  expect(find("ab", said("a", text("a")), said("b", text("b")))).toBeUndefined();
  expect(find("Hi")).toBeUndefined();
});
