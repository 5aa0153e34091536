import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("nothing can be set so that no message would ever get through", () => {
  for (const key of ["maxPerSession", "globalMaxPending", "mergeLimit", "maxAttempts"]) {
    expect(problemsIn({ queue: { [key]: 0 } }), key).toHaveLength(1);
  }
  expect(problemsIn({ delivery: { maxAttempts: 0 } })).toHaveLength(1);
});

test("a message in doubt is sent again, unless that is not wanted", () => {
  expect(load({}).config.delivery.onDoubt).toBe("resend");
  expect(load({ delivery: { onDoubt: "drop" } }).config.delivery.onDoubt).toBe("drop");
});

test("what was said is kept for ever, unless a limit is set", () => {
  expect(load({}).config.store).toEqual({ finishedDays: 30 });
  expect(load({ store: { historyDays: 90 } }).config.store.historyDays).toBe(90);
});

test("a channel may have other rules for what waits, of the same kinds", () => {
  const queue = { byChannel: { webchat: { mode: "interrupt", debounceMs: 0, cap: 1, drop: "old" } } };
  expect(load({ queue }).config.queue.byChannel["webchat"]).toMatchObject({ mode: "interrupt", cap: 1 });
  expect(problemsIn({ queue: { byChannel: { webchat: { mode: "shout" } } } })).toHaveLength(1);
  expect(problemsIn({ queue: { drop: "all" } })).toHaveLength(1);
});
