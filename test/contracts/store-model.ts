import { expect } from "bun:test";
import type { InboxId, PendingDelivery, Turn } from "../../src/core/store.ts";
import { holdOf, type Room, type Step, takeRun, type Waiting, wholeOf } from "./store-steps.ts";
import {
  joining,
  placeOf,
  recorded,
  refOf,
  saying,
  sessionOf,
  UNTOUCHED,
  type StoreUnderTest,
} from "./store-words.ts";

const LEASE_MS = 40;

interface ModelTurn {
  readonly chat: string;
  readonly messages: Waiting[];
  /** Those of `messages` that joined on the way. */
  joined: Waiting[];
  attempt: number;
  holder: string | undefined;
  dueAtMs: number;
}

interface ModelDelivery {
  readonly key: string;
  attempt: number;
  holder: string | undefined;
  dueAtMs: number;
  maybeSent: boolean;
}

/**
 * The store port as a person would explain it: lists and a clock. Each step is done in both, and
 * what the store answers must be what the model says.
 */
export class RandomWork {
  /** Per chat: the messages that turns ended with, in order, and those that had to be. */
  readonly answered: Record<string, string[]> = {};
  readonly toAnswer: Record<string, string[]> = {};
  /** Per chat: the keys as they were settled for good, and as they were posted. */
  readonly delivered: Record<string, string[]> = {};
  readonly toDeliver: Record<string, string[]> = {};

  readonly #under: StoreUnderTest;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #turns = new Map<string, ModelTurn>();
  readonly #lastEnd = new Map<string, number>();
  /** Until when a chat is to be quiet. */
  readonly #quietUntil = new Map<string, number>();
  /** Until when a chat waits for pieces. */
  readonly #holdUntil = new Map<string, number>();
  readonly #pieces = new Set<string>();
  readonly #lines = new Map<string, ModelDelivery[]>();
  /** What each worker believes to hold: it may be long lost. */
  readonly #held = new Map<string, Turn>();
  readonly #taken = new Map<string, PendingDelivery>();
  #count = 0;
  #life = 0;

  constructor(under: StoreUnderTest) {
    this.#under = under;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case "hear":
        return this.#hear(`c${step.chat}`, step);
      case "claim":
        return this.#claim(this.#worker(step.worker), step.merge + 1);
      case "finish":
        return this.#finish(this.#worker(step.worker), step.replies, step.putBack);
      case "release":
        return this.#release(this.#worker(step.worker), step.afterMs, step.count);
      case "extend":
        return this.#extend(this.#worker(step.worker));
      case "attach":
        return this.#attach(this.#worker(step.worker));
      case "clear":
        return this.#clear(`c${step.chat}`);
      case "take":
        return this.#take(this.#worker(step.worker), `c${step.chat}`);
      case "settle":
        return this.#settle(this.#worker(step.worker), step.how, step.afterMs);
      case "wait":
        return this.#under.clock.jump(step.ms);
      case "restart":
        return this.#restart();
      case "prune":
        await this.#under.store.prune({ finishedBeforeMs: this.#now }, 5);
    }
  }

  /** Lets everything that is open come to its end, as a gateway does that is left alone, and looks back. */
  async drain(): Promise<void> {
    for (let round = 0; round < 1000; round++) {
      this.#under.clock.jump(LEASE_MS + 100);
      this.#quietUntil.clear();
      this.#holdUntil.clear();
      await this.#claim("drain", 10);
      if (!this.#held.has("drain")) break;
      await this.#finish("drain", 1, false);
    }
    for (let round = 0; round < 1000; round++) {
      this.#under.clock.jump(LEASE_MS + 100);
      const chats = [...this.#lines].filter(([, line]) => line.length > 0);
      for (const [chat] of chats) {
        await this.#take("drain", chat);
        await this.#settle("drain", "sent", 0);
      }
      if (chats.length === 0) break;
    }
    for (const [chat, names] of Object.entries(this.toAnswer)) {
      const answered = this.answered[chat] ?? [];
      expect(answered.toSorted()).toEqual(names.toSorted());
      // A later piece of a message comes with its first one.
      const inOrder = (all: readonly string[]) => all.filter((name) => !this.#pieces.has(name));
      expect(inOrder(answered)).toEqual(inOrder(names));
    }
    for (const [chat, keys] of Object.entries(this.toDeliver)) expect(this.delivered[chat]).toEqual(keys);
    expect(await this.#under.store.turns.depth()).toBe(0);
    expect(await this.#under.store.turns.nextDueAtMs()).toBeUndefined();
    expect(await this.#under.store.outbox.nextDueAtMs()).toBeUndefined();
  }

  get #now(): number {
    return this.#under.clock.now();
  }

  /** Each life of the gateway has workers of its own. */
  #worker(number: number): string {
    return `w${number}.${this.#life}`;
  }

  async #hear(chat: string, step: Step & { do: "hear" }): Promise<void> {
    const { priority, room, quietMs, part: piece } = step;
    const order = this.#count++;
    const name = `m${order}`;
    const key = `k${step.key}`;
    const part = piece ? { part: { of: `p${piece.of}`, waitMs: piece.waitMs } } : {};
    const { inbox, settle } = await recorded(this.#under.store, chat, name, part);
    const facts = { part: part.part?.of, untilMs: this.#now + (piece?.waitMs ?? 0) };
    const message = { name, inbox, order, priority, atMs: this.#now, key, isLine: false, ...facts };
    const isBusy = [...this.#turns.values()].some((turn) => turn.chat === chat);
    const quietUntil = this.#quietUntil.get(chat) ?? 0;
    if (isBusy || quietUntil > this.#now) {
      this.#quietUntil.set(chat, Math.max(quietUntil, quietMs > 0 ? this.#now + quietMs : 0));
    }
    const line = [...(this.#waiting.get(chat) ?? []), message];
    this.#waiting.set(chat, line);
    if (piece) {
      this.#pieces.add(name);
      this.#hold(chat, line);
    }
    (this.toAnswer[chat] ??= []).push(name);
    const expected = room ? this.#makeRoom(chat, line, message, room) : [];
    const tell = ({ id }: { id: InboxId }) => saying(chat, `${id}/notice`);
    const more = { mergeKey: key, quietMs, ...(room ? { room: { ...room, tell } } : {}) };
    const dropped = await settle(priority, more);
    expect(dropped.map(({ message: { id } }) => id)).toEqual(expected.map((one) => one.name));
    await this.#expectDepth(chat);
  }

  #hold(chat: string, line: readonly Waiting[]): void {
    this.#holdUntil.set(chat, holdOf(line));
  }

  /** Which of the oldest go, or become lines. */
  #makeRoom(chat: string, line: Waiting[], { key }: Waiting, { keep, drop, among }: Room): Waiting[] {
    const inFull = line.filter((one) => !one.isLine);
    const counted = inFull.filter((one) => among === "session" || one.key === key);
    const whole = [...Map.groupBy(counted, wholeOf).values()];
    const tooMany = inFull.length > keep ? whole.slice(0, Math.max(0, whole.length - keep)).flat() : [];
    if (drop === "summarize") {
      for (const one of tooMany) one.isLine = true;
      return [];
    }
    this.#waiting.set(
      chat,
      line.filter((one) => !tooMany.includes(one)),
    );
    if (tooMany.some(({ part }) => part !== undefined)) this.#hold(chat, this.#waiting.get(chat) ?? []);
    this.#isAnsweredNoMore(chat, tooMany);
    for (const { inbox } of tooMany) this.#post(chat, `${inbox}/notice`);
    return tooMany;
  }

  #isAnsweredNoMore(chat: string, cancelled: readonly Waiting[]): void {
    const names = new Set(cancelled.map(({ name }) => name));
    this.toAnswer[chat] = (this.toAnswer[chat] ?? []).filter((name) => !names.has(name));
  }

  async #claim(worker: string, mergeLimit: number): Promise<void> {
    if (this.#held.has(worker)) return;
    const due = [...this.#turns].filter(([, { dueAtMs }]) => dueAtMs <= this.#now);
    const turn = await this.#under.store.turns.claim(worker, { leaseMs: LEASE_MS, mergeLimit });
    // Which of the due ones is first is the engine's business; that they go before new ones is not.
    const expected = due.length > 0 ? new Map(due).get(turn?.id ?? "") : this.#newTurn(mergeLimit);
    if (due.length > 0) expect(due.map(([id]) => id)).toContain(turn?.id ?? "none");
    expect(turn?.session).toBe(expected && sessionOf(expected.chat));
    if (!turn || !expected) return;
    this.#turns.set(turn.id, expected);
    expected.holder = worker;
    expected.attempt += 1;
    expected.dueAtMs = this.#now + LEASE_MS;
    const messages = expected.messages.toSorted((a, b) => a.order - b.order);
    expect(turn.messages.map(({ id }) => id)).toEqual(messages.map(({ name }) => name));
    expect(turn.collapsed).toBe(messages.findLastIndex(({ isLine }) => isLine) + 1);
    expect(turn.steered.map(({ id }) => id).toSorted()).toEqual(
      expected.joined.map(({ inbox }) => inbox).toSorted(),
    );
    expect(turn.attempt).toBe(expected.attempt);
    this.#held.set(worker, turn);
    await this.#expectDepth(expected.chat);
  }

  #newTurn(mergeLimit: number): ModelTurn | undefined {
    const busy = new Set([...this.#turns.values()].map(({ chat }) => chat));
    const next = [...this.#waiting]
      .filter(([chat, messages]) => messages.length > 0 && !busy.has(chat))
      .filter(([chat]) => (this.#quietUntil.get(chat) ?? 0) <= this.#now)
      .filter(([chat]) => (this.#holdUntil.get(chat) ?? 0) <= this.#now)
      .map(([chat, messages]) => {
        const head = messages[0]!;
        return { chat, head, since: Math.max(head.atMs, this.#lastEnd.get(chat) ?? 0) };
      })
      .toSorted(
        (a, b) => a.since - b.since || b.head.priority - a.head.priority || a.head.order - b.head.order,
      )[0];
    if (!next) return undefined;
    const line = this.#waiting.get(next.chat)!;
    const messages = takeRun(line, mergeLimit);
    this.#quietUntil.delete(next.chat);
    if (line.length === 0) this.#holdUntil.delete(next.chat);
    return { chat: next.chat, messages, joined: [], attempt: 0, holder: undefined, dueAtMs: 0 };
  }

  async #finish(worker: string, replies: number, putsBack: boolean): Promise<void> {
    const turn = this.#held.get(worker);
    if (!turn) return;
    this.#held.delete(worker);
    const model = this.#turns.get(turn.id);
    const isHolder = model?.holder === worker;
    const chat = turn.messages[0]!.address.chat;
    const posted = Array.from({ length: replies }, (_, i) => saying(chat, `${turn.id}/${i}`));
    // Of what has joined, the last one.
    const back = putsBack && isHolder ? model.joined.slice(-1) : [];
    const putBack = back.map(({ inbox }) => inbox);
    const result = { state: "done", replies: posted, putBack } as const;
    expect(await this.#under.store.turns.finish(turn.id, worker, result)).toBe(isHolder);
    if (!model || !isHolder) return;
    const asked = model.messages.filter((message) => !back.includes(message));
    (this.answered[chat] ??= []).push(...asked.map(({ name }) => name));
    const line = [...(this.#waiting.get(chat) ?? []), ...back].toSorted((a, b) => a.order - b.order);
    this.#waiting.set(chat, line);
    this.#turns.delete(turn.id);
    this.#lastEnd.set(chat, this.#now);
    for (const { key } of posted) this.#post(chat, key);
    await this.#expectDepth(chat);
  }

  #post(chat: string, key: string): void {
    const line = this.#lines.get(chat) ?? [];
    line.push({ key, attempt: 0, holder: undefined, dueAtMs: this.#now, maybeSent: false });
    this.#lines.set(chat, line);
    (this.toDeliver[chat] ??= []).push(key);
  }

  async #release(worker: string, afterMs: number, countAttempt: boolean): Promise<void> {
    const turn = this.#held.get(worker);
    if (!turn) return;
    this.#held.delete(worker);
    await this.#under.store.turns.release(turn.id, worker, { afterMs, countAttempt });
    const model = this.#turns.get(turn.id);
    if (model?.holder !== worker) return;
    model.holder = undefined;
    model.dueAtMs = this.#now + afterMs;
    if (!countAttempt) model.attempt -= 1;
  }

  async #extend(worker: string): Promise<void> {
    const turn = this.#held.get(worker);
    if (!turn) return;
    const model = this.#turns.get(turn.id);
    const isHolder = model?.holder === worker;
    expect(await this.#under.store.turns.extend(turn.id, worker, LEASE_MS)).toBe(isHolder);
    if (model && isHolder) model.dueAtMs = this.#now + LEASE_MS;
  }

  async #attach(worker: string): Promise<void> {
    const turn = this.#held.get(worker);
    if (!turn) return;
    const model = this.#turns.get(turn.id);
    const isHolder = model?.holder === worker;
    const chat = turn.messages[0]!.address.chat;
    const waiting = this.#waiting.get(chat) ?? [];
    const ids = waiting.slice(0, 2).map(({ inbox }) => inbox);
    const attached = await this.#under.store.turns.attach(turn.id, worker, joining(...ids));
    expect(attached).toEqual(isHolder ? ids : undefined);
    if (model && isHolder) {
      const joined = waiting.splice(0, 2);
      for (const one of joined) one.isLine = false;
      this.#quietUntil.delete(chat);
      if (waiting.length === 0) this.#holdUntil.delete(chat);
      model.messages.push(...joined);
      model.joined.push(...joined);
    }
    await this.#expectDepth(chat);
  }

  async #clear(chat: string): Promise<void> {
    const waiting = this.#waiting.get(chat)?.splice(0) ?? [];
    this.#isAnsweredNoMore(chat, waiting);
    // What asked for quiet has gone.
    this.#quietUntil.delete(chat);
    this.#holdUntil.delete(chat);
    const cleared = await this.#under.store.turns.clear(sessionOf(chat));
    expect(cleared.map(({ message }) => message.id)).toEqual(waiting.map(({ name }) => name));
    await this.#expectDepth(chat);
  }

  async #take(worker: string, chat: string): Promise<void> {
    if (this.#taken.has(worker)) return;
    const head = this.#lines.get(chat)?.[0];
    const isDue = head !== undefined && head.dueAtMs <= this.#now;
    const ready = await this.#under.store.outbox.ready(100);
    const line = ready.find(({ to }) => to.chat === chat);
    expect(line?.to).toEqual(isDue ? placeOf(chat) : undefined);
    if (!line || !head) return;
    const taken = await this.#under.store.outbox.claim(worker, { chat: line.chat, leaseMs: LEASE_MS });
    head.maybeSent ||= head.holder !== undefined;
    head.holder = worker;
    head.attempt += 1;
    head.dueAtMs = this.#now + LEASE_MS;
    expect([taken?.key, taken?.attempt, taken?.known.maybeSent]).toEqual([
      head.key,
      head.attempt,
      head.maybeSent,
    ]);
    this.#taken.set(worker, taken!);
  }

  async #settle(worker: string, how: "sent" | "retry" | "dead", afterMs: number): Promise<void> {
    const taken = this.#taken.get(worker);
    if (!taken) return;
    this.#taken.delete(worker);
    const chat = taken.to.chat;
    const line = this.#lines.get(chat)!;
    const head = line.find(({ key, holder }) => key === taken.key && holder === worker);
    const result =
      how === "sent"
        ? ({ state: "sent", ref: refOf(chat, taken.key) } as const)
        : how === "dead"
          ? ({ state: "dead", error: "no" } as const)
          : ({ state: "retry", afterMs, known: { ...UNTOUCHED, maybeSent: taken.known.maybeSent } } as const);
    expect(await this.#under.store.outbox.settle(taken.key, worker, result)).toBe(head !== undefined);
    if (!head) return;
    head.holder = undefined;
    if (how === "retry") {
      head.dueAtMs = this.#now + afterMs;
      return;
    }
    line.shift();
    if (line[0]) line[0].dueAtMs = this.#now;
    (this.delivered[chat] ??= []).push(taken.key);
  }

  /** The gateway dies and starts again: whoever worked is gone, and its leases run out. */
  async #restart(): Promise<void> {
    await this.#under.reopen();
    this.#life += 1;
    this.#under.clock.jump(LEASE_MS);
    this.#held.clear();
    this.#taken.clear();
    this.#endQuiet();
  }

  /** A start ends the quiet of chats in which nothing runs. */
  #endQuiet(): void {
    const busy = new Set([...this.#turns.values()].map(({ chat }) => chat));
    for (const until of [this.#quietUntil, this.#holdUntil]) {
      for (const chat of until.keys()) if (!busy.has(chat)) until.delete(chat);
    }
  }

  async #expectDepth(chat: string): Promise<void> {
    const own = this.#waiting.get(chat)?.length ?? 0;
    const all = [...this.#waiting.values()].reduce((sum, messages) => sum + messages.length, 0);
    expect(await this.#under.store.turns.depth(sessionOf(chat))).toBe(own);
    expect(await this.#under.store.turns.depth()).toBe(all);
  }
}
