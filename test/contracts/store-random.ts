import { test } from "bun:test";
import fc from "fast-check";
import { RandomWork } from "./store-model.ts";
import type { Step } from "./store-steps.ts";
import type { OpenStore } from "./store-words.ts";

/** `STORE_SEED=…` repeats a run; without it each run has a seed of its own, printed in the test's name. */
const SEED = Number(process.env["STORE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const who = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("hear"),
      chat: who,
      priority: fc.nat({ max: 2 }),
      key: fc.nat({ max: 1 }),
      room: fc.option(
        fc.record({
          keep: fc.integer({ min: 1, max: 4 }),
          drop: fc.constantFrom("summarize", "old"),
          among: fc.constantFrom("session", "key"),
        }),
      ),
      quietMs: fc.constantFrom(0, 0, 30),
      part: fc.option(fc.record({ of: fc.nat({ max: 1 }), waitMs: fc.constantFrom(0, 20, 40) }), { freq: 2 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("claim"), worker: who, merge: fc.nat({ max: 2 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("finish"),
      worker: who,
      replies: fc.nat({ max: 2 }),
      putBack: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("release"),
      worker: who,
      afterMs: fc.nat({ max: 50 }),
      count: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("extend"), worker: who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("attach"), worker: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear"), chat: who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take"), worker: who, chat: who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle"),
      worker: who,
      how: fc.constantFrom("sent", "retry", "dead"),
      afterMs: fc.nat({ max: 50 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.nat({ max: 70 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("prune") }) },
);

/** Whatever workers do, and in whatever order they stop answering. */
export function randomWorkContract(open: OpenStore): void {
  test(`nothing is lost, doubled or out of order, whatever workers do (STORE_SEED=${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120, size: "max" }), async (steps) => {
        const under = await open();
        try {
          const work = new RandomWork(under);
          for (const each of steps) await work.step(each);
          await work.drain();
        } finally {
          await under.end();
        }
      }),
      { seed: SEED, numRuns: 60, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
    );
  }, 60_000);
}
