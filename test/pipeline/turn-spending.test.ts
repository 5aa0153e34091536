import { expect, test } from "bun:test";
import type { Turn } from "../../src/core/store.ts";
import { TurnSpending } from "../../src/pipeline/turn-spending.ts";
import { inbound, SESSION } from "../fakes/path-world.ts";

const turn: Turn = {
  id: "t",
  session: SESSION,
  messages: [
    { ...inbound("1", "one"), sender: { id: "ann", name: "Ann", isBot: false } },
    { ...inbound("2", "two"), sender: { id: "bob", name: "Bob", isBot: false } },
  ],
  attempt: 1,
  previews: [],
  steered: [],
  collapsed: 0,
};
const used = (model: string, costUsd: number) => ({
  model,
  usage: { inputTokens: 1, outputTokens: 2, costUsd },
});

test("a turn goes on the account of whoever wrote last, with all that its attempts have used, by model", () => {
  const spending = new TurnSpending();
  expect(spending.of(turn)).toEqual({});
  spending.add([used("a/one", 0.25), used("b/two", 1)]);
  spending.add([used("a/one", 0.25)]);
  expect(spending.of(turn)).toEqual({
    usage: {
      agent: "main",
      channel: "fake",
      sender: "fake:bob",
      spent: [{ model: "a/one", usage: { inputTokens: 2, outputTokens: 4, costUsd: 0.5 } }, used("b/two", 1)],
    },
  });
});
