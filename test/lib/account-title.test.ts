import { expect, test } from "bun:test";
import { accountTitle } from "../../src/lib/account-title.ts";

test("the only account of a channel is called like the channel, others by both names", () => {
  expect(accountTitle("telegram", "default")).toBe("telegram");
  expect(accountTitle("telegram", "second")).toBe("telegram/second");
});
