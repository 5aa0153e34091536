import { expect, test } from "bun:test";
import { queueSchema } from "../../src/core/config-sections/pipeline.ts";
import { StoreError } from "../../src/core/errors.ts";
import { MessageQueue } from "../../src/core/message-queue.ts";
import type { InboxEntry } from "../../src/core/store.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { Receiver } from "../../src/pipeline/receive.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { CHAT, inbound } from "../fakes/path-world.ts";

function receiver(admit: (entry: InboxEntry) => Promise<void>, record: () => void = () => {}) {
  const clock = new FakeClock();
  const queue = new MessageQueue({ depth: async () => 0, waiting: async () => [] }, () =>
    queueSchema.parse({}),
  );
  const inbox = {
    record: async () => {
      record();
      return { receipt: "recorded", id: "i" } as const;
    },
    recordEvent: async () => ({ receipt: "recorded", id: "e" }) as const,
    settleEvent: async () => {},
    unsettled: async () => [],
  };
  const events = { act: async () => {}, isUrgent: () => false };
  return { clock, receiver: new Receiver({ inbox, queue, admit, ...events, clock, log: silentLogger }) };
}

test("a store that cannot write makes the platform keep the message, and says so until it can again", async () => {
  let isFull = true;
  const { receiver: one } = receiver(
    async () => {},
    () => {
      if (isFull) throw new StoreError("full", "the disk is full");
    },
  );
  expect(await one.receive(inbound("1", "a"))).toBe("busy");
  expect(one.problem).toBe("the disk is full");
  isFull = false;
  expect(await one.receive(inbound("1", "a"))).toBe("recorded");
  expect(one.problem).toBeUndefined();
});

test("an admission that fails is tried again, later each time, until it succeeds", async () => {
  let tries = 0;
  const { receiver: one, clock } = receiver(async () => {
    tries += 1;
    if (tries < 4) throw new Error("not now");
  });
  await one.receive(inbound("1", "a"));
  await clock.advance(0);
  expect(tries).toBe(1);
  await clock.advance(200);
  expect(tries).toBe(2);
  await clock.advance(400 + 800);
  expect(tries).toBe(4);
  await clock.advance(60_000);
  expect(tries).toBe(4);
});

test("messages of one chat are admitted in order, a slow chat holds back no other", async () => {
  const admitted: string[] = [];
  const first = Promise.withResolvers<void>();
  const { receiver: one, clock } = receiver(async ({ message }) => {
    if (message.id === "1") await first.promise;
    admitted.push(message.id);
  });
  await one.receive(inbound("1", "a"));
  await one.receive(inbound("2", "b"));
  await one.receive({ ...inbound("3", "c"), address: { ...CHAT, chat: "other" } });
  await clock.advance(0);
  expect(admitted).toEqual(["3"]);
  first.resolve();
  await clock.advance(0);
  expect(admitted).toEqual(["3", "1", "2"]);
});

test("whoever sends a message hears that it was taken before anything is done with it", async () => {
  const admitted = Promise.withResolvers<void>();
  const happened: string[] = [];
  const { receiver: one } = receiver(async () => {
    happened.push("admitted");
    admitted.resolve();
  });
  await one.receive(inbound("1", "a"));
  // As far as an answer goes on its way to the socket.
  for (let step = 0; step < 100; step += 1) await Promise.resolve();
  happened.push("acknowledged");
  await admitted.promise;
  expect(happened).toEqual(["acknowledged", "admitted"]);
});

test("a hard stop does not wait for an admission that keeps failing: the next start tries again", async () => {
  const { receiver: one, clock } = receiver(async () => {
    throw new Error("never");
  });
  await one.receive(inbound("1", "a"));
  await clock.advance(0);
  await one.stop(AbortSignal.abort());
});
