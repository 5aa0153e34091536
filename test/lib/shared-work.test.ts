import { expect, test } from "bun:test";
import { SharedWork } from "../../src/lib/shared-work.ts";

const NEVER = new AbortController().signal;

/** Work that ends when a test says so. */
function slowWork() {
  const end = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return end.promise;
  };
  return { end, signals, work };
}

test("it is done once for all who ask at the same time, and again for whoever asks later", async () => {
  const shared = new SharedWork<string>();
  const { end, signals, work } = slowWork();
  const all = [shared.run("a", NEVER, work), shared.run("a", NEVER, work)];
  end.resolve("done");
  expect(await Promise.all(all)).toEqual(["done", "done"]);
  expect(signals).toHaveLength(1);
  await shared.run("a", NEVER, work);
  await shared.run("b", NEVER, work);
  expect(signals).toHaveLength(3);
});

test("one who gives up takes nothing from the others", async () => {
  const shared = new SharedWork<string>();
  const { end, signals, work } = slowWork();
  const stop = new AbortController();
  const given = shared.run("a", stop.signal, work);
  const kept = shared.run("a", NEVER, work);
  stop.abort(new Error("enough"));
  expect(await given.catch((error: unknown) => error)).toEqual(new Error("enough"));
  expect(signals[0]?.aborted).toBe(false);
  end.resolve("done");
  expect(await kept).toBe("done");
});

test("when nobody waits any more the work is told, and the next one to ask begins anew", async () => {
  const shared = new SharedWork<string>();
  const { signals, work } = slowWork();
  const stop = new AbortController();
  const given = shared.run("a", stop.signal, work);
  stop.abort(new Error("enough"));
  await given.catch(() => {});
  expect(signals[0]?.aborted).toBe(true);
  expect(await shared.run("a", NEVER, async () => "new")).toBe("new");
  expect(shared.run("a", stop.signal, work)).rejects.toThrow("enough");
});

test("a failure is the failure of all who wait, and of nobody after them", async () => {
  const shared = new SharedWork<string>();
  const { end, work } = slowWork();
  const all = [shared.run("a", NEVER, work), shared.run("a", NEVER, work)];
  end.reject(new Error("broken"));
  const failed = await Promise.allSettled(all);
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await shared.run("a", NEVER, async () => "new")).toBe("new");
});
