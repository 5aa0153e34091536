import { join } from "node:path";
import { writeRuntimeFiles } from "../src/bridge/runtime-files.ts";
import { findPi, type PiProgram } from "../src/core/pi-program.ts";
import { isRecord } from "../src/core/rpc-protocol.ts";
import { systemClock } from "../src/lib/clock.ts";
import { LineSplitter } from "../src/lib/jsonl.ts";
import { MODEL } from "./model.ts";
import { inTime } from "./part.ts";

/** The pi that a gateway with this `piCliPath` would run. */
export function piFor(piCliPath: string): Promise<PiProgram> {
  return findPi({ piCliPath, searchPath: process.env["PATH"] ?? "", clock: systemClock });
}

/** What one run showed to whoever asked pi without a gateway. */
export interface DirectRun {
  readonly text: string;
  readonly firstDeltaMs: number;
  readonly endMs: number;
  /** What pi printed for it. */
  readonly bytes: number;
}

export interface DirectPiSetup {
  readonly program: PiProgram;
  /** The home whose `~/.pi/agent` it sees. */
  readonly home: string;
  /** With the extension by which the gateway makes an old pi say less. */
  readonly slim?: boolean;
}

type Line = Readonly<Record<string, unknown>>;

const LINE_LIMIT_BYTES = 64 * 1024 * 1024;

/** A warm `pi --mode rpc` with the smallest client that can ask it something. */
export class DirectPi implements AsyncDisposable {
  readonly #child;
  #onLine: (line: Line) => void = () => {};
  #bytes = 0;
  #isEnding = false;

  private constructor(command: readonly string[], cwd: string, env: Record<string, string>) {
    this.#child = Bun.spawn([...command], { cwd, env, stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    void this.#read();
  }

  /** Resolves once it has answered: warm, with the measuring model. */
  static async start({ program, home, slim = false }: DirectPiSetup): Promise<DirectPi> {
    const extensions = slim ? ["-e", (await writeRuntimeFiles(join(home, "runtime"))).slim] : [];
    const args = ["--mode", "rpc", "--no-session", ...extensions, "--model", MODEL];
    const env = {
      ...program.env,
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      PI_OFFLINE: "1",
      PI_SKIP_VERSION_CHECK: "1",
      PI_CODING_AGENT_DIR: join(home, ".pi/agent"),
    };
    const pi = new DirectPi([...program.command, ...args], home, env);
    await pi.#call({ type: "get_state" });
    return pi;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Goes on in the session file `name`, a new one if it is not there. */
  async open(name: string): Promise<void> {
    await this.#call({ type: "switch_session", sessionPath: name });
  }

  async ask(message: string): Promise<DirectRun> {
    const done = Promise.withResolvers<DirectRun>();
    const startedAt = performance.now();
    const bytesBefore = this.#bytes;
    let firstDeltaMs = 0;
    let text = "";
    this.#onLine = (line) => {
      const update = line["assistantMessageEvent"];
      if (isRecord(update) && update["type"] === "text_delta") {
        if (text === "") firstDeltaMs = performance.now() - startedAt;
        text += String(update["delta"]);
      } else if (line["type"] === "agent_end") {
        const endMs = performance.now() - startedAt;
        done.resolve({ text, firstDeltaMs, endMs, bytes: this.#bytes - bytesBefore });
      } else if (line["success"] === false) {
        done.reject(new Error(`pi refused: ${JSON.stringify(line)}`));
      }
    };
    this.#write({ id: "prompt", type: "prompt", message });
    return inTime("the direct answer", done.promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#child.kill("SIGTERM");
    await this.#child.exited;
  }

  async #call(command: { readonly type: string } & Line): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#onLine = (line) => {
      if (line["type"] !== "response" || line["command"] !== command.type) return;
      if (line["success"] === true) done.resolve();
      else done.reject(new Error(`pi refused: ${JSON.stringify(line)}`));
    };
    this.#write({ id: command.type, ...command });
    await done.promise;
  }

  #write(command: Line): void {
    void this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    void this.#child.stdin.flush();
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter(LINE_LIMIT_BYTES);
    for await (const chunk of this.#child.stdout) {
      this.#bytes += chunk.length;
      for (const line of lines.push(chunk)) this.#onLine(JSON.parse(line) as Line);
    }
    if (!this.#isEnding) throw new Error("the direct pi has ended");
  }
}
