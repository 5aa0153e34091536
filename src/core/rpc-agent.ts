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
import { GO_ON_COMMAND } from "./bridge-port.ts";
import { AgentError } from "./errors.ts";
import { askCommands, askCompaction } from "./pi-commands.ts";
import { entriesAfter, lastEntryId } from "./pi-transcript.ts";
import { RunReader, usageOf } from "./rpc-events.ts";
import { diedError, type RpcProcess } from "./rpc-process.ts";
import {
  isRecord,
  type PiCapabilities,
  type WireCommand,
  type WireRecord,
  type WireState,
  type WireStats,
} from "./rpc-protocol.ts";
import { RunEnd } from "./run-end.ts";
import { RunFailover } from "./run-failover.ts";
import { RunSteering } from "./run-steering.ts";
import type { Session } from "./session.ts";
import type { SessionModels } from "./session-models.ts";
import type { SessionKey } from "./session-key.ts";

export interface RpcAgentOptions {
  readonly process: RpcProcess;
  readonly session: Session;
  readonly models: SessionModels;
  readonly capabilities: PiCapabilities;
  readonly clock: Clock;
  /** How long an aborted run may take to end before pi is ended instead. */
  readonly graceMs: number;
  /** Something was left in pi's queue: the session has to be opened anew before anybody prompts again. */
  readonly letGo: () => void;
  readonly reopen: () => Promise<unknown>;
}

const STATE_DEADLINE_MS = 10_000;

/** One pi process with one session open. Made by the pool for each turn. */
export class RpcAgent implements Agent {
  readonly session: SessionKey;
  readonly pid: number;
  readonly #options: RpcAgentOptions;
  readonly #file: string;
  #run: Run | undefined;
  #isLetGo = false;
  #systemPrompt: string | undefined;

  constructor(options: RpcAgentOptions) {
    this.#options = options;
    this.session = options.session.key;
    this.#file = options.session.file;
    this.pid = options.process.pid;
  }

  get model(): ModelInUse {
    return this.#options.models.inUse;
  }

  /** What is added to pi's system prompt in the run in progress. */
  get systemPrompt(): string | undefined {
    return this.#systemPrompt;
  }

  async *run(prompt: Prompt, signal: AbortSignal): AsyncIterable<AgentEvent> {
    this.#systemPrompt = prompt.systemPrompt;
    if (this.#isLetGo) await this.#reopen();
    const steering = new RunSteering(this.#options.process, () => this.#letGo());
    const run = new Run(this.#options, steering);
    using _listening = this.#options.process.listen((record) => run.take(record));
    const abort = () => run.abort();
    this.#run = run;
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      run.start(prompt);
      yield* run.events();
    } finally {
      signal.removeEventListener("abort", abort);
      this.#run = undefined;
      await run.finish();
    }
  }

  async steer(text: string): Promise<boolean> {
    return (await this.#run?.steering.steer(escapePrompt(text))) ?? false;
  }

  async abort(): Promise<void> {
    this.#run?.abort();
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

  #letGo(): void {
    this.#isLetGo = true;
    this.#options.letGo();
  }

  async #reopen(): Promise<void> {
    await this.#options.reopen();
    this.#isLetGo = false;
  }
}

/** One prompt on its way through pi, from before it is sent until pi is idle again. */
class Run {
  readonly steering: RunSteering;
  readonly #process: RpcProcess;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #reader = new RunReader();
  readonly #end: RunEnd;
  readonly #queue: AgentEvent[] = [];
  #wake: (() => void) | undefined;
  readonly #over = new AbortController();
  /** Aborts when the run is over, or is to stop. */
  readonly #halted = new AbortController();
  #aborted = false;
  #aborting: Promise<void> | undefined;
  #work: Promise<void> = Promise.resolve();
  readonly #models: SessionModels;
  readonly #failover: RunFailover;
  /** Why the run failed for good. */
  #failed: string | undefined;

  constructor({ process, models, capabilities, clock, graceMs }: RpcAgentOptions, steering: RunSteering) {
    this.steering = steering;
    this.#process = process;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#models = models;
    const over = this.#over.signal;
    this.#end = new RunEnd(capabilities, clock, over, () => this.#state());
    const tell = (event: AgentEvent) => this.#put(event);
    const interrupt = () => this.#sendAbort();
    this.#failover = new RunFailover({ models, clock, over: this.#halted.signal, tell, interrupt });
  }

  /** Takes what pi says. Connected before the prompt is sent, so nothing of a fast run is missed. */
  take(record: WireRecord): void {
    // A run that was still being prepared when it was to stop begins nevertheless.
    if (this.#aborted && record.type === "agent_start") this.#sendAbort();
    this.#end.take(record);
    this.#failover.take(record, this.#reader.model);
    for (const event of this.steering.read(record)) this.#put(event);
    for (const event of this.#reader.read(record)) this.#put(this.#cleared(event));
  }

  start(prompt: Prompt): void {
    this.#failover.start();
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
    this.#halted.abort();
    this.#aborting ??= this.#abort();
  }

  /** Resolves when pi is idle or gone; aborts what still runs. */
  async finish(): Promise<void> {
    if (!this.#over.signal.aborted) this.abort();
    await this.#work;
    await this.#aborting;
    await this.#failover.finished();
  }

  /** Never rejects: whatever happens becomes the `end` event. */
  async #drive(prompt: Prompt): Promise<void> {
    try {
      if (!this.#aborted) await Promise.race([this.#untilAnswered(prompt), this.#death()]);
      for (const event of await Promise.race([this.steering.close(), this.#death()])) this.#put(event);
      this.#put(this.#failed === undefined ? this.#reader.end(this.#aborted) : this.#failure(this.#failed));
    } catch (error) {
      this.steering.abandon();
      this.#put(this.#failure(error));
    } finally {
      this.#over.abort();
      this.#halted.abort();
    }
  }

  async #death(): Promise<never> {
    throw diedError(await this.#process.ended);
  }

  /** Asks pi; as long as its models fail and there is one left that may answer, pi is told to go on. */
  async #untilAnswered(prompt: Prompt): Promise<void> {
    let command = commandFor(prompt);
    let failure = await this.#promptAndWait(command);
    // Whoever stops a run is no failure of its model.
    while (failure !== undefined && !this.#aborted) {
      if (!(await this.#failover.goesOn(this.#reader.model, failure))) break;
      if (this.#end.hasBegun) command = GO_ON;
      this.#end.again();
      this.#reader.again();
      const next = await this.#promptAndWait(command);
      // A pi without the command does nothing: the failure stands.
      if (next === undefined && command === GO_ON && !this.#end.hasBegun) break;
      failure = next;
    }
    if (failure !== undefined) this.#failed = failure;
    else if (!this.#aborted) this.#models.answered(this.#reader.model);
  }

  /** Resolves when pi is idle again: to what the model failed with, or undefined. */
  async #promptAndWait(command: WireCommand): Promise<string | undefined> {
    try {
      // No deadline: pi may compact first, and ask hooks. The turn's own deadline aborts.
      const answer = await this.#process.request(command);
      const disposition = isRecord(answer) ? answer["disposition"] : undefined;
      // An extension took the prompt for itself: there is no run, so nothing will end it.
      if (disposition === "handled" && command !== GO_ON) return undefined;
    } catch (error) {
      // pi looks for credentials before it takes a prompt.
      if (error instanceof AgentError && error.code === "refused") return error.message;
      throw error;
    }
    await this.#end.wait();
    // The last word may have come just when it was cut off for saying nothing.
    if (this.#reader.isAnswered) return undefined;
    return this.#failover.isInterrupted ? "timed out" : this.#reader.failure;
  }

  #failure(error: unknown): AgentEvent {
    const died =
      this.#process.death !== undefined || (error instanceof AgentError && error.code === "process-died");
    // Whoever asked to stop gets what they asked for, even if pi had to be ended for it.
    if (this.#aborted) return this.#reader.end(true);
    const said = this.#models.redact(error instanceof Error ? error.message : String(error));
    return { ...this.#reader.failed(said, died), ...this.#models.failure };
  }

  /** What people see of it holds no secret, and a model that was cut off for its silence has failed. */
  #cleared(event: AgentEvent): AgentEvent {
    if (event.type === "retrying") return { ...event, reason: this.#models.redact(event.reason) };
    if (event.type !== "message_end" || event.stopReason !== "aborted") return event;
    return this.#failover.isInterrupted ? { ...event, stopReason: "error" } : event;
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

/** What the bridge understands: the conversation is answered from where it stands. */
const GO_ON: WireCommand = { type: "prompt", message: `/${GO_ON_COMMAND}` };

function commandFor({ text, images, isCommand }: Prompt): WireCommand {
  const sent = images.map(({ mimeType, base64 }) => ({ type: "image", data: base64, mimeType }) as const);
  const message = isCommand ? text : escapePrompt(text);
  return { type: "prompt", message, ...(sent.length > 0 ? { images: sent } : {}) };
}

/** pi takes a leading slash for a command of its own, which people's text is only where that was decided. */
function escapePrompt(text: string): string {
  return text.startsWith("/") ? ` ${text}` : text;
}
