import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dir, "../..");
const CLI = join(ROOT, "src", "cli.ts");

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A machine with nothing of ours on it: an empty home, and the command line run in it. */
export class CliWorld implements AsyncDisposable {
  readonly home: string;
  env: Readonly<Record<string, string>> = {};

  private constructor(home: string) {
    this.home = home;
  }

  static async make(): Promise<CliWorld> {
    return new CliWorld(await mkdtemp(join(tmpdir(), "cli-")));
  }

  get stateDir(): string {
    return join(this.home, ".pi", "gateway");
  }

  /** Writes `pi-gateway.jsonc` into the working directory. */
  async configure(text: string | object): Promise<void> {
    const content = typeof text === "string" ? text : JSON.stringify(text);
    await Bun.write(join(this.home, "pi-gateway.jsonc"), content);
  }

  async run(...args: string[]): Promise<CliRun> {
    const child = Bun.spawn([process.execPath, CLI, ...args], {
      ...this.#spawning(),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { code, out, err };
  }

  /** The same at a terminal: everything that is printed there, as one text. */
  async runAtTerminal(...args: string[]): Promise<{ readonly code: number; readonly screen: string }> {
    let screen = "";
    const child = Bun.spawn([process.execPath, CLI, ...args], {
      ...this.#spawning(),
      terminal: {
        cols: 200,
        rows: 50,
        data: (_terminal, chunk) => (screen += Buffer.from(chunk).toString()),
      },
    });
    const code = await child.exited;
    child.terminal?.close();
    return { code, screen };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  #spawning() {
    return {
      cwd: this.home,
      env: { PATH: process.env["PATH"] ?? "", HOME: this.home, NO_COLOR: "1", ...this.env },
    };
  }
}
