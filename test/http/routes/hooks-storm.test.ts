import { expect, test } from "bun:test";
import { answer } from "../../fakes/fake-pi.ts";
import { randomFrom } from "../../fakes/random.ts";
import { type Posted, WebhookWorld } from "../../fakes/webhook-world.ts";

const REQUESTS = 10_000;
const KEYS = 1_500;
const CLIENTS = 100;
/** The clock of the world runs ahead of the disk, on which transcripts are really taken away. */
const LONG_MS = 2_000_000_000;
const PATIENT = { queue: { stuckMs: LONG_MS }, agent: { timeoutMs: LONG_MS } };

test(`${REQUESTS} requests at once, most of them sent twice and more: a turn for each key, none lost, the rest told when to come again`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const rateLimit = { perMinute: 60_000, burst: 300 };
  await using world = await new WebhookWorld({ rateLimit }, { config: PATIENT }).start();
  const { path } = world;
  path.pi.script = answer("NO_REPLY");

  const keys = Array.from({ length: REQUESTS }, (_, index) => (index < KEYS ? index : random(KEYS))).toSorted(
    () => random(3) - 1,
  );
  const told = new Map<number, Set<string>>();
  const refused = { 429: 0, 503: 0 } as Record<number, number>;
  const unexplained: Posted[] = [];

  /** Sends until it is taken, and comes again when it is told to. */
  const send = async (key: number): Promise<void> => {
    for (;;) {
      const sent = await world.post("agent", {
        message: `order ${key}.`,
        idempotencyKey: `${key}`,
        deliver: false,
      });
      if (sent.status === 202) {
        const { id, session } = sent.said;
        told.set(key, (told.get(key) ?? new Set()).add(`${id} ${session}`));
        return;
      }
      refused[sent.status] = (refused[sent.status] ?? 0) + 1;
      const seconds = Number(sent.retryAfter);
      if (!(seconds >= 1 && seconds <= 60)) unexplained.push(sent);
      await path.clock.sleep(seconds * 1000 || 1);
    }
  };
  const client = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) await send(key);
  };
  const over = new AbortController();
  const all = Promise.all(Array.from({ length: CLIENTS }, client)).finally(() => over.abort());
  while (!over.signal.aborted) {
    await path.clock.advance(50);
    await Bun.sleep(0);
  }
  await all;
  const isWorking = async () =>
    (await path.store.inbox.unsettled()).length > 0 ||
    (await path.store.sessions.list(10)).some(({ waiting, running }) => waiting > 0 || running);
  while (await isWorking()) {
    await path.pass(10);
    // Transcripts are really taken away between two turns.
    await Bun.sleep(1);
  }
  await path.pass(100);

  const asked = path.pi.prompts.map(({ text }) => /order (\d+)\./.exec(text)?.[1]);
  expect(asked.length).toBe(KEYS);
  expect(new Set(asked).size).toBe(KEYS);
  expect([...told.values()].filter((answers) => answers.size !== 1)).toEqual([]);
  expect(told.size).toBe(KEYS);
  expect(unexplained).toEqual([]);
  expect(refused[429]).toBeGreaterThan(0);
  expect(Object.keys(refused).toSorted()).toEqual(["429", "503"]);
}, 120_000);
