import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

interface Welcome {
  /** Where its REST API is, without the version. */
  readonly url: string;
  readonly token: string;
  readonly bot: string;
  readonly anna: string;
  readonly guild: string;
  readonly rooms: Readonly<Record<"general" | "plans", string>>;
}

const PROGRAM = join(import.meta.dir, "digital-twin-program.mjs");

/** The stand-in of Discord that `scripts/fetch-discord-twin.mjs` fetches, as a process of its own: its database would outlast the tests. */
export class DigitalTwin implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly there: Welcome;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, there: Welcome) {
    this.#child = child;
    this.#lines = lines;
    this.there = there;
  }

  static async start(path: string): Promise<DigitalTwin> {
    const child = spawn(process.execPath, [PROGRAM, pathToFileURL(path).href], {
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new DigitalTwin(child, lines, JSON.parse(await nextOf(lines)));
  }

  /** What comes of one of the deeds in `digital-twin-program.mjs`. */
  async ask(what: string, details: object = {}): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify([what, details])}\n`);
    const { done, error } = JSON.parse(await nextOf(this.#lines));
    if (error !== undefined) throw new Error(`the stand-in could not ${what}: ${error}`);
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = this.#child.exitCode === null ? once(this.#child, "exit") : undefined;
    this.#child.stdin?.end();
    await exit;
  }
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error("the stand-in has ended");
  return value;
}
