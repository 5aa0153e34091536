import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { DelegationResult } from "../../src/core/delegations.ts";
import { CHAT, HERE, ToolWorld } from "./tool-world.ts";

let world: ToolWorld;
beforeEach(() => (world = new ToolWorld()));
afterEach(() => world[Symbol.dispose]());

const session = HERE;
const answering = (result: Omit<DelegationResult, "session">) => {
  world.onAsk = async () => ({ ...result, session });
  return world.run("delegate", { agent: "mentor", task: "Look" });
};

describe("delegate", () => {
  test("asks for the turn that calls it, and waits unless it is told not to", async () => {
    const asked: unknown[] = [];
    world.onAsk = async (task, asker) => {
      asked.push(task, asker);
      return { state: "done", session, answer: "Right." };
    };
    expect(await world.run("delegate", { agent: "mentor", task: "Look" })).toBe("Right.");
    await world.run("delegate", { agent: "mentor", task: "Look", mode: "later", timeoutSeconds: 5 });
    const asker = { session: HERE, agent: "main", turn: "turn1", attempt: "1", chat: CHAT };
    expect(asked).toEqual([
      { agent: "mentor", task: "Look", mode: "wait" },
      asker,
      { agent: "mentor", task: "Look", mode: "later", timeoutMs: 5000 },
      asker,
    ]);
  });

  test("says when there is no answer, and where it is done later", async () => {
    expect(await answering({ state: "done", answer: "" })).toBe("mentor has done it and says nothing.");
    expect(await answering({ state: "asked" })).toMatchObject({ asked: "mentor", session });
  });

  test("is an error that the model reads when it was not done", async () => {
    await expect(answering({ state: "failed", answer: "no model" })).rejects.toThrow(
      "mentor did not do it: no model",
    );
    await expect(answering({ state: "cancelled" })).rejects.toThrow("it was stopped");
  });
});
