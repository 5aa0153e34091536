import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addFinishedRows } from "../../bench/store-rows.ts";
import type { Amendment, InboxId, Pairing, Store, TurnId } from "../../src/core/store.ts";
import {
  CLAIM,
  enqueue,
  inbound,
  joining,
  placeOf,
  queued,
  refOf,
  saying,
  sessionOf,
  UNTOUCHED,
} from "../contracts/store-words.ts";
import { openTemporaryStore } from "./temporary-store.ts";

/** Statements that read everything there is, because that is what is asked of them, and it is never much. */
const READS_ALL: readonly RegExp[] = [
  /^select body from cron_job order by seq/,
  /^select origin, id, body from cron_state/,
  /^select body from cron_run indexed by cron_run_open/,
  /^select session, upto from forgotten/,
  /^select \* from allowed order by/,
  // An index that holds nothing but the rows that are asked for.
  /^select seq, body from inbox indexed by inbox_unsettled/,
  /^select seq, body from event indexed by event_unsettled/,
  // In the order of its index, and no further than the limit.
  /^select s\.body, .* from session s .* order by s\.last_active_at desc, s\.rowid desc limit/,
];

test("no verb reads a table from end to end, sorts one, or builds an index for itself", async () => {
  const under = await openTemporaryStore();
  try {
    // Not strict: an unbound parameter is null, and the plan is the one that bound ones have.
    using database = new Database(join(under.folder, "gateway.db"), { strict: false });
    const statements = under.store.connection.statements.map((sql) => sql.replaceAll(/\s+/g, " "));
    expect(statements.length).toBeGreaterThan(60);
    const slow = statements.flatMap((sql) => {
      const plan = database.prepare<{ detail: string }, []>(`explain query plan ${sql}`).all();
      const steps = plan.map(({ detail }) => detail);
      const bad = steps.filter((step) => /\bSCAN (?!CONSTANT ROW)|TEMP B-TREE|AUTOMATIC/.test(step));
      return bad.length > 0 && !READS_ALL.some((pattern) => pattern.test(sql)) ? [{ sql, bad }] : [];
    });
    expect(slow).toEqual([]);
    for (const pattern of READS_ALL) expect(statements.filter((sql) => pattern.test(sql)).length).toBe(1);
  } finally {
    await under.end();
  }
});

/** Bytes this process has read so far, from caches or disks; undefined where the system does not count them. */
function bytesRead(): number | undefined {
  const counters = "/proc/self/io";
  if (!existsSync(counters)) return undefined;
  return Number(/^rchar: (\d+)/m.exec(readFileSync(counters, "utf8"))?.[1]);
}

const PAGE_BYTES = 4096;
/** A chat with a tenth of all the finished rows, so that what is old there is in the way as well. */
const CHAT = "old0";
const BUSY = sessionOf(CHAT);

/** Each verb once, in an order in which each has something to do. */
const VERBS: readonly [name: string, run: (store: Store, n: number) => Promise<unknown>][] = [
  ["record", (store, n) => store.inbox.record(inbound(CHAT, `new${n}`))],
  ["record a duplicate", (store, n) => store.inbox.record(inbound(CHAT, `new${n}`))],
  ["unsettled", (store) => store.inbox.unsettled()],
  ["settle", (store, n) => settleNewest(store, n)],
  ["depth", (store) => store.turns.depth()],
  ["depth of a session", (store) => store.turns.depth(BUSY)],
  ["claim a turn", (store) => claimTurn(store)],
  ["next due turn", (store) => store.turns.nextDueAtMs()],
  ["record and settle in a busy session", (store, n) => enqueue(store, CHAT, `busy${n}`)],
  ["what waits", (store) => store.turns.waiting(BUSY, 5)],
  ["settle where there is no room", (store, n) => settleWithoutRoom(store, n)],
  ["join a turn", (store) => joinTurn(store)],
  ["the unfinished turn", (store) => store.turns.unfinished(BUSY)],
  ["clear", (store) => store.turns.clear(BUSY)],
  ["claim when nothing can be taken", (store) => store.turns.claim("other", CLAIM)],
  ["finish with a reply", (store) => finishTurn(store)],
  ["what was spent", (store) => store.usage.spentBy("all")],
  ["what was spent last", (store) => store.usage.latest(5)],
  ["what tools said", (store) => store.outbox.saidByTools("old77")],
  ["what went out piece by piece", (store) => store.outbox.saidInBlocks("old77")],
  ["ready chats", (store) => store.outbox.ready(10)],
  ["deliver", (store) => deliverNext(store)],
  ["next due delivery", (store) => store.outbox.nextDueAtMs()],
  ["list what is open", (store) => store.outbox.list("open", 10)],
  ["list what died", (store) => store.outbox.list("dead", 10)],
  ["find a delivery", (store) => store.outbox.find("old77/0")],
  ["read a delivery", (store) => store.outbox.read("old77/0")],
  ["amend what was said", (store) => amend(store, "old77/0", { kind: "text", text: "other" })],
  ["react to what was heard", (store) => amend(store, "busy0", { kind: "reaction", emoji: "👍" })],
  ["who said that", (store) => store.outbox.sentAs(refOf(CHAT, "1"))],
  ["find a message", (store) => store.inbox.find(refOf(CHAT, "busy0"))],
  ["what came of a message", (store) => store.inbox.outcome(refOf(CHAT, "busy0"))],
  ["change and cancel a message", (store, n) => changeWaiting(store, n)],
  ["what waits from a chat", (store) => store.inbox.waitingFrom(placeOf(CHAT))],
  ["wait for pieces", (store, n) => waitForPieces(store, n)],
  ["overhear, note and read", (store, n) => overhear(store, n)],
  ["an event", (store, n) => actOnEvent(store, n)],
  ["move a chat", (store, n) => moveChat(store, n)],
  ["newest page of history", (store) => store.history(BUSY, { limit: 20 })],
  ["whether somebody was let in", (store) => store.access.isAllowed(STRANGER)],
  ["a stranger who asks", (store) => store.access.openPairing(STRANGER, 3)],
  ["whether a session is idle", (store) => store.sessions.activity(BUSY)],
  ["a conversation in a chat", (store) => store.sessions.inChat("main", placeOf(CHAT))],
  ["idle conversations of jobs", (store) => store.sessions.idleJobs(1000, 10)],
  ["list of sessions", (store) => store.sessions.list(10)],
  ["prune a few rows", (store) => store.prune({ finishedBeforeMs: 1000, historyBeforeMs: 50 }, 5)],
];

const STRANGER: Pairing = {
  channel: "test",
  account: "default",
  senderId: "s",
  senderName: "S",
  code: "ABCD2345",
  address: placeOf("s"),
  askedBy: "1",
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};

const amend = (store: Store, id: string, change: Amendment) =>
  store.amend(refOf(CHAT, id), { session: BUSY, agent: "main" }, change);

async function settleNewest(store: Store, n: number): Promise<void> {
  for (const { id } of await store.inbox.unsettled())
    await store.inbox.settle(id, queued(inbound(CHAT, `new${n}`)));
}

async function changeWaiting(store: Store, n: number): Promise<void> {
  const id = await enqueue(store, CHAT, `changed${n}`);
  const heard = inbound(CHAT, `changed${n}`, { text: "other" });
  expect(await store.inbox.rewrite(id, { written: "other", heard })).toBe(true);
  expect(await store.inbox.cancel(id)).toBe(true);
}

async function waitForPieces(store: Store, n: number): Promise<void> {
  const message = inbound(CHAT, `piece${n}`, { part: { of: `album${n}`, waitMs: 1 } });
  const { id } = await store.inbox.record(message);
  await store.inbox.settle(id, queued(message));
  expect(await store.inbox.pieces(message)).toEqual([]);
}

async function overhear(store: Store, n: number): Promise<void> {
  const { id } = await store.inbox.record(inbound(CHAT, `overheard${n}`));
  await store.inbox.settle(id, { fate: "overheard", line: "U: hello" });
  await store.chats.note(placeOf(CHAT), { about: "x", text: "U left." });
  await store.chats.rewrite(placeOf(CHAT), "x", "U left again.");
  const lines = await store.chats.unread(placeOf(CHAT), BUSY, 50);
  await enqueue(store, CHAT, `reads${n}`, 5, { readUpTo: lines.at(-1)!.id });
  await store.turns.clear(BUSY);
}

async function actOnEvent(store: Store, n: number): Promise<void> {
  const stop = { kind: "stop", address: placeOf(CHAT), by: inbound(CHAT, "x").sender } as const;
  const { id } = await store.inbox.recordEvent(`e${n}`, stop);
  await store.inbox.settleEvent(id);
}

/** There and back. */
async function moveChat(store: Store, n: number): Promise<void> {
  await enqueue(store, CHAT, `moves${n}`);
  const there = { from: placeOf(CHAT), to: placeOf("there"), mergeKey: (key: string) => key };
  await store.chats.move({ ...there, sessions: [{ from: BUSY, to: sessionOf("there"), nextFile: "f" }] });
  const back = { ...there, from: placeOf("there"), to: placeOf(CHAT) };
  await store.chats.move({ ...back, sessions: [{ from: sessionOf("there"), to: BUSY, nextFile: "f" }] });
  await store.turns.clear(BUSY);
}

let turn: TurnId | undefined;

async function claimTurn(store: Store): Promise<void> {
  turn = (await store.turns.claim("w", CLAIM))?.id;
  expect(turn).toBeDefined();
}

async function settleWithoutRoom(store: Store, n: number): Promise<void> {
  for (const drop of ["summarize", "old"] as const) {
    const room = { keep: 1, drop, among: "session", tell: () => saying(CHAT, `notice${drop}${n}`) } as const;
    await enqueue(store, CHAT, `${drop}${n}`, 5, { room, quietMs: 10 });
  }
}

let joined: InboxId | undefined;

async function joinTurn(store: Store): Promise<void> {
  const [oldest] = await store.turns.waiting(BUSY, 1);
  joined = oldest?.id;
  expect(await store.turns.attach(turn!, "w", joining(joined!))).toEqual([joined!]);
}

async function finishTurn(store: Store): Promise<void> {
  await store.turns.notePrompt(turn!, "w", { text: "asked" });
  await store.outbox.notePreview(turn!, 0, refOf(CHAT, "p"));
  const replies = [saying(CHAT, `${turn}/0`, { session: BUSY, turn: turn! })];
  const spent = [{ model: "x/y", usage: { inputTokens: 1, outputTokens: 1, costUsd: 1 } }];
  const usage = { agent: "main", channel: "test", sender: "test:u", spent };
  const result = { state: "done", replies, usage, putBack: [joined!] } as const;
  expect(await store.turns.finish(turn!, "w", result)).toBe(true);
  await store.turns.clear(BUSY);
}

async function deliverNext(store: Store): Promise<void> {
  const [line] = await store.outbox.ready(1);
  for (const result of [
    { state: "retry", afterMs: 0, known: UNTOUCHED },
    { state: "sent", ref: { address: placeOf(CHAT), id: "1" } },
  ] as const) {
    const taken = await store.outbox.claim("d", { chat: line!.chat, leaseMs: 1000 });
    await store.outbox.settle(taken!.key, "d", result);
  }
}

/** Pages read per verb with `rows` finished rows in the file, and a cache too small to hide them. */
async function pagesPerVerb(rows: number): Promise<Map<string, number>> {
  const under = await openTemporaryStore();
  try {
    addFinishedRows(under.store.connection, rows);
    await under.reopen();
    under.store.connection.database.run("pragma cache_size = 10");
    const pages = new Map<string, number>();
    // The first round only warms up: what is measured is not what preparing statements reads.
    for (const round of [0, 1]) {
      for (const [name, run] of VERBS) {
        const before = bytesRead() ?? 0;
        await run(under.store, round);
        pages.set(name, ((bytesRead() ?? 0) - before) / PAGE_BYTES);
      }
      under.clock.jump(1000);
    }
    return pages;
  } finally {
    await under.end();
  }
}

describe("with many finished rows", () => {
  // Where nothing counts what is read both sides are 0, and the plans above have to do.
  test("no verb reads noticeably more pages than with few", async () => {
    const few = await pagesPerVerb(600);
    const many = await pagesPerVerb(40_000);
    const grown = [...many].filter(([name, pages]) => pages > (few.get(name) ?? 0) + 30);
    expect(grown).toEqual([]);
  }, 60_000);
});
