import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentError } from "../../src/core/errors.ts";
import { answerIn, endOf, PiWorld, SCRIPTED_PI } from "../fakes/pi-world.ts";

setDefaultTimeout(20_000);

const NEVER = new AbortController().signal;
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

interface Scripted {
  readonly words?: string;
  readonly pool?: object;
  readonly agent?: object;
}

/** A world on the scripted pi: what it is to do badly, and the pool's settings. */
async function worldOf({ words = "", pool = {}, agent = {} }: Scripted = {}): Promise<
  PiWorld & { starts(): Promise<number> }
> {
  const folder = await mkdtemp(join(tmpdir(), "scripted-pi-"));
  folders.push(folder);
  const program = join(folder, "pi");
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${SCRIPTED_PI}" "$@"\n`);
  await chmod(program, 0o755);
  const counter = join(folder, "starts");
  const world = await PiWorld.make({
    agent: { piCliPath: program, pool: { min: 0, max: 2, graceMs: 1000, ...pool }, ...agent },
    env: { SCRIPTED_PI: words, SCRIPTED_PI_STARTS: counter },
  });
  const starts = async () => (await readFile(counter, "utf8").catch(() => "")).split("\n").length - 1;
  return Object.assign(world, { starts });
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}

async function refusal(work: Promise<unknown>): Promise<AgentError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error("it worked");
}

test("start does not wait for pi: the first process comes up behind it", async () => {
  await using world = await worldOf({ pool: { min: 1 } });
  await world.pool.start();
  expect(world.pool.stats()).toMatchObject({ total: 0, idle: 0 });
  expect(world.pool.stats().pi).toBeUndefined();
  await until(() => world.pool.stats().idle === 1);
  expect(world.pool.stats()).toMatchObject({
    total: 1,
    pi: { version: "0.73.1" },
    model: { id: "test/scripted" },
  });
});

test("a turn that comes while the first process is coming up waits for that one", async () => {
  await using world = await worldOf({ pool: { min: 1, max: 4 } });
  await world.pool.start();
  expect(await world.ask("a", "hello")).toBe("scripted: hello");
  expect(await world.starts()).toBe(1);
});

test("a session goes back to the process that has it open", async () => {
  await using world = await worldOf();
  await world.pool.start();
  const pidOf = (name: string) => world.use(world.session(name), async (agent) => agent.pid);
  const [a, b] = await Promise.all([pidOf("a"), pidOf("b")]);
  expect(a).not.toBe(b);
  for (const [name, pid] of [
    ["b", b],
    ["a", a],
    ["b", b],
  ] as const)
    expect(await pidOf(name)).toBe(pid);
});

test("no more turns run than there are places, and all of them get one", async () => {
  await using world = await worldOf();
  await world.pool.start();
  let running = 0;
  let most = 0;
  const turns = Array.from({ length: 12 }, (_, at) =>
    world.use(world.session(`s${at}`), async () => {
      running += 1;
      most = Math.max(most, running);
      await until(() => most === 2);
      running -= 1;
    }),
  );
  await Promise.all(turns);
  expect(most).toBe(2);
  expect(world.pool.stats()).toMatchObject({ total: 2, busy: 0 });
});

test("a place that was lent brings a process with it, also to a turn that got it from an earlier loan", async () => {
  await using world = await worldOf({ pool: { max: 1 } });
  await world.pool.start();
  const said = await world.use(world.session("asks"), async () => {
    using slot = await world.pool.lend(() => world.pool.reserve(NEVER));
    const other = slot?.use(world.session("other"), NEVER, async (agent) => agent.pid > 0);
    // It has found no room for a process by now.
    for (let round = 0; round < 50; round++) await new Promise((resolve) => setImmediate(resolve));
    expect(world.pool.stats().total).toBe(1);
    return world.pool.lend(() => other ?? Promise.resolve(false));
  });
  expect(said).toBe(true);
  await until(() => world.pool.stats().total === 1);
});

test("two turns of one session never run side by side", async () => {
  await using world = await worldOf();
  await world.pool.start();
  let running = 0;
  await Promise.all(
    [1, 2, 3].map(() =>
      world.use(world.session("same"), async () => {
        expect((running += 1)).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      }),
    ),
  );
  expect(world.pool.stats().total).toBe(1);
});

test("a place that is reserved and not used is given back", async () => {
  await using world = await worldOf({ pool: { max: 1 } });
  await world.pool.start();
  const slot = await world.pool.reserve(NEVER);
  const waiting = world.pool.reserve(NEVER);
  slot?.[Symbol.dispose]();
  slot?.[Symbol.dispose]();
  expect(await waiting).toBeDefined();
  expect(await world.pool.reserve(AbortSignal.abort())).toBeUndefined();
});

test("the agent that runs in a session can be asked for, and only while it runs", async () => {
  await using world = await worldOf();
  await world.pool.start();
  const session = world.session("a");
  await world.use(session, async (agent) => expect(world.pool.running(session.key)).toBe(agent));
  expect(world.pool.running(session.key)).toBeUndefined();
});

test("work that throws gives its process back", async () => {
  await using world = await worldOf({ pool: { max: 1 } });
  await world.pool.start();
  const failing = world.use(world.session("a"), () => Promise.reject(new Error("of the turn")));
  expect(failing).rejects.toThrow("of the turn");
  await failing.catch(() => {});
  expect(await world.ask("a", "hello")).toBe("scripted: hello");
});

test("a pi that dies in a turn is replaced for the next one", async () => {
  await using world = await worldOf({ words: "kill", pool: { max: 1 } });
  await world.pool.start();
  const first = await world.prompt(world.session("a"), "one");
  expect(endOf(first)).toMatchObject({ died: true });
  expect(answerIn(first)).not.toContain("scripted");
  await until(() => world.pool.stats().total === 0);
  expect(await world.starts()).toBe(1);
  expect(endOf(await world.prompt(world.session("a"), "two"))).toMatchObject({ died: true });
  expect(await world.starts()).toBe(2);
});

test("a pi that cannot start tells everybody why, and is not started over and over", async () => {
  await using world = await worldOf({ words: "crash", pool: { min: 1 } });
  await world.pool.start();
  const errors = await Promise.all(["a", "b", "c"].map((name) => refusal(world.ask(name, "hello"))));
  errors.push(await refusal(world.ask("d", "hello")));
  for (const error of errors) {
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain("the moon is in the wrong place");
    expect(error.userMessage).toContain("pi-gw doctor");
  }
  expect(errors.at(-1)?.retry).toEqual({ afterMs: expect.any(Number) });
  expect(world.pool.stats().lastError).toContain("the moon");
  expect(await world.starts()).toBeLessThanOrEqual(2);
});

test("a changed configuration ends the pause after a failure", async () => {
  await using world = await worldOf({ words: "crash" });
  await world.pool.start();
  await refusal(world.ask("a", "hello"));
  const mended = await worldOf();
  folders.push(mended.root);
  world.configure({ agent: mended.config.agent });
  await world.pool.recycle();
  // The variable still says crash; the program now is the person's own pi, without it.
  expect(world.pool.stats().total).toBe(0);
  const error = await refusal(world.ask("a", "hello"));
  expect(error.retry).not.toHaveProperty("afterMs");
});

test("a program that is no pi is one sentence, whether it talks or keeps silent", async () => {
  await using talking = await worldOf({ agent: { piCliPath: "/bin/echo" } });
  await talking.pool.start();
  expect((await refusal(talking.ask("a", "x"))).message).toStartWith(
    "/bin/echo printed text instead of JSON",
  );
  await using silent = await worldOf({ agent: { piCliPath: "/bin/true" } });
  await silent.pool.start();
  expect((await refusal(silent.ask("a", "x"))).message).toStartWith("/bin/true exited with 0 at its start");
  await using missing = await worldOf({ agent: { piCliPath: "/no/such/pi" } });
  await missing.pool.start();
  expect((await refusal(missing.ask("a", "x"))).message).toContain("does not exist");
  expect(missing.pool.stats().lastError).toContain("/no/such/pi");
});

test("who no longer wants a process does not keep it", async () => {
  await using world = await worldOf({ words: "mute", pool: { max: 1 } });
  await world.pool.start();
  const impatient = new AbortController();
  const turn = world.use(world.session("a"), async () => {}, impatient.signal);
  await until(() => world.pool.stats().busy === 1);
  impatient.abort();
  expect((await refusal(turn)).code).toBe("unavailable");
  expect(world.pool.stats().busy).toBe(0);
});

test("a process is replaced after its share of turns, and none is lost by it", async () => {
  await using world = await worldOf({ pool: { min: 1, max: 1, maxTurns: 3 } });
  await world.pool.start();
  const pids = new Set<number>();
  for (let at = 0; at < 7; at += 1) {
    await world.use(world.session("a"), async (agent) => pids.add(agent.pid));
  }
  expect(pids.size).toBe(3);
});

test("a process that has grown too big is replaced when nobody uses it", async () => {
  await using world = await worldOf({ pool: { min: 1, max: 1, maxMemoryMb: 1 } });
  await world.pool.start();
  const pidOf = () => world.use(world.session("a"), async (agent) => agent.pid);
  const first = await pidOf();
  await until(async () => (await world.starts()) === 2 && world.pool.stats().idle === 1);
  expect(await pidOf()).not.toBe(first);
});

test("idle processes above the minimum end, those of the minimum stay", async () => {
  await using world = await worldOf({ pool: { min: 1, max: 3, idleTimeoutMs: 50 } });
  await world.pool.start();
  await Promise.all(["a", "b", "c"].map((name) => world.ask(name, "hello")));
  await until(() => world.pool.stats().total === 1);
  expect(await world.ask("a", "still")).toBe("scripted: still");
});

test("recycling replaces idle processes now and busy ones when they come back", async () => {
  await using world = await worldOf();
  await world.pool.start();
  const idle = await world.use(world.session("idle"), async (agent) => agent.pid);
  const busy = await world.use(world.session("busy"), async (agent) => {
    await world.pool.recycle();
    expect(endOf(await Array.fromAsync(agent.run({ text: "x", images: [] }, NEVER)))).toMatchObject({
      reason: "stop",
    });
    return agent.pid;
  });
  const now = await Promise.all(
    ["idle", "busy"].map((name) => world.use(world.session(name), async ({ pid }) => pid)),
  );
  expect(now).not.toContain(idle);
  expect(now).not.toContain(busy);
});

test("a process of another profile makes room when there is no other way", async () => {
  await using world = await worldOf({ pool: { max: 1 } });
  await world.pool.start();
  world.configure({
    agent: world.config.agent,
    roles: { capabilities: { mentor: { extensions: [world.layout.root] } } },
  });
  const plain = await world.use(world.session("a"), async (agent) => agent.pid);
  const mentor = await world.use(world.session("b", { role: "mentor" }), async (agent) => agent.pid);
  expect(mentor).not.toBe(plain);
  expect(world.pool.stats().total).toBe(1);
});

test("a forgotten session is opened anew, even in the process that had it", async () => {
  await using world = await worldOf({ pool: { max: 1 } });
  await world.pool.start();
  const session = world.session("a");
  await world.ask("a", "one");
  await Bun.write(session.file, '{"half');
  await world.ask("a", "two");
  expect(await readFile(session.file, "utf8")).toBe('{"half');
  await world.pool.forget(session.key);
  await world.ask("a", "three");
  // Opening a transcript ends a half-written line first.
  expect(await readFile(session.file, "utf8")).toBe('{"half\n');
});

test("stopping waits for turns until it must not, and leaves no process", async () => {
  await using world = await worldOf();
  await world.pool.start();
  const hard = new AbortController();
  let stopped: Promise<void> | undefined;
  const end = await world.use(world.session("a"), async (agent) => {
    stopped = world.pool.stop(hard.signal);
    const events = await Array.fromAsync(agent.run({ text: "finish", images: [] }, NEVER));
    return answerIn(events);
  });
  expect(end).toBe("scripted: finish");
  await stopped;
  expect(world.pool.stats().total).toBe(0);
  expect(await world.pool.reserve(NEVER)).toBeUndefined();
  await world.pool.stop(hard.signal);
  // A service may be started again.
  await world.pool.start();
  expect(await world.ask("a", "again")).toBe("scripted: again");
});

test("a hard stop ends what runs", async () => {
  await using world = await worldOf();
  await world.pool.start();
  const run = world.prompt(world.session("a"), "hang");
  await until(() => world.pool.running(world.session("a").key) !== undefined);
  await world.pool.stop(AbortSignal.abort());
  expect(endOf(await run).reason).toMatch(/aborted|error/);
});

test("a pool that was never started stops", async () => {
  await using world = await worldOf();
  await world.pool.stop(AbortSignal.abort());
});
