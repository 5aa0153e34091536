import { expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { answerOnce, type FakePi, type PiScript, untilAborted } from "../fakes/fake-pi.ts";
import { inbound, PathWorld, SESSION } from "../fakes/path-world.ts";

/** `STEERING_SEED=…` repeats a run; without it each run has seeds of its own, the first printed in the test's name. */
const FIRST_SEED = Number(process.env["STEERING_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = process.env["STEERING_SEED"] === undefined ? 200 : 1;

/** Numbers that look random and come again with the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const USAGE = { inputTokens: 1, outputTokens: 1, costUsd: 0 };
const DIED = { type: "end", reason: "error", error: "gone", died: true, usage: USAGE } as const;

/** What was asked, by the texts of messages: `m1;`, `m2;`. Equal ones count one by one. */
const tokensIn = (text: string) => text.match(/(?:m\d+|yes);/g) ?? [];

/** What stands in the transcript as asked and not as answered. */
function unanswered(pi: FakePi): string[] {
  const open: string[] = [];
  for (const { role, text, stopReason } of pi.transcript) {
    if (role === "user") open.push(...tokensIn(text));
    if (role === "assistant" && stopReason === "stop") open.length = 0;
  }
  return open;
}

/** A pi that does between its steps whatever `chance` says: calls tools, takes its time, dies. */
function unsteadyPi(step: () => Promise<void>, chance: (share: number) => boolean): PiScript {
  return async function* (prompt, pi, signal): AsyncGenerator<AgentEvent> {
    const pause = () => Promise.race([step(), untilAborted(signal)]);
    await pause();
    if (chance(0.05)) {
      yield DIED;
      return;
    }
    pi.write("user", prompt.text);
    for (;;) {
      await pause();
      if (signal.aborted) {
        pi.write("assistant", "", "aborted");
        yield { type: "end", reason: "aborted", usage: USAGE };
        return;
      }
      if (chance(0.07)) {
        yield DIED;
        return;
      }
      const isLast = !chance(0.4);
      const said = isLast ? unanswered(pi).map((token) => `re:${token}`) : ["Looking."];
      yield* answerOnce(pi, said.join(" ") || "Well.", isLast ? "stop" : "toolUse");
      if (!isLast) pi.write("tool", "seen");
      if (chance(0.1)) {
        yield DIED;
        return;
      }
      if (chance(0.3)) await pause();
      const taken = [...pi.takeSteered()];
      yield* taken;
      if (isLast && taken.length === 0) break;
    }
    // The moment in which whatever comes is too late.
    if (chance(0.7)) await pause();
    yield chance(0.05) ? DIED : { type: "end", reason: "stop", usage: USAGE };
  };
}

class RandomTalk {
  readonly world = new PathWorld({ config: { queue: { maxAttempts: 1000 } } });
  readonly said: { readonly id: string; readonly text: string }[] = [];
  readonly #next: () => number;
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(seed: number) {
    this.#next = random(seed);
    const chance = (share: number) => this.#next() < share && !this.#isOver;
    this.world.pi.script = unsteadyPi(() => this.#step(), chance);
  }

  async go(): Promise<void> {
    await this.world.start();
    this.#hurry();
    for (let n = 0; n < 40; n++) {
      const dice = this.#next();
      if (dice < 0.25) await this.#say();
      else if (dice < 0.85) this.#openOne();
      else if (dice < 0.95) await this.world.clock.advance(50);
      else if (dice < 0.97) await this.#restart();
      for (let rest = Math.floor(this.#next() * 12); rest > 0; rest--) await Promise.resolve();
    }
    this.#isOver = true;
    for (let n = 0; n < 60 && this.#open > 0; n++) {
      for (const open of this.#waiting) open();
      await this.world.pass(500);
    }
    await this.world.pass(500);
  }

  /** So many messages have not come to an end. */
  get #open(): number {
    const ended = this.world.events.map(({ event }) => (event.kind === "end" ? event.messageIds.length : 0));
    return this.said.length - ended.reduce((sum, count) => sum + count, 0);
  }

  /** The model is somewhere: it goes on when it is told to. */
  #step(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const open = () => {
        this.#waiting.delete(open);
        resolve();
      };
      this.#waiting.add(open);
    });
  }

  async #say(): Promise<void> {
    const id = `${this.said.length + 1}`;
    const text = this.#next() < 0.3 ? "yes;" : `m${id};`;
    this.said.push({ id, text });
    const receipt = this.world.pipeline.receiver.receive(inbound(id, text));
    if (this.#next() < 0.5) await this.world.pass();
    expect(await receipt).toBe("recorded");
  }

  #openOne(): void {
    const waiting = [...this.#waiting];
    waiting[Math.floor(this.#next() * waiting.length)]?.();
  }

  async #restart(): Promise<void> {
    await this.world.restart();
    this.#hurry();
  }

  /** Nobody pulls a plug here, so nothing has to wait for a disk. */
  #hurry(): void {
    if (!(this.world.store instanceof SqliteStore)) throw new Error("another store");
    const { connection } = this.world.store;
    connection.database.run("pragma synchronous = off");
    connection.writeSoon = (work) => connection.write(work);
  }
}

async function play(seed: number): Promise<void> {
  const talk = new RandomTalk(seed);
  await using world = talk.world;
  await talk.go();
  const texts = talk.said.map(({ text }) => text);
  const asked =
    world.pi.transcripts
      .values()
      .next()
      .value?.filter(({ role }) => role === "user") ?? [];
  const visible = world.platform.transcript().join(" ");
  const ends = world.events.flatMap(({ event }) => (event.kind === "end" ? [event] : []));
  expect({
    asked: asked.flatMap(({ text }) => tokensIn(text)),
    answered: [...(visible.match(/re:(?:m\d+|yes);/g) ?? [])],
    ends: ends.flatMap(({ messageIds }) => messageIds),
    states: [...new Set(ends.map(({ state }) => state))],
    depth: await world.store.turns.depth(SESSION),
  }).toEqual({
    asked: texts,
    answered: texts.map((text) => `re:${text}`),
    ends: talk.said.map(({ id }) => id),
    states: texts.length > 0 ? ["final"] : [],
    depth: 0,
  });
}

test(`whenever messages come, and whenever pi dies, each is asked and answered once, in order (STEERING_SEED=${FIRST_SEED})`, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    try {
      await play(seed);
    } catch (error) {
      throw new Error(`STEERING_SEED=${seed}`, { cause: error });
    }
  }
}, 60_000);
