import type { Subprocess } from "bun";
import type { Clock } from "../lib/clock.ts";
import { LineSplitter } from "../lib/jsonl.ts";
import type { Logger } from "../lib/logger.ts";
import { AgentError } from "./errors.ts";
import {
  parseRecord,
  type UiAnswer,
  type UiRequest,
  type WireCommand,
  type WireRecord,
  type WireResponse,
} from "./rpc-protocol.ts";

/** What to run: program and arguments, its whole environment, and where. */
export interface RpcLaunch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface RpcProcessOptions {
  readonly launch: RpcLaunch;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for each question of an extension; answer it with {@link RpcProcess.answer}. */
  readonly onUiRequest: (request: UiRequest) => void;
  readonly lineLimitBytes?: number;
}

/** How a pi ended, and what it said last on stderr. */
export interface PiDeath {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** True if we ended it. */
  readonly stopped: boolean;
  /** True after SIGKILL or a crash: children it started may still run. */
  readonly orphans: boolean;
  /** One sentence for the log. */
  readonly reason: string;
  readonly stderr: string;
  /** What it printed that was no record, when it never printed one. */
  readonly strayOutput: string;
}

const LINE_LIMIT_BYTES = 64 * 1024 * 1024;
const STDERR_KEPT = 4000;
/** How long the other half of an end (exit, or end of output) may take before one of them is enough. */
const END_GRACE_MS = 50;
const ABORT_GRACE_MS = 1000;

interface PendingRequest {
  readonly command: string;
  readonly settle: (response: WireResponse) => void;
  readonly fail: (error: AgentError) => void;
}

/**
 * One `pi --mode rpc` child.
 *
 * Contract:
 * - {@link ended} resolves once the process has exited or closed its output, whichever way, after
 *   everything it printed has been handed on. Open requests fail then.
 * - {@link request} settles in any case: with an answer, at its deadline, or when the process ends.
 * - {@link stop} ends the process for certain. Its standard input is never closed before.
 */
export class RpcProcess {
  readonly pid: number;
  readonly ended: Promise<PiDeath>;
  #death: PiDeath | undefined;
  readonly #child: Subprocess<"pipe", "pipe", "pipe">;
  readonly #options: RpcProcessOptions;
  readonly #pending = new Map<string, PendingRequest>();
  #listener: ((record: WireRecord) => void) | undefined;
  #nextId = 1;
  #stderr = "";
  #strayOutput = "";
  #hasSpoken = false;
  #endReason: string | undefined;
  #stopping: Promise<void> | undefined;
  #killed = false;

  /** Starts the program. Throws `AgentError` "unavailable" if the system cannot. */
  constructor(options: RpcProcessOptions) {
    this.#options = options;
    const { command, env, cwd } = options.launch;
    try {
      // In a session of its own: a Ctrl-C at the gateway's terminal must not end pi in the middle of a turn.
      const detached = true;
      this.#child = Bun.spawn([...command], {
        env,
        cwd,
        detached,
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
      });
    } catch (error) {
      throw new AgentError("unavailable", `cannot start ${command[0]}: ${String(error)}`, { cause: error });
    }
    this.pid = this.#child.pid;
    this.ended = this.#watch();
  }

  /** Set once the process has ended. */
  get death(): PiDeath | undefined {
    return this.#death;
  }

  /** Hands every event to `listener` until disposed. One listener at a time: a process has one run. */
  listen(listener: (record: WireRecord) => void): Disposable {
    if (this.#listener) throw new Error("a pi process has one run at a time");
    this.#listener = listener;
    return { [Symbol.dispose]: () => (this.#listener = undefined) };
  }

  /**
   * Sends a command and resolves with the `data` of pi's answer. Rejects with `AgentError`: `refused`
   * when pi says no, `timed-out` after `deadlineMs` (never, if left out), `process-died` when it ends.
   */
  async request(command: WireCommand, deadlineMs?: number): Promise<unknown> {
    if (this.#death) throw diedError(this.#death);
    const id = `g${this.#nextId++}`;
    const done = new AbortController();
    const answer = new Promise<WireResponse>((settle, fail) => {
      this.#pending.set(id, { command: command.type, settle, fail });
    });
    if (deadlineMs !== undefined) void this.#expire(id, deadlineMs, done.signal);
    this.#write({ id, ...command });
    try {
      const response = await answer;
      if (!response.success) throw new AgentError("refused", response.error ?? `pi refused ${command.type}`);
      return response.data;
    } finally {
      done.abort();
      this.#pending.delete(id);
    }
  }

  /** Answers a question of an extension. */
  answer(id: string, answer: UiAnswer): void {
    this.#write({ type: "extension_ui_response", id, ...answer });
  }

  /** Aborts what runs, then SIGTERM, and SIGKILL after `graceMs`. Resolves when the process is gone. */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.#death) return;
    if (this.#listener) {
      // Lets pi write down what it has; a pi that does not answer is ended anyway.
      await this.request({ type: "abort" }, Math.min(graceMs, ABORT_GRACE_MS)).catch(() => {});
    }
    this.#child.kill("SIGTERM");
    const gone = new AbortController();
    const exited = this.#child.exited.finally(() => gone.abort());
    await Promise.race([exited, this.#options.clock.sleep(graceMs, gone.signal)]);
    if (!gone.signal.aborted) this.kill();
    await this.ended;
  }

  /** SIGKILL, now. */
  kill(): void {
    this.#killed = true;
    this.#child.kill("SIGKILL");
  }

  /** Never rejects, and needs no owner: it ends with its request. */
  async #expire(id: string, deadlineMs: number, done: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(deadlineMs, done);
    const pending = this.#pending.get(id);
    pending?.fail(
      new AgentError("timed-out", `pi did not answer ${pending.command} within ${deadlineMs} ms`),
    );
  }

  #write(record: object): void {
    const ignored = () => {};
    try {
      void Promise.resolve(this.#child.stdin.write(`${JSON.stringify(record)}\n`)).catch(ignored);
      void Promise.resolve(this.#child.stdin.flush()).catch(ignored);
    } catch {
      // A broken pipe, here or later: the process has ended, which `ended` reports with its reason.
    }
  }

  async #watch(): Promise<PiDeath> {
    const output = this.#readOutput();
    const errors = this.#readErrors();
    const both = Promise.all([this.#child.exited, output, errors]);
    await Promise.race([this.#child.exited, output]);
    const over = new AbortController();
    await Promise.race([both.then(() => over.abort()), this.#options.clock.sleep(END_GRACE_MS, over.signal)]);
    const death = this.#describeDeath();
    this.#death = death;
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.kill();
    for (const pending of this.#pending.values()) pending.fail(diedError(death));
    return death;
  }

  #describeDeath(): PiDeath {
    const { exitCode, signalCode } = this.#child;
    const stopped = this.#stopping !== undefined;
    const how =
      this.#endReason ??
      (signalCode
        ? `ended by ${signalCode}`
        : exitCode === null
          ? "closed its output"
          : `exited with ${exitCode}`);
    return {
      code: exitCode ?? undefined,
      signal: signalCode === null ? undefined : String(signalCode),
      stopped,
      orphans: this.#killed || !stopped,
      reason: `pi ${how}`,
      stderr: this.#stderr.trim(),
      strayOutput: this.#hasSpoken ? "" : this.#strayOutput.trim(),
    };
  }

  async #readOutput(): Promise<void> {
    const lines = new LineSplitter(this.#options.lineLimitBytes ?? LINE_LIMIT_BYTES);
    try {
      for await (const chunk of this.#child.stdout) for (const line of lines.push(chunk)) this.#take(line);
    } catch (error) {
      this.#endReason = `sent what cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #readErrors(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.#child.stderr) {
        this.#stderr = (this.#stderr + decoder.decode(chunk, { stream: true })).slice(-STDERR_KEPT);
      }
    } catch (error) {
      this.#options.log.debug({ error, pid: this.pid }, "pi's stderr could not be read");
    }
  }

  #take(line: string): void {
    const record = parseRecord(line);
    if (!record) {
      this.#strayOutput = (this.#strayOutput + line + "\n").slice(0, STDERR_KEPT);
      this.#options.log.debug(
        { pid: this.pid, line: line.slice(0, 200) },
        "pi printed a line that is no record",
      );
      return;
    }
    this.#hasSpoken = true;
    if (record.type === "response")
      this.#settle(record as unknown as WireResponse); // Shape by the protocol.
    else if (record.type === "extension_ui_request") {
      this.#options.onUiRequest(record as unknown as UiRequest); // Shape by the protocol.
    } else this.#listener?.(record);
  }

  /** pi before 0.79.7 leaves the id out of its answer to a command it does not know or cannot read. */
  #settle(response: WireResponse): void {
    const pending =
      response.id === undefined
        ? [...this.#pending.values()].find(
            (request) => request.command === response.command || response.command === "parse",
          )
        : this.#pending.get(response.id);
    pending?.settle(response);
  }
}

/** The error of somebody who was in the middle of something when pi ended. */
export function diedError(death: PiDeath): AgentError {
  const detail = death.stderr === "" ? "" : `: ${death.stderr.split("\n").slice(-3).join(" ").slice(-500)}`;
  return new AgentError("process-died", death.reason + detail, { retry: "now", outcome: "unknown" });
}
