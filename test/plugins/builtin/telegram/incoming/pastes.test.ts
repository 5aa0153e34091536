import { describe, expect, test } from "bun:test";
import type { Message } from "grammy/types";
import { Pastes } from "../../../../../src/plugins/builtin/telegram/incoming/pastes.ts";
import { ben, DATE, mark, messageOf } from "./literals.ts";

const LONG = "x".repeat(4000);
const partOf = (pastes: Pastes, message: Message) => pastes.pieceOf(message)?.part;
const piece = (message_id: number, text: string, over = {}) => messageOf({ message_id, text, ...over });

describe("a long text that was cut into messages", () => {
  test("is one: each long piece may be followed by more, a short one ends it", () => {
    const pastes = new Pastes();
    expect(partOf(pastes, piece(1, LONG))).toEqual({ of: "paste/42/1", waitMs: 1500 });
    expect(partOf(pastes, piece(2, LONG, { date: DATE + 1 }))).toEqual({ of: "paste/42/1", waitMs: 1500 });
    expect(partOf(pastes, piece(3, "the end", { date: DATE + 2 }))).toEqual({ of: "paste/42/1", waitMs: 0 });
    expect(partOf(pastes, piece(4, "by the way", { date: DATE + 2 }))).toBeUndefined();
  });

  test("is told apart from an ordinary message, from a later one, and from what somebody else writes", () => {
    const pastes = new Pastes();
    expect(partOf(pastes, piece(1, "short"))).toBeUndefined();
    partOf(pastes, piece(2, LONG));
    expect(partOf(pastes, piece(3, "me too", { from: ben }))).toBeUndefined();
    expect(partOf(pastes, piece(4, "later", { date: DATE + 9 }))).toBeUndefined();
  });

  test("does not take in a command, an answer or something passed on", () => {
    const pastes = new Pastes();
    partOf(pastes, piece(1, LONG));
    expect(
      partOf(pastes, piece(2, "/stop", { entities: [mark("/stop", "/stop", { type: "bot_command" })] })),
    ).toBeUndefined();
    expect(partOf(pastes, piece(3, "x", { reply_to_message: messageOf({ message_id: 1 }) }))).toBeUndefined();
    const forward_origin = { type: "user", date: 1, sender_user: ben };
    expect(partOf(pastes, piece(4, LONG, { forward_origin }))).toBeUndefined();
    expect(partOf(pastes, piece(5, "the end"))).toEqual({ of: "paste/42/1", waitMs: 0 });
  });

  test("has the same pieces when they come again", () => {
    const pastes = new Pastes();
    const all = [piece(1, LONG), piece(2, "end")];
    const first = all.map((one) => partOf(pastes, one));
    expect(all.map((one) => partOf(pastes, one))).toEqual(first);
    expect(partOf(pastes, piece(2, "end"))).toEqual(first[1]);
  });

  test("has a gap again where Telegram took the space away, and none where it was cut in the middle of a word", () => {
    const gaps = (...texts: readonly string[]) => {
      const pastes = new Pastes();
      return texts.map((text, index) => pastes.pieceOf(piece(index + 1, text))?.gap);
    };
    expect(gaps(LONG, "end")).toEqual(["", "\n"]);
    expect(gaps("x".repeat(4096), LONG, "end")).toEqual(["", "", "\n"]);
  });

  test("costs no more memory than a hundred of them", () => {
    const pastes = new Pastes();
    for (let id = 1; id <= 150; id++) partOf(pastes, piece(id, LONG, { from: { ...ben, id } }));
    expect(partOf(pastes, piece(900, "end", { from: { ...ben, id: 1 } }))).toBeUndefined();
    expect(partOf(pastes, piece(901, "end", { from: { ...ben, id: 150 } }))).toMatchObject({ waitMs: 0 });
  });
});
