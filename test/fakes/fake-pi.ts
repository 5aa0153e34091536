import type {
  Agent,
  AgentEvent,
  AgentPool,
  ModelUsage,
  PiCommand,
  PoolStats,
  Prompt,
  Slot,
  TranscriptEntry,
} from "../../src/core/agent.ts";
import { AgentError } from "../../src/core/errors.ts";
import type { Session } from "../../src/core/session.ts";
import type { SessionKey } from "../../src/core/session-key.ts";

const NO_USAGE = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

/** What pi does with a prompt: yields events, and writes to the transcript what is complete. */
export type PiScript = (prompt: Prompt, pi: FakePi, signal: AbortSignal) => AsyncIterable<AgentEvent>;

/** pi as far as the pipeline can tell: a transcript that outlives processes, and runs that may die. */
export class FakePi implements AgentPool {
  readonly name = "pool";
  readonly transcripts = new Map<string, TranscriptEntry[]>();
  readonly prompts: Prompt[] = [];
  readonly forgotten: SessionKey[] = [];
  /** What it understands behind a slash. */
  known: readonly PiCommand[] = [];
  compaction: Agent["compact"] = async () => ({ tokensBefore: 100 });
  script: PiScript = answer("The answer is 42.");
  /** Every text that somebody tried to hand to a run. */
  readonly steers: string[] = [];
  refusesSteering = false;
  #file = "";
  /** What the run was handed and has not taken; undefined while none goes on. */
  #queue: string[] | undefined;
  #next = 1;
  #places: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places = 4) {
    this.#places = places;
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async recycle(): Promise<void> {}

  async reserve(signal: AbortSignal): Promise<Slot | undefined> {
    while (this.#places <= 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    if (signal.aborted) return undefined;
    this.#places -= 1;
    let isHeld = true;
    return {
      use: async (session, wanted, work) => {
        if (wanted.aborted) throw new AgentError("unavailable", "nobody waits for a pi any more");
        return work(this.#agent(session));
      },
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#places += 1;
        this.#waiting.shift()?.();
      },
    };
  }

  async lend<T>(work: () => Promise<T>): Promise<T> {
    this.#places += 1;
    this.#waiting.shift()?.();
    try {
      return await work();
    } finally {
      this.#places -= 1;
    }
  }

  running(): undefined {}

  async forget(session: SessionKey): Promise<void> {
    this.forgotten.push(session);
  }

  async commands(): Promise<readonly PiCommand[]> {
    return this.known;
  }

  stats(): PoolStats {
    return { total: 1, busy: 0, idle: 1, min: 1, max: 4, longestWaitMs: 0 };
  }

  /** Writes an entry to the transcript of the session that is open, as pi does when a message is complete. */
  write(role: TranscriptEntry["role"], text: string, stopReason?: string, spent?: ModelUsage): void {
    const more = { ...(stopReason === undefined ? {} : { stopReason }), ...(spent ? { spent } : {}) };
    const entry = { id: `e${this.#next++}`, role, text, ...more };
    this.transcripts.set(this.#file, [...this.transcript, entry]);
  }

  get transcript(): readonly TranscriptEntry[] {
    return this.transcripts.get(this.#file) ?? [];
  }

  #agent(session: Session): Agent {
    this.#file = session.file;
    return {
      session: session.key,
      pid: 1,
      model: { id: "fake/fake", isDemo: false },
      run: (prompt, signal) => this.#run(prompt, signal),
      steer: async (text) => this.#steer(text),
      abort: async () => {},
      position: async () => this.transcript.at(-1)?.id,
      transcriptAfter: async (position) => {
        const at = this.transcript.findIndex((entry) => entry.id === position);
        return this.transcript.slice(at + 1);
      },
      stats: async () => ({ model: "fake/fake", usage: NO_USAGE, contextTokens: 0, contextWindow: 1 }),
      commands: async () => this.known,
      compact: (instructions, signal) => this.compaction(instructions, signal),
    };
  }

  async *#run(prompt: Prompt, signal: AbortSignal): AsyncIterable<AgentEvent> {
    this.prompts.push(prompt);
    this.#queue = [];
    try {
      yield* this.script(prompt, this, signal);
    } finally {
      this.#queue = undefined;
    }
  }

  #steer(text: string): boolean {
    if (this.refusesSteering) return false;
    this.#queue?.push(text);
    this.steers.push(text);
    return this.#queue !== undefined;
  }

  /** What pi does before each call of the model: takes one message that it was handed, if there is one. */
  *takeSteered(): Generator<AgentEvent> {
    const text = this.#queue?.shift();
    if (text === undefined) return;
    this.write("user", text);
    yield { type: "steered", text };
  }
}

/** A script for each run, the last one for all further runs. */
export function inTurn(...scripts: readonly PiScript[]): PiScript {
  let run = 0;
  return (prompt, pi, signal) => {
    const script = scripts[Math.min(run++, scripts.length - 1)];
    if (!script) throw new Error("inTurn needs a script");
    return script(prompt, pi, signal);
  };
}

/** Answers with `text`, word by word. */
export function answer(text: string | ((prompt: string) => string)): PiScript {
  return async function* (prompt, pi) {
    const whole = typeof text === "string" ? text : text(prompt.text);
    yield { type: "message_start" };
    for (const delta of whole.split(/(?<= )/)) yield { type: "text", delta };
    pi.write("user", prompt.text);
    pi.write("assistant", whole, "stop");
    yield { type: "message_end", text: whole, stopReason: "stop" };
    yield { type: "end", reason: "stop", usage: NO_USAGE };
  };
}

/** Looks something up with a tool first, then answers; may die on the way, as a killed process does. */
export function lookThenAnswer(text: string, diesAt?: "text" | "tool" | "answered" | "end"): PiScript {
  const died = { type: "end", reason: "error", error: "pi died", died: true, usage: NO_USAGE } as const;
  return async function* (prompt, pi) {
    yield { type: "message_start" };
    yield { type: "text", delta: "Let me look." };
    if (diesAt === "text") {
      yield died;
      return;
    }
    pi.write("user", prompt.text);
    pi.write("assistant", "Let me look.", "toolUse");
    yield { type: "message_end", text: "Let me look.", stopReason: "toolUse" };
    yield { type: "tool_start", id: "t1", tool: "bash", params: { command: "ls" } };
    pi.write("tool", "42");
    yield {
      type: "tool_end",
      id: "t1",
      tool: "bash",
      result: { content: [{ type: "text", text: "42" }], isError: false },
    };
    if (diesAt === "tool") {
      yield died;
      return;
    }
    yield { type: "message_start" };
    yield { type: "text", delta: text };
    pi.write("assistant", text, "stop");
    if (diesAt === "answered") {
      yield died;
      return;
    }
    yield { type: "message_end", text, stopReason: "stop" };
    if (diesAt === "end") {
      yield died;
      return;
    }
    yield { type: "end", reason: "stop", usage: NO_USAGE };
  };
}

/** One call of the model: its own message, complete. */
export function* answerOnce(pi: FakePi, text: string, stopReason = "stop"): Generator<AgentEvent> {
  yield { type: "message_start" };
  yield { type: "text", delta: text };
  pi.write("assistant", text, stopReason);
  yield { type: "message_end", text, stopReason };
}

/**
 * Answers as pi does that can be steered: after each answer it takes what it was handed and answers that, too.
 * `wait` resolves when the model may go on, before each of its answers.
 */
export function steerable(wait: () => Promise<void>, reply = (asked: string) => `re: ${asked}`): PiScript {
  return async function* (prompt, pi, signal) {
    pi.write("user", prompt.text);
    for (let asked: string | undefined = prompt.text; asked !== undefined;) {
      await Promise.race([wait(), untilAborted(signal)]);
      if (signal.aborted) {
        pi.write("assistant", "", "aborted");
        yield { type: "end", reason: "aborted", usage: NO_USAGE };
        return;
      }
      yield* answerOnce(pi, reply(asked));
      asked = undefined;
      for (const event of pi.takeSteered()) {
        if (event.type === "steered") asked = event.text;
        yield event;
      }
    }
    yield { type: "end", reason: "stop", usage: NO_USAGE };
  };
}

/** Resolves once `signal` aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Says something, then nothing more until it is stopped. */
export function hang(text: string): PiScript {
  return async function* (prompt, pi, signal) {
    yield { type: "message_start" };
    yield { type: "text", delta: text };
    await untilAborted(signal);
    pi.write("user", prompt.text);
    pi.write("assistant", text, "aborted");
    yield { type: "end", reason: "aborted", usage: NO_USAGE };
  };
}

/** The provider refuses. */
export function refuse(error: string): PiScript {
  return async function* () {
    yield { type: "end", reason: "error", error, usage: NO_USAGE };
  };
}
