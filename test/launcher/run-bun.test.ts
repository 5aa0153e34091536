import { afterAll, beforeAll, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const LAUNCHER = join(ROOT, "bin", "bun.mjs");

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-bun-"));
  program = join(folder, "program.ts");
  await writeFile(
    program,
    `import { listenForStop } from ${JSON.stringify(join(ROOT, "src/cli/stop-requests.ts"))};
     const [wish, value] = process.argv.slice(2);
     if (wish === "exit") process.exit(Number(value));
     if (wish === "die") process.kill(process.pid, value);
     if (wish === "echo") console.log(await Bun.stdin.text());
     if (wish === "count") {
       for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => console.log("got", signal));
       console.log("ready");
       process.stdin.on("data", () => {}).on("end", () => process.exit(0));
     }
     if (wish === "serve") {
       let nowMs = 0;
       const stop = listenForStop(process, () => nowMs);
       process.on("SIGINT", () => console.log("raw"));
       stop.soft.addEventListener("abort", () => console.log("soft"));
       stop.hard.addEventListener("abort", () => { console.log("hard"); process.exit(8); });
       process.stdin.on("data", () => { nowMs += 1000; console.log("later"); });
       console.log("ready");
     }`,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function launch(...args: string[]) {
  return Bun.spawn(["node", LAUNCHER, program, ...args], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
}

/** What a program has printed so far, and a way to wait until it has printed something. */
class Screen {
  text = "";
  #changed = Promise.withResolvers<void>();

  add(chunk: Uint8Array): void {
    this.text += Buffer.from(chunk).toString();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async shows(words: string, times = 1): Promise<void> {
    while (this.text.split(words).length - 1 < times) await this.#changed.promise;
  }
}

async function follow(stream: ReadableStream<Uint8Array>, screen: Screen): Promise<void> {
  for await (const chunk of stream) screen.add(chunk);
}

test("the exit code is the program's", async () => {
  expect(await launch("exit", "7").exited).toBe(7);
  expect(await launch("exit", "0").exited).toBe(0);
});

test("a program that dies of a signal lets the launcher die of it too", async () => {
  const child = launch("die", "SIGTERM");
  await child.exited;
  expect(child.signalCode).toBe("SIGTERM");
  const killed = launch("die", "SIGKILL");
  await killed.exited;
  expect(killed.signalCode).toBe("SIGKILL");
});

test("input and output are the program's own", async () => {
  const child = launch("echo");
  await child.stdin.write("through and through");
  await child.stdin.end();
  expect(await child.stdout.text()).toBe("through and through\n");
});

test("each signal is passed on once, also when it comes twice at once", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const child = launch("count");
    const screen = new Screen();
    const following = follow(child.stdout, screen);
    await screen.shows("ready");
    child.kill(signal);
    await screen.shows("got");
    child.kill(signal);
    // Once a later one has come through, an earlier one would have, too.
    const other = signal === "SIGINT" ? "SIGHUP" : "SIGINT";
    child.kill(other);
    await screen.shows(`got ${other}`);
    expect(screen.text.split(`got ${signal}\n`)).toHaveLength(2);
    await child.stdin.end();
    expect(await child.exited).toBe(0);
    await following;
  }
});

const CTRL_C = "\u0003";

/** Presses Ctrl-C twice, the second time when the first is long past, and says what each one did. */
async function interruptTwice(...command: string[]) {
  const screen = new Screen();
  const child = Bun.spawn(command, {
    cwd: folder,
    terminal: { cols: 100, rows: 30, data: (_terminal, chunk) => screen.add(chunk) },
  });
  await screen.shows("ready");
  child.terminal?.write(CTRL_C);
  await screen.shows("soft");
  // The echo through the launcher; two signals that arrive while the program sleeps may be one.
  await Promise.race([screen.shows("raw", 2), Bun.sleep(1000)]);
  const afterFirst = screen.text;
  child.terminal?.write("\n");
  await screen.shows("later");
  child.terminal?.write(CTRL_C);
  await screen.shows("hard");
  await child.exited;
  return { afterFirst, exitCode: child.exitCode };
}

test("one Ctrl-C at a terminal is one request, though it reaches launcher and program", async () => {
  const { afterFirst, exitCode } = await interruptTwice("node", LAUNCHER, program, "serve");
  expect(afterFirst).not.toContain("hard");
  expect(exitCode).toBe(8);
});

test("the same under npm, which passes the signal on once more", async () => {
  const scripts = { serve: `node ${LAUNCHER} ${program} serve` };
  await writeFile(join(folder, "package.json"), JSON.stringify({ scripts }));
  const { afterFirst } = await interruptTwice("npm", "run", "serve");
  expect(afterFirst).not.toContain("hard");
});

test("without Bun there is one sentence that says what to do", async () => {
  const bare = join(folder, "bare");
  await mkdir(bare, { recursive: true });
  await cp(join(ROOT, "bin"), join(bare, "bin"), { recursive: true });
  await cp(join(ROOT, "package.json"), join(bare, "package.json"));
  const child = Bun.spawn(["node", join(bare, "bin", "pi-gw.mjs"), "doctor"], { stderr: "pipe" });
  const said = await child.stderr.text();
  expect(await child.exited).toBe(127);
  expect(said.trim().split("\n")).toHaveLength(1);
  expect(said).toContain("npm install");
});
