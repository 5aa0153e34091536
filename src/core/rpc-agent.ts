import type { Clock } from "../lib/clock.ts";
import type {
  Agent,
  AgentEvent,
  Compaction,
  ModelInUse,
  PiCommand,
  Prompt,
  SessionStats,
  TranscriptEntry,
} from "./agent.ts";
import { AgentError } from "./errors.ts";
import { askCommands, askCompaction } from "./pi-commands.ts";
import { entriesAfter, lastEntryId } from "./pi-transcript.ts";
import { RunReader, usageOf } from "./rpc-events.ts";
import { diedError, type RpcProcess } from "./rpc-process.ts";
import {
  isRecord,
  type PiCapabilities,
  type WireRecord,
  type WireState,
  type WireStats,
} from "./rpc-protocol.ts";
import { RunEnd } from "./run-end.ts";
import type { Session } from "./session.ts";
import type { SessionKey } from "./session-key.ts";

export interface RpcAgentOptions {
  readonly process: RpcProcess;
  readonly session: Session;
  readonly model: ModelInUse;
  readonly capabilities: PiCapabilities;
  readonly clock: Clock;
  /** How long an aborted run may take to end before pi is ended instead. */
  readonly graceMs: number;
}

const STATE_DEADLINE_MS = 10_000;

/** One pi process with one session open. Made by the pool for each turn. */
export class RpcAgent implements Agent {
  readonly session: SessionKey;
  readonly pid: number;
  readonly model: ModelInUse;
  readonly #options: RpcAgentOptions;
  readonly #file: string;
  #abortRun: (() => void) | undefined;
  #systemPrompt: string | undefined;

  constructor(options: RpcAgentOptions) {
    this.#options = options;
    this.session = options.session.key;
    this.#file = options.session.file;
    this.pid = options.process.pid;
    this.model = options.model;
  }

  /** What is added to pi's system prompt in the run in progress. */
  get systemPrompt(): string | undefined {
    return this.#systemPrompt;
  }

  async *run(prompt: Prompt, signal: AbortSignal): AsyncIterable<AgentEvent> {
    this.#systemPrompt = prompt.systemPrompt;
    const { process, capabilities, clock, graceMs } = this.#options;
    const run = new Run(process, capabilities, clock, graceMs);
    using _listening = process.listen((record) => run.take(record));
    const abort = () => run.abort();
    this.#abortRun = abort;
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      run.start(prompt);
      yield* run.events();
    } finally {
      signal.removeEventListener("abort", abort);
      this.#abortRun = undefined;
      await run.finish();
    }
  }

  async abort(): Promise<void> {
    this.#abortRun?.();
  }

  position(): Promise<string | undefined> {
    return lastEntryId(this.#file);
  }

  transcriptAfter(position: string | undefined): Promise<readonly TranscriptEntry[]> {
    return entriesAfter(this.#file, position);
  }

  async stats(): Promise<SessionStats> {
    const answer = await this.#options.process.request({ type: "get_session_stats" }, STATE_DEADLINE_MS);
    const stats: WireStats = isRecord(answer) ? answer : {};
    return {
      model: this.model.id,
      usage: usageOf({ ...stats.tokens, cost: { total: stats.cost ?? 0 } }),
      contextTokens: stats.contextUsage?.tokens ?? 0,
      contextWindow: stats.contextUsage?.contextWindow ?? 0,
    };
  }

  commands(): Promise<readonly PiCommand[]> {
    return askCommands(this.#options.process);
  }

  compact(instructions: string | undefined, signal: AbortSignal): Promise<Compaction> {
    return askCompaction(this.#options.process, instructions, this.#options.graceMs, signal);
  }
}

/** One prompt on its way through pi, from before it is sent until pi is idle again. */
class Run {
  readonly #process: RpcProcess;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #reader = new RunReader();
  readonly #end: RunEnd;
  readonly #queue: AgentEvent[] = [];
  #wake: (() => void) | undefined;
  readonly #over = new AbortController();
  #aborted = false;
  #aborting: Promise<void> | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(process: RpcProcess, capabilities: PiCapabilities, clock: Clock, graceMs: number) {
    this.#process = process;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#end = new RunEnd(capabilities, clock, this.#over.signal, () => this.#state());
  }

  /** Takes what pi says. Connected before the prompt is sent, so nothing of a fast run is missed. */
  take(record: WireRecord): void {
    // A run that was still being prepared when it was to stop begins nevertheless.
    if (this.#aborted && record.type === "agent_start") this.#sendAbort();
    this.#end.take(record);
    for (const event of this.#reader.read(record)) this.#put(event);
  }

  start(prompt: Prompt): void {
    this.#work = this.#drive(prompt);
  }

  /** The events until the one with type `end`. */
  async *events(): AsyncGenerator<AgentEvent> {
    while (true) {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
        yield event;
        if (event.type === "end") return;
      }
      // Every run puts an `end`, so this never waits for good.
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Stops the run. A pi that is not idle soon after is ended. */
  abort(): void {
    this.#aborted = true;
    this.#aborting ??= this.#abort();
  }

  /** Resolves when pi is idle or gone; aborts what still runs. */
  async finish(): Promise<void> {
    if (!this.#over.signal.aborted) this.abort();
    await this.#work;
    await this.#aborting;
  }

  /** Never rejects: whatever happens becomes the `end` event. */
  async #drive(prompt: Prompt): Promise<void> {
    try {
      if (!this.#aborted) await Promise.race([this.#promptAndWait(prompt), this.#death()]);
      this.#put(this.#reader.end(this.#aborted));
    } catch (error) {
      this.#put(this.#failure(error));
    } finally {
      this.#over.abort();
    }
  }

  async #death(): Promise<never> {
    throw diedError(await this.#process.ended);
  }

  async #promptAndWait(prompt: Prompt): Promise<void> {
    const images = prompt.images.map(
      ({ mimeType, base64 }) => ({ type: "image", data: base64, mimeType }) as const,
    );
    // No deadline: pi may compact first, and ask hooks. The turn's own deadline aborts.
    const answer = await this.#process.request({
      type: "prompt",
      message: prompt.isCommand ? prompt.text : escapePrompt(prompt.text),
      ...(images.length > 0 ? { images } : {}),
    });
    const disposition = isRecord(answer) ? answer["disposition"] : undefined;
    // An extension took the prompt for itself: there is no run, so nothing will end it.
    if (disposition === "handled") return;
    await this.#end.wait();
  }

  #failure(error: unknown): AgentEvent {
    const died =
      this.#process.death !== undefined || (error instanceof AgentError && error.code === "process-died");
    // Whoever asked to stop gets what they asked for, even if pi had to be ended for it.
    if (this.#aborted) return this.#reader.end(true);
    return this.#reader.failed(error instanceof Error ? error.message : String(error), died);
  }

  #sendAbort(): void {
    // Refused, too slow, or gone: `#abort` ends the process if the run still goes on.
    this.#process.request({ type: "abort" }, this.#graceMs).catch(() => {});
  }

  async #abort(): Promise<void> {
    this.#sendAbort();
    await this.#clock.sleep(this.#graceMs, this.#over.signal);
    if (!this.#over.signal.aborted) await this.#process.stop(this.#graceMs);
  }

  async #state(): Promise<WireState> {
    const state = await this.#process.request({ type: "get_state" }, STATE_DEADLINE_MS);
    return isRecord(state) ? state : {};
  }

  #put(event: AgentEvent): void {
    this.#queue.push(event);
    this.#wake?.();
  }
}

/** pi takes a leading slash for a command of its own, which people's text is only where that was decided. */
function escapePrompt(text: string): string {
  return text.startsWith("/") ? ` ${text}` : text;
}
