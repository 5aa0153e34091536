import { expect } from "bun:test";
import type { ModelUsage } from "../../src/core/agent.ts";
import type { Store } from "../../src/core/store.ts";
import { senderOf, type TurnUsage } from "../../src/core/usage.ts";
import { nextDayMs, nextMonthMs } from "../../src/lib/local-time.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";
import { CLAIM, enqueue, type OpenStore, sessionOf, storeTest } from "./store-words.ts";

const used = (model: string, inputTokens: number, outputTokens: number, costUsd: number): ModelUsage => ({
  model,
  usage: { inputTokens, outputTokens, costUsd },
});

const of = (spent: readonly ModelUsage[], sender = "u"): TurnUsage => ({
  agent: "main",
  channel: "test",
  sender: senderOf("test", sender),
  spent,
});

let serial = 0;

/** A turn in `chat` that ends having used `usage`; its id. */
async function spend(
  store: Store,
  chat: string,
  usage: TurnUsage | undefined,
  worker = "w",
): Promise<string> {
  await enqueue(store, chat, `spent-${(serial += 1)}`);
  const turn = await store.turns.claim("w", CLAIM);
  await store.turns.finish(turn!.id, worker, { state: "done", replies: [], ...(usage ? { usage } : {}) });
  return turn!.id;
}

const usage = (inputTokens: number, outputTokens: number, costUsd: number) => ({
  inputTokens,
  outputTokens,
  costUsd,
});
const NOTHING = usage(0, 0, 0);

/** Noon, so that an hour more or less is the same day. */
async function noon(clock: FakeClock): Promise<void> {
  clock.jump(nextDayMs(clock.now()) + 12 * 3_600_000 - clock.now());
}

/** What any ledger of usage promises. */
export function usageContract(open: OpenStore): void {
  storeTest(
    open,
    "what a turn has used is on all its accounts once it has ended, also after a restart",
    async (under) => {
      await noon(under.clock);
      const turn = await spend(under.store, "a", of([used("x/1", 10, 2, 0.5), used("y/2", 5, 1, 0.25)]));
      await under.reopen();
      const total = usage(15, 3, 0.75);
      for (const subject of [
        "all",
        "agent:main",
        "channel:test",
        "sender:test:u",
        `session:${sessionOf("a")}`,
      ] as const) {
        expect(await under.store.usage.spentBy(subject)).toEqual({ day: total, month: total, ever: total });
      }
      expect((await under.store.usage.spentBy("agent:other")).ever).toEqual(NOTHING);
      const entry = { turn, session: sessionOf("a"), agent: "main", channel: "test", sender: "test:u" };
      const atMs = under.clock.now();
      expect(await under.store.usage.latest(9)).toEqual([
        { ...entry, ...used("y/2", 5, 1, 0.25), atMs },
        { ...entry, ...used("x/1", 10, 2, 0.5), atMs },
      ]);
    },
  );

  storeTest(open, "whoever lost the lease has spent nothing", async ({ store }) => {
    await spend(store, "a", of([used("x/1", 10, 2, 0.5)]), "somebody else");
    expect((await store.usage.spentBy("all")).ever).toEqual(NOTHING);
    expect(await store.usage.latest(9)).toEqual([]);
  });

  storeTest(open, "a turn that used nothing leaves no trace", async ({ store }) => {
    await spend(store, "a", undefined);
    await spend(store, "a", of([]));
    expect(await store.usage.latest(9)).toEqual([]);
  });

  storeTest(
    open,
    "figures that are no whole numbers, or none at all, end a turn like any others",
    async ({ store }) => {
      await spend(store, "a", of([used("x/1", 1.4, Number.NaN, Number.POSITIVE_INFINITY)]));
      expect((await store.usage.spentBy("all")).ever).toEqual(usage(1, 0, 0));
    },
  );

  storeTest(open, "each account has its own sums", async ({ store, clock }) => {
    await noon(clock);
    await spend(store, "a", of([used("x/1", 1, 1, 1)], "u"));
    await spend(store, "b", of([used("x/1", 2, 2, 2)], "v"));
    expect((await store.usage.spentBy("sender:test:u")).day).toEqual(usage(1, 1, 1));
    expect((await store.usage.spentBy("sender:test:v")).day).toEqual(usage(2, 2, 2));
    expect((await store.usage.spentBy(`session:${sessionOf("b")}`)).day).toEqual(usage(2, 2, 2));
    expect((await store.usage.spentBy("channel:test")).day).toEqual(usage(3, 3, 3));
    expect((await store.usage.latest(1)).map(({ session }) => session)).toEqual([sessionOf("b")]);
  });

  storeTest(
    open,
    "a day and a month begin at nothing, at midnight of the machine's own time zone",
    async ({ store, clock }) => {
      // The first day of a month, so that the next one is in it as well.
      clock.jump(nextMonthMs(clock.now()) - clock.now());
      await spend(store, "a", of([used("x/1", 1, 1, 1)]));
      clock.jump(nextDayMs(clock.now()) - 1 - clock.now());
      expect((await store.usage.spentBy("all")).day).toEqual(usage(1, 1, 1));
      clock.jump(1);
      expect(await store.usage.spentBy("all")).toEqual({
        day: NOTHING,
        month: usage(1, 1, 1),
        ever: usage(1, 1, 1),
      });
      await spend(store, "a", of([used("x/1", 2, 2, 2)]));
      expect(await store.usage.spentBy("all")).toEqual({
        day: usage(2, 2, 2),
        month: usage(3, 3, 3),
        ever: usage(3, 3, 3),
      });
      clock.jump(nextMonthMs(clock.now()) - clock.now());
      expect(await store.usage.spentBy("all")).toEqual({
        day: NOTHING,
        month: NOTHING,
        ever: usage(3, 3, 3),
      });
    },
  );

  storeTest(
    open,
    "a session that is removed takes its account with it, and nobody else's",
    async ({ store }) => {
      const key = sessionOf("a");
      await store.sessions.open({
        key,
        agent: "main",
        address: { channel: "test", account: "default", scope: "dm", chat: "a" },
        file: "/a.jsonl",
        createdAtMs: 1,
        lastActiveAtMs: 1,
        turns: 0,
      });
      await spend(store, "a", of([used("x/1", 1, 1, 1)]));
      await store.sessions.remove(key);
      expect((await store.usage.spentBy(`session:${key}`)).ever).toEqual(NOTHING);
      expect((await store.usage.spentBy("all")).ever).toEqual(usage(1, 1, 1));
    },
  );

  storeTest(open, "entries live as long as history; the sums stay", async ({ store, clock }) => {
    await spend(store, "a", of([used("x/1", 1, 1, 1)]));
    clock.jump(10);
    const between = clock.now();
    clock.jump(10);
    const turn = await spend(store, "b", of([used("x/1", 1, 1, 1)]));
    while ((await store.prune({ finishedBeforeMs: clock.now() }, 2)) > 0);
    expect(await store.usage.latest(9)).toHaveLength(2);
    while ((await store.prune({ finishedBeforeMs: 0, historyBeforeMs: between }, 2)) > 0);
    expect((await store.usage.latest(9)).map((entry) => entry.turn)).toEqual([turn]);
    expect((await store.usage.spentBy("all")).ever).toEqual(usage(2, 2, 2));
  });
}
