import { describe, expect, test } from "bun:test";
import { Pastes } from "../../../../../src/plugins/builtin/telegram/incoming/pastes.ts";
import { ben, DATE, mark, messageOf } from "./literals.ts";

const LONG = "x".repeat(4000);
const piece = (message_id: number, text: string, over = {}) => messageOf({ message_id, text, ...over });

describe("a long text that was cut into messages", () => {
  test("is one: each long piece may be followed by more, a short one ends it", () => {
    const pastes = new Pastes();
    expect(pastes.partOf(piece(1, LONG))).toEqual({ of: "paste/42/1", waitMs: 1500 });
    expect(pastes.partOf(piece(2, LONG, { date: DATE + 1 }))).toEqual({ of: "paste/42/1", waitMs: 1500 });
    expect(pastes.partOf(piece(3, "the end", { date: DATE + 2 }))).toEqual({ of: "paste/42/1", waitMs: 0 });
    expect(pastes.partOf(piece(4, "by the way", { date: DATE + 2 }))).toBeUndefined();
  });

  test("is told apart from an ordinary message, from a later one, and from what somebody else writes", () => {
    const pastes = new Pastes();
    expect(pastes.partOf(piece(1, "short"))).toBeUndefined();
    pastes.partOf(piece(2, LONG));
    expect(pastes.partOf(piece(3, "me too", { from: ben }))).toBeUndefined();
    expect(pastes.partOf(piece(4, "later", { date: DATE + 9 }))).toBeUndefined();
  });

  test("does not take in a command, an answer or something passed on", () => {
    const pastes = new Pastes();
    pastes.partOf(piece(1, LONG));
    expect(
      pastes.partOf(piece(2, "/stop", { entities: [mark("/stop", "/stop", { type: "bot_command" })] })),
    ).toBeUndefined();
    expect(pastes.partOf(piece(3, "x", { reply_to_message: messageOf({ message_id: 1 }) }))).toBeUndefined();
    const forward_origin = { type: "user", date: 1, sender_user: ben };
    expect(pastes.partOf(piece(4, LONG, { forward_origin }))).toBeUndefined();
    expect(pastes.partOf(piece(5, "the end"))).toEqual({ of: "paste/42/1", waitMs: 0 });
  });

  test("has the same pieces when they come again", () => {
    const pastes = new Pastes();
    const all = [piece(1, LONG), piece(2, "end")];
    const first = all.map((one) => pastes.partOf(one));
    expect(all.map((one) => pastes.partOf(one))).toEqual(first);
    expect(pastes.partOf(piece(2, "end"))).toEqual(first[1]);
  });

  test("costs no more memory than a hundred of them", () => {
    const pastes = new Pastes();
    for (let id = 1; id <= 150; id++) pastes.partOf(piece(id, LONG, { from: { ...ben, id } }));
    expect(pastes.partOf(piece(900, "end", { from: { ...ben, id: 1 } }))).toBeUndefined();
    expect(pastes.partOf(piece(901, "end", { from: { ...ben, id: 150 } }))).toMatchObject({ waitMs: 0 });
  });
});
