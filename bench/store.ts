import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/lib/clock.ts";
import { silentLogger } from "../src/lib/logger.ts";
import { SqliteStore } from "../src/store/sqlite/store.ts";
import { CLAIM, enqueue, refOf, saying, sessionOf } from "../test/contracts/store-words.ts";
import type { Part } from "./part.ts";
import { middle, single, type Figure } from "./figures.ts";
import { median } from "./statistics.ts";
import { addFinishedRows } from "./store-rows.ts";

const MILLION = 1_000_000;

/**
 * What the store costs on this disk: how many messages a second it can take so that a power cut would
 * not lose them, and the cycles of a turn and of a delivery, in a new file and behind a million rows.
 */
export const store: Part = async ({ isQuick }) => {
  const rounds = isQuick ? 20 : 500;
  const finished = isQuick ? MILLION / 100 : MILLION;
  return [
    ...(await withStore(0, (empty) => benchEnqueue(empty, Math.ceil(rounds / 10)))),
    ...(await withStore(0, (empty) => benchCycles(empty, rounds, ""))),
    ...(await withStore(finished, async (full) => {
      const behind = `, behind ${finished.toLocaleString("en-US")} finished messages`;
      return [...(await benchCycles(full, rounds, behind)), ...(await benchReading(full, rounds, behind))];
    })),
  ];
};

async function withStore<T>(finished: number, work: (ledgers: SqliteStore) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pi-gateway-bench-"));
  const ledgers = new SqliteStore({
    database: join(folder, "gateway.db"),
    lock: join(folder, "gateway.lock.db"),
    clock: systemClock,
    log: silentLogger,
  });
  try {
    await ledgers.open();
    if (finished > 0) addFinishedRows(ledgers.connection, finished);
    // Opened anew, so that nothing but the file knows of what is in it.
    await ledgers.close();
    await ledgers.open();
    return await work(ledgers);
  } finally {
    await ledgers.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Messages a second, one after the other, each recorded and queued in commits of its own. */
async function benchEnqueue(ledgers: SqliteStore, rounds: number): Promise<Figure[]> {
  const batch = 100;
  const rates: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const began = performance.now();
    for (let i = 0; i < batch; i++) await enqueue(ledgers, `c${i % 50}`, `r${round}-${i}`);
    if (round >= 0) rates.push((batch * 1000) / (performance.now() - began));
  }
  return [single("durable enqueue: record and settle, one commit each", "1/s", median(rates))];
}

/** One message from its arrival to its delivered answer, part by part. */
async function benchCycles(ledgers: SqliteStore, rounds: number, behind: string): Promise<Figure[]> {
  const accepting: number[] = [];
  const running: number[] = [];
  const delivering: number[] = [];
  for (let i = -20; i < rounds; i++) {
    const chat = `old${i % 7}`;
    const began = performance.now();
    await enqueue(ledgers, chat, `cycle${i}`);
    const accepted = performance.now();
    await runTurn(ledgers, chat);
    const finished = performance.now();
    await deliver(ledgers, chat);
    const delivered = performance.now();
    if (i < 0) continue;
    accepting.push(accepted - began);
    running.push(finished - accepted);
    delivering.push(delivered - finished);
  }
  return [
    middle(`record, settle${behind}`, "ms", accepting, { aim: 5 }),
    middle(`claim, notePrompt, finish${behind}`, "ms", running),
    middle(`ready, claim, settle${behind}`, "ms", delivering),
  ];
}

async function runTurn({ turns }: SqliteStore, chat: string): Promise<void> {
  const turn = await turns.claim("w", CLAIM);
  if (!turn) throw new Error("nothing to claim");
  await turns.notePrompt(turn.id, "w", { text: "asked", position: "entry" });
  const replies = [saying(chat, `${turn.id}/0`, { session: sessionOf(chat), turn: turn.id })];
  await turns.finish(turn.id, "w", { state: "done", replies });
}

async function deliver({ outbox }: SqliteStore, chat: string): Promise<void> {
  const [line] = await outbox.ready(8);
  const taken = line && (await outbox.claim("d", { chat: line.chat, leaseMs: 30_000 }));
  if (!taken) throw new Error("nothing to deliver");
  await outbox.settle(taken.key, "d", { state: "sent", ref: refOf(chat, "1") });
}

/** The newest page of the longest conversation, and the list of sessions. */
async function benchReading(ledgers: SqliteStore, rounds: number, behind: string): Promise<Figure[]> {
  const history: number[] = [];
  const list: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    await ledgers.history(sessionOf("old0"), { limit: 50 });
    const read = performance.now();
    await ledgers.sessions.list(50);
    history.push(read - began);
    list.push(performance.now() - read);
  }
  return [
    middle(`newest 50 rows of a history${behind}`, "ms", history),
    middle(`50 latest sessions${behind}`, "ms", list),
  ];
}
