import { expect, test } from "bun:test";
import { WaitingCallers } from "../../src/core/waiting-callers.ts";
import { wakeOrder } from "../../src/core/webhook-orders.ts";

const ORDER = wakeOrder({ text: "a" }, { allowedAgents: undefined });
const NEVER = new AbortController().signal;

test("a stop ends every wait and lasts until all are answered", async () => {
  const looked = Promise.withResolvers<void>();
  const callers = new WaitingCallers({
    take: async (_order, signal) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await looked.promise;
      return { id: "1", session: "s", state: "running" };
    },
  });
  const answers: string[] = [];
  for (let i = 0; i < 3; i++) void callers.take(ORDER, NEVER).then(({ state }) => answers.push(state));
  let hasStopped = false;
  const stopped = callers.stop().then(() => (hasStopped = true));
  for (let round = 0; round < 20; round++) await new Promise((resolve) => void setImmediate(resolve));
  expect([hasStopped, answers]).toEqual([false, []]);
  looked.resolve();
  await stopped;
  expect(answers).toEqual(["running", "running", "running"]);
});

test("a failure is the caller's, and keeps nobody from stopping", async () => {
  const callers = new WaitingCallers({ take: () => Promise.reject(new Error("no")) });
  await expect(callers.take(ORDER, NEVER)).rejects.toThrow("no");
  await callers.stop();
});
