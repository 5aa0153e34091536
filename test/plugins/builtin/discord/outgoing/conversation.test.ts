import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Channel } from "../../../../../src/core/channel.ts";
import { nonceOf, paceKey } from "../../../../../src/delivery/keys.ts";
import { Pacer } from "../../../../../src/delivery/pacer.ts";
import type { Clock } from "../../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import { Deliverer } from "../../../../../src/pipeline/deliver.ts";
import { Settlements } from "../../../../../src/pipeline/settlements.ts";
import { HookRegistry } from "../../../../../src/plugins/hooks.ts";
import { openStore } from "../../../../../src/store/open-store.ts";
import { fasterTime } from "./faster-time.ts";
import { options, outgoingWorld, text } from "./outgoing-world.ts";

const PATIENCE_MS = 600_000;

type World = Awaited<ReturnType<typeof outgoingWorld>>;

/** The gateway's own way out, over what goes out to Discord. */
async function openDelivery({ out, folder, to }: World, clock: Clock) {
  const store = openStore({
    database: join(folder, "gateway.db"),
    lock: join(folder, "gateway.lock.db"),
    clock,
    log: silentLogger,
  });
  await store.open();
  const pacer = new Pacer(clock);
  const settlements = new Settlements(store.outbox, clock);
  // Of a channel, only what goes out is asked for.
  const channel = Object.assign(out, { name: "discord" }) as unknown as Channel;
  const deliverer = new Deliverer({
    outbox: store.outbox,
    channel: () => channel,
    hooks: new HookRegistry(() => 1000, silentLogger),
    events: { publish: () => undefined },
    pacer,
    settlements,
    clock,
    log: silentLogger,
    worker: "worker",
    policy: () => ({ onDoubt: "resend", maxAttempts: 8 }),
  });
  await deliverer.start();
  const signal = new AbortController().signal;
  return {
    store,
    /** An answer that people see grow: a preview, another state of it, and then the whole. */
    answerGrowing: async (at: number, answer: string) => {
      const key = `turn${at}/0`;
      const wishes = { nonce: nonceOf(`${key}/preview`), style: "rich", signal } as const;
      const pace = out.capabilities.pace(to);
      await pacer.preview(paceKey(to), pace, signal);
      const replaces = await out.send(to, { kind: "text", markdown: "…" }, wishes);
      await pacer.preview(paceKey(to), pace, signal);
      await out.edit(replaces, answer.slice(0, 5), wishes);
      await store.outbox.post([{ key, to, message: text(answer), replaces }]);
      deliverer.wake();
      await settlements.wait(key, Date.now() + PATIENCE_MS, signal);
    },
    answer: async (at: number, said: string) => {
      const key = `turn${at}/0`;
      await store.outbox.post([{ key, to, message: text(said) }]);
      deliverer.wake();
      await settlements.wait(key, Date.now() + PATIENCE_MS, signal);
    },
    [Symbol.asyncDispose]: async () => {
      await deliverer.stop(AbortSignal.abort());
      await store.close();
    },
  };
}

test("a hundred answers, as fast as they may go: Discord never has to refuse one, each is there once, in order", async () => {
  using time = fasterTime(25);
  await using world = await outgoingWorld({}, time.clock);
  world.discord.enforceRates();
  await using delivery = await openDelivery(world, time.clock);
  const answers = Array.from({ length: 100 }, (_, at) => `Answer ${at}, which is complete`);
  for (const [at, said] of answers.entries()) {
    await world.out.typing(world.to);
    await (at % 3 === 0 ? delivery.answerGrowing(at, said) : delivery.answer(at, said));
  }
  expect(world.said()).toEqual(answers);
  expect(world.discord.tooFast).toEqual([]);
  expect(world.discord.calls.of({ method: "createMessage" })).toHaveLength(100);
  expect(await delivery.store.outbox.list("dead", 1)).toEqual([]);
}, 60_000);

test("a hundred answers at once, to ten chats: none is refused, each is there once, in order", async () => {
  using time = fasterTime(25);
  await using world = await outgoingWorld({}, time.clock);
  const { discord, guild, out, to } = world;
  const rooms = Array.from({ length: 10 }, (_, at) => discord.addChannel(guild, `room-${at}`));
  discord.enforceRates();
  const texts = Array.from({ length: 10 }, (_, at) => `Answer ${at}`);
  const signal = new AbortController().signal;
  await Promise.all(
    rooms.flatMap(({ id: chat }) =>
      texts.map((markdown) =>
        out.send(
          { ...to, chat },
          { kind: "text", markdown },
          { nonce: `${chat}${markdown}`.slice(-25), style: "rich", signal },
        ),
      ),
    ),
  );
  for (const room of rooms) expect(world.said(room)).toEqual(texts);
  expect(discord.tooFast).toEqual([]);
}, 60_000);

test("an answer to each of two hundred chats at once: the limit of the whole bot is never reached", async () => {
  using time = fasterTime(25);
  await using world = await outgoingWorld({}, time.clock);
  const { discord, guild, out, to } = world;
  const rooms = Array.from({ length: 200 }, (_, at) => discord.addChannel(guild, `room-${at}`));
  discord.enforceRates();
  await Promise.all(
    rooms.map(({ id: chat }) => out.send({ ...to, chat }, text("hello"), { ...options(), nonce: chat })),
  );
  for (const room of rooms) expect(world.said(room)).toEqual(["hello"]);
  expect(discord.tooFast).toEqual([]);
}, 60_000);
