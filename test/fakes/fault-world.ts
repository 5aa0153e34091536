import type { Channel, ChannelHost } from "../../src/core/channel.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { Call } from "../emulators/common/call-log.ts";
import { FakeClock } from "./fake-clock.ts";
import type { PiScript } from "./fake-pi.ts";
import { noFetch } from "./no-fetch.ts";
import { PathWorld } from "./path-world.ts";

/** A stand-in of a platform with a person in a chat, and the channel that speaks for a bot there. */
export interface FaultyPlatform extends AsyncDisposable {
  /** The channel, in the time that the test moves; called once. */
  channel(clock: Clock): Channel;
  /** What the person sees in the chat, a line for each message: `Anna: …` and `bot: …`. */
  lines(): string[];
  readonly calls: { readonly all: readonly Call[] };
}

export interface FaultWorldOptions {
  readonly onDoubt?: "resend" | "drop";
}

const USAGE = { inputTokens: 1, outputTokens: 1, costUsd: 0 };
/** How long a call may take, in real time: nobody sleeps through it, and a busy machine does not reach it by accident. */
export const CALL_LIMIT_MS = 1200;
const STEP_MS = 100;
const LONG_STEP_MS = 500;
const PATIENCE_MS = 60_000;
/** Of the test's own time: what takes longer is as good as lost. */
const LONGEST_MS = 900_000;
/** Longer than what was in doubt is left alone before it is tried again. */
const REST_MS = 15_000;

/** The whole way of a message between a stand-in of a platform and a scripted pi, in time that the test moves. */
export class FaultWorld<Platform extends FaultyPlatform> implements AsyncDisposable {
  readonly platform: Platform;
  readonly path: PathWorld;
  /** Called when the model has said its last word, before anybody knows. */
  onAnswer: () => void = () => {};
  readonly #channel: Channel;

  private constructor(platform: Platform, time: LateClock, { onDoubt = "resend" }: FaultWorldOptions) {
    this.platform = platform;
    let made: Channel | undefined;
    this.path = new PathWorld({
      platform: (clock) => {
        time.real = clock;
        made = platform.channel(clock);
        return Object.assign(made, { transcript: () => this.lines() });
      },
      config: { delivery: { onDoubt } },
    });
    if (!made) throw new Error("the path has made no channel");
    this.#channel = made;
    this.path.pi.script = answerSlowly(this.path.clock, () => this.onAnswer());
  }

  /** `connect` starts the stand-in, whose time is the test's. */
  static async open<Platform extends FaultyPlatform>(
    connect: (time: Clock) => Promise<Platform>,
    options: FaultWorldOptions = {},
  ): Promise<FaultWorld<Platform>> {
    const time = new LateClock();
    const world = new FaultWorld(await connect(time), time, options);
    await world.path.start();
    await world.#channel.start(world.#host);
    await world.until(() => world.#channel.status?.().state === "connected", "a connection");
    return world;
  }

  /** What Anna sees. */
  lines(): string[] {
    return this.platform.lines();
  }

  /** The complete answers that Anna sees, each as the questions it answers. */
  answers(): string[] {
    return this.lines().flatMap((line) => WHOLE.exec(line)?.[1] ?? []);
  }

  /** Lets time pass until `find` is true: slowly at first, since answers are written over seconds. */
  async until(find: () => boolean, what: string): Promise<void> {
    const late = Date.now() + PATIENCE_MS;
    const tooLate = this.path.clock.now() + LONGEST_MS;
    for (let steps = 0; !find(); steps++) {
      if (Date.now() > late || this.path.clock.now() > tooLate)
        throw new Error(`${what} never came\n${this.#everything()}`);
      await this.#step(steps < 100 ? STEP_MS : LONG_STEP_MS);
    }
  }

  /** Lets time pass, with room for the calls that are made in it. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += LONG_STEP_MS) await this.#step(LONG_STEP_MS);
  }

  /** Waits until each question is answered, then long enough for whatever should not come any more. */
  async untilAnswered(...questions: readonly string[]): Promise<void> {
    const isAnswered = (question: string) =>
      this.answers().some((asked) => asked.split("+").includes(question));
    await this.until(() => questions.every(isAnswered), `an answer to each of ${questions.join(", ")}`);
    // What is seen may still be on its way to be known: a preview can show the whole answer before it is one.
    const { outbox } = this.path.store;
    const tooLate = this.path.clock.now() + LONGEST_MS;
    for (let isRunning = true; isRunning;) {
      await this.#step(LONG_STEP_MS);
      const [first] = await outbox.list("open", 1);
      const { prompts } = this.path.pi;
      isRunning = first !== undefined || this.path.endings().length < prompts.length;
      if (this.path.clock.now() < tooLate) continue;
      throw new Error(`never settled: ${JSON.stringify(first)}\n${this.#everything()}`);
    }
    await this.pass(REST_MS);
  }

  /** Deliveries that still wait, or were given up. */
  async unsent(): Promise<string[]> {
    const { outbox } = this.path.store;
    const left = await Promise.all([outbox.list("open", 10), outbox.list("dead", 10)]);
    return left.flat().map(({ key }) => key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#channel.stop();
    const over = this.path[Symbol.asyncDispose]();
    await Promise.all([stopped, over]);
    await this.platform[Symbol.asyncDispose]();
  }

  async #step(ms: number): Promise<void> {
    await this.path.clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }

  #everything(): string {
    const calls = this.platform.calls.all.slice(-15);
    const told = calls.map(({ method, status, fault = "" }) => `${method} ${status} ${fault}`);
    return [...this.lines(), ...told].join("\n");
  }

  get #host(): ChannelHost {
    const { receiver } = this.path.pipeline;
    const { state } = this.path.store;
    return {
      receive: (message) => receiver.receive(message),
      report: (id, event) => receiver.report(id, event),
      fetch: noFetch,
      log: silentLogger,
      state: {
        get: (key) => state.get("channel/test", key),
        set: (key, value) => state.set("channel/test", key, value),
      },
      mediaDir: "/nonexistent",
      signal: new AbortController().signal,
    };
  }
}

/** The time of a clock that is made later; until then it stands where that one begins. */
class LateClock implements Clock {
  readonly #beginMs = new FakeClock().now();
  real: Clock | undefined;
  readonly now = () => this.real?.now() ?? this.#beginMs;
  readonly sleep = (ms: number, signal?: AbortSignal) => this.real?.sleep(ms, signal) ?? Promise.resolve();
}

const WHOLE = /^bot: The answer to (\S+) takes its time and ends here\.$/;

/** Says which questions it answers, word by word over four seconds. Questions are `q1`, `q2` and so on. */
function answerSlowly(clock: Clock, onAnswer: () => void): PiScript {
  return async function* (prompt, pi, signal) {
    pi.write("user", prompt.text);
    const asked = [...new Set(prompt.text.match(/\bq\d+\b/g))].join("+");
    const text = `The answer to ${asked} takes its time and ends here.`;
    yield { type: "message_start" };
    for (const delta of text.split(/(?<= )/)) {
      yield { type: "text", delta };
      await clock.sleep(400, signal);
    }
    onAnswer();
    pi.write("assistant", text, "stop");
    yield { type: "message_end", text, stopReason: "stop" };
    yield { type: "end", reason: "stop", usage: USAGE };
  };
}
