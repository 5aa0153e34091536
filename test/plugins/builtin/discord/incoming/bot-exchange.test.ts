import { expect, test } from "bun:test";
import { BotExchange } from "../../../../../src/plugins/builtin/discord/incoming/bot-exchange.ts";

const HOUR_MS = 3_600_000;
const idOf = (at: number) => String(100_000_000_000_000_000n + BigInt(at));

function talk(exchange: BotExchange, from: number, to: number, chat = "a", nowMs = 0): boolean[] {
  return Array.from({ length: to - from }, (_, at) => exchange.mayPass(chat, idOf(from + at), nowMs).may);
}

test("ten messages of programs in a row are answered, and one more is told of once", () => {
  const exchange = new BotExchange();
  expect(talk(exchange, 0, 10)).not.toContain(false);
  expect(exchange.mayPass("a", idOf(10), 0)).toEqual({ may: false, isFirstRefused: true });
  expect(exchange.mayPass("a", idOf(11), 0)).toEqual({ may: false, isFirstRefused: false });
  expect(talk(exchange, 0, 1, "b")).toEqual([true]);
});

test("a person, or a quiet hour, lets programs talk again", () => {
  const exchange = new BotExchange();
  talk(exchange, 0, 12);
  exchange.notePerson("a");
  expect(talk(exchange, 12, 22)).not.toContain(false);
  expect(talk(exchange, 22, 23)).toEqual([false]);
  expect(talk(exchange, 23, 24, "a", HOUR_MS)).toEqual([true]);
});

test("what is read once more after a broken line does not count again", () => {
  const exchange = new BotExchange();
  talk(exchange, 0, 8);
  expect(talk(exchange, 0, 8)).not.toContain(false);
  expect(talk(exchange, 8, 11)).toEqual([true, true, false]);
});
