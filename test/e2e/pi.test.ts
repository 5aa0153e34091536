import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentEvent } from "../../src/core/agent.ts";
import type { HookName, HookRunner } from "../../src/core/hooks.ts";
import {
  endOf,
  answerIn,
  allOf,
  FAUX_MODEL,
  newerPi,
  OWN_PI,
  PiWorld,
  type WorldOptions,
} from "../fakes/pi-world.ts";

// Real processes on a machine that others use too.
setDefaultTimeout(60_000);

const PIS = [
  { version: "0.73.1", script: OWN_PI },
  { version: "0.87.1", script: newerPi() },
];

const NEVER = new AbortController().signal;

function worldOn(
  script: string,
  options: WorldOptions & { min?: number; max?: number } = {},
): Promise<PiWorld> {
  const { min = 1, max = 2 } = options;
  const pool = { min, max, graceMs: 3000 };
  const agent = { piCliPath: script, model: "faux/echo", extensions: [FAUX_MODEL], pool, ...options.agent };
  return PiWorld.make({ ...options, agent });
}

/** A hook runner made of plain functions. */
function hooksOf(handlers: Partial<Record<HookName, (context: never) => unknown>>): HookRunner {
  return {
    has: (name) => name in handlers,
    run: async (name, context) => (await handlers[name]?.(context as never)) as undefined,
  };
}

const isText = (event: AgentEvent) => event.type === "text";
const streamed = (events: readonly AgentEvent[]) =>
  events.map((event) => (event.type === "text" ? event.delta : "")).join("");

async function isRunning(marker: string): Promise<boolean> {
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
    if (line.includes(marker) && !line.includes("pi-coding-agent")) return true;
  }
  return false;
}

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(PIS)("pi $version", ({ version, script }) => {
  describe("one pool", () => {
    let world: PiWorld;
    beforeAll(async () => {
      world = await worldOn(script);
      await world.pool.start();
    });
    afterAll(() => world[Symbol.asyncDispose]());

    test("an answer streams, ends once, and costs what the model says", async () => {
      const events = await world.prompt(world.session("stream"), "say 500 40");
      expect(events.filter(isText).length).toBeGreaterThan(5);
      expect(streamed(events)).toBe("x".repeat(500));
      expect(answerIn(events)).toBe("x".repeat(500));
      expect(endOf(events)).toEqual({
        type: "end",
        reason: "stop",
        usage: { inputTokens: 13, outputTokens: 5, costUsd: 0.25 },
        spent: [{ model: "faux/echo", usage: { inputTokens: 13, outputTokens: 5, costUsd: 0.25 } }],
      });
    });

    test("the pool says which pi and which model it runs on", () => {
      expect(world.pool.stats()).toMatchObject({
        pi: { version, path: script },
        model: { id: "faux/echo", isDemo: false },
      });
    });

    test("pi's own tools run, and their events tell all of it", async () => {
      const events = await world.prompt(world.session("tool"), 'tool bash {"command":"echo from bash"}');
      const start = events.find((event) => event.type === "tool_start");
      const end = events.find((event) => event.type === "tool_end");
      expect(start).toMatchObject({ tool: "bash", params: { command: "echo from bash" } });
      expect(end).toMatchObject({
        tool: "bash",
        result: { content: [{ type: "text", text: expect.stringContaining("from bash") }], isError: false },
      });
      expect(answerIn(events)).toContain("RESULT: from bash");
    });

    test("the model's error is the end of the run, and the process lives on", async () => {
      const end = endOf(await world.prompt(world.session("failing"), "error 401 bad key"));
      expect(end).toMatchObject({ reason: "error", error: "401 bad key" });
      expect(end.died).toBeUndefined();
      expect(await world.ask("failing", "still there?")).toBe("echo: still there?");
    });

    test("pi's own retries are waited out", async () => {
      const events = await world.prompt(world.session("flaky"), "flaky 1");
      expect(events.some((event) => event.type === "retrying")).toBe(true);
      expect(answerIn(events)).toBe("recovered");
      expect(endOf(events)).toMatchObject({ reason: "stop" });
    });

    test("text with the separators of Unicode comes through in both directions", async () => {
      expect(await world.ask("unicode", "a\u2028b\u2029c\nd🙂")).toBe("echo: a\u2028b\u2029c\nd🙂");
      expect(await world.ask("unicode", "separators")).toBe("a\u2028b\u2029c\u0085d");
    });

    test("a message that begins with a slash is text, not one of pi's commands", async () => {
      expect(await world.ask("slash", "/compact please")).toBe("echo: /compact please");
    });

    test("two text blocks stream as they end", async () => {
      const events = await world.prompt(world.session("blocks"), "blocks");
      expect(answerIn(events)).toBe("first block\n\nsecond block");
      expect(streamed(events)).toBe(answerIn(events));
    });

    test("a stopped answer ends as aborted, and the session goes on", async () => {
      const session = world.session("stopped");
      await world.use(session, async (agent) => {
        const events: AgentEvent[] = [];
        for await (const event of agent.run({ text: "slow 100000 5 10", images: [] }, NEVER)) {
          events.push(event);
          if (event.type === "text") await agent.abort();
        }
        expect(endOf(events)).toMatchObject({ reason: "aborted" });
        expect(answerIn(await allOf(agent.run({ text: "next", images: [] }, NEVER)))).toBe("echo: next");
      });
    });

    test("a turn that is given up in the middle leaves an idle pi behind", async () => {
      const session = world.session("left");
      await world.use(session, async (agent) => {
        for await (const event of agent.run({ text: "slow 100000 5 10", images: [] }, NEVER)) {
          if (event.type === "text") break;
        }
      });
      expect(await world.ask("left", "next")).toBe("echo: next");
    });

    test("the transcript tells what stands behind a position", async () => {
      const session = world.session("transcript");
      await world.use(session, async (agent) => {
        expect(await agent.position()).toBeUndefined();
        expect(await agent.transcriptAfter(undefined)).toEqual([]);
        await allOf(agent.run({ text: "yes", images: [] }, NEVER));
        const position = await agent.position();
        expect(position).toBeString();
        expect(await agent.transcriptAfter(position)).toEqual([]);
        await allOf(agent.run({ text: 'tool bash {"command":"echo hi"}', images: [] }, NEVER));
        await allOf(agent.run({ text: "yes", images: [] }, NEVER));
        const entries = await agent.transcriptAfter(position);
        expect(entries.map(({ role, stopReason }) => [role, stopReason])).toEqual([
          ["user", undefined],
          ["assistant", "toolUse"],
          ["tool", undefined],
          ["assistant", "stop"],
          ["user", undefined],
          ["assistant", "stop"],
        ]);
        expect(entries.at(-1)?.text).toBe("echo: yes");
        expect(await agent.stats()).toMatchObject({ model: "faux/echo", contextWindow: 200_000 });
      });
    });

    test("images reach the model", async () => {
      const image = { mimeType: "image/png", base64: TINY_PNG };
      const events = await world.use(world.session("image"), (agent) =>
        allOf(agent.run({ text: "look", images: [image] }, NEVER)),
      );
      expect(answerIn(events)).toBe("echo: look\n[image]");
    });

    test("twenty sessions on two processes keep their conversations apart", async () => {
      const names = Array.from({ length: 20 }, (_, at) => `many-${at}`);
      for (const round of [1, 2]) {
        const answers = await Promise.all(names.map((name) => world.ask(name, `round ${round} of ${name}`)));
        expect(answers).toEqual(names.map((name) => `echo: round ${round} of ${name}`));
      }
      expect(world.pool.stats().total).toBeLessThanOrEqual(2);
      for (const name of names) {
        const file = await readFile(world.session(name).file, "utf8");
        const mentioned = new Set(file.match(/many-\d+/g));
        expect(mentioned).toEqual(new Set([name]));
        expect(file).toContain(`echo: round 1 of ${name}`);
        expect(file).toContain(`echo: round 2 of ${name}`);
      }
    });

    test("a session that was left in the middle of a line is mended, not lost", async () => {
      const session = world.session("mended");
      await world.prompt(session, "first");
      await world.pool.forget(session.key);
      const whole = await readFile(session.file, "utf8");
      await Bun.write(session.file, `${whole}{"type":"message","id":"half","mess`);
      expect(await world.ask("mended", "second")).toBe("echo: second");
      await world.use(session, async (agent) => {
        const texts = (await agent.transcriptAfter(undefined)).map(({ text }) => text);
        expect(texts).toEqual(["first", "echo: first", "second", "echo: second"]);
      });
    });
  });

  test("a session's own model answers in it, and only in it", async () => {
    await using world = await worldOn(script, { max: 1 });
    await world.pool.start();
    const modelsIn = async (name: string, model?: string) => {
      const session = world.session(name, model === undefined ? {} : { model });
      const used = await world.use(session, async (agent) => {
        await allOf(agent.run({ text: "hello", images: [] }, NEVER));
        return agent.model.id;
      });
      const answered = (await readFile(session.file, "utf8")).match(/"role":"assistant".*?"model":"(\w+)"/g);
      return [used, answered?.at(-1)?.split('"').at(-2)];
    };
    for (const round of [1, 2]) {
      expect(await modelsIn("plain"), `round ${round}`).toEqual(["faux/echo", "echo"]);
      expect(await modelsIn("special", "faux/echo2"), `round ${round}`).toEqual(["faux/echo2", "echo2"]);
    }
  });

  test("fifty sessions that start together keep fifty transcripts apart", async () => {
    await using world = await worldOn(script, { min: 0, max: 3 });
    await world.pool.start();
    const names = Array.from({ length: 50 }, (_, at) => `s${at}x`);
    const answers = await Promise.all(names.map((name) => world.ask(name, `I am ${name}`)));
    expect(answers).toEqual(names.map((name) => `echo: I am ${name}`));
    for (const name of names) {
      const file = await readFile(world.session(name).file, "utf8");
      expect(new Set(file.match(/I am s\d+x/g))).toEqual(new Set([`I am ${name}`]));
    }
    expect(world.pool.stats()).toMatchObject({ max: 3, busy: 0 });
  });

  test("the death of a pi in the middle of an answer ends the run before anything else", async () => {
    await using world = await worldOn(script);
    await world.pool.start();
    const session = world.session("killed");
    await world.prompt(session, "first");
    const events: AgentEvent[] = [];
    await world.use(session, async (agent) => {
      for await (const event of agent.run({ text: "slow 100000 5 10", images: [] }, NEVER)) {
        events.push(event);
        if (event.type === "text" && events.filter(isText).length === 3) process.kill(agent.pid, "SIGKILL");
      }
    });
    expect(endOf(events)).toMatchObject({ reason: "error", died: true });
    // Another process goes on with the session, and knows what was said.
    const events2 = await world.prompt(session, "roles");
    expect(answerIn(events2)).toStartWith("user,user");
  });

  test("a pi that was killed while idle costs nobody a message", async () => {
    await using world = await worldOn(script, { max: 1 });
    await world.pool.start();
    const pid = await world.use(world.session("a"), async (agent) => agent.pid);
    process.kill(pid, "SIGKILL");
    await until(() => world.logged.some(({ message }) => message === "a pi died"));
    expect(await world.ask("a", "hello")).toBe("echo: hello");
  });

  test("a hook blocks and rewrites calls of pi's own bash", async () => {
    const seen: string[] = [];
    const hooks = hooksOf({
      before_tool_call(context: { sessionKey: string; tool: string; params: Record<string, unknown> }) {
        seen.push(`${context.sessionKey} ${context.tool} ${String(context.params["command"])}`);
        if (String(context.params["command"]).includes("rm -rf")) return { block: "No deleting here." };
        context.params = { command: "echo rewritten by the hook" };
        return undefined;
      },
      after_tool_call(context: { result: { content: unknown } }) {
        context.result = { ...context.result, content: [{ type: "text", text: "seen by the second hook" }] };
      },
    });
    await using world = await worldOn(script, { hooks });
    await world.pool.start();
    const marker = join(world.root, "marker");
    const blocked = await world.prompt(
      world.session("guarded"),
      `tool bash ${JSON.stringify({ command: `touch ${marker}; rm -rf /nonexistent` })}`,
    );
    expect(answerIn(blocked)).toContain("No deleting here.");
    expect(await Bun.file(marker).exists()).toBe(false);
    const rewritten = await world.prompt(
      world.session("guarded"),
      `tool bash ${JSON.stringify({ command: `touch ${marker}` })}`,
    );
    expect(await Bun.file(marker).exists()).toBe(false);
    expect(answerIn(rewritten)).toContain("seen by the second hook");
    expect(seen).toHaveLength(2);
    expect(seen[0]).toStartWith("agent:main:test:dm:guarded bash touch");
  });

  test("a guard that fails keeps the gate shut", async () => {
    const hooks = hooksOf({
      before_tool_call() {
        throw new Error("the guard is ill");
      },
    });
    await using world = await worldOn(script, { hooks });
    await world.pool.start();
    const marker = join(world.root, "marker");
    const events = await world.prompt(
      world.session("guarded"),
      `tool bash ${JSON.stringify({ command: `touch ${marker}` })}`,
    );
    expect(answerIn(events)).toContain("could not check this call");
    expect(await Bun.file(marker).exists()).toBe(false);
  });

  test("a gateway tool is offered to the model, checked by pi, and answered by us", async () => {
    const tools = {
      declarations: () => [
        {
          name: "weather",
          description: "Weather of a city.",
          parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      ],
      run: async (name: string, params: Readonly<Record<string, unknown>>, context: { session: string }) => {
        if (params["city"] === "Atlantis") throw new Error("there is no such city");
        const text = `${name} ${String(params["city"])} for ${context.session}`;
        return { content: [{ type: "text" as const, text }] };
      },
    };
    await using world = await worldOn(script, { tools });
    await world.pool.start();
    expect(await world.ask("w", 'tool weather {"city":"Rome"}')).toBe(
      "RESULT: weather Rome for agent:main:test:dm:w",
    );
    expect(await world.ask("w", 'tool weather {"city":"Atlantis"}')).toContain("there is no such city");
    expect(await world.ask("w", 'tool weather {"town":1}')).toContain("[error]");
  });

  test("nothing of a killed pi stays behind, its bash children included", async () => {
    await using world = await worldOn(script);
    await world.pool.start();
    const marker = `sleep 61.${process.pid}${version.replaceAll(".", "")}`;
    await world.use(world.session("bash"), async (agent) => {
      const prompt = { text: `tool bash ${JSON.stringify({ command: `${marker}; true` })}`, images: [] };
      for await (const event of agent.run(prompt, NEVER)) {
        if (event.type !== "tool_start") continue;
        await until(() => isRunning(marker));
        process.kill(agent.pid, "SIGKILL");
      }
    });
    await until(async () => !(await isRunning(marker)));
  });

  test("without credentials the demo answers, streams, and calls a tool when asked", async () => {
    await using world = await worldOn(script, {
      agent: { model: "claude-sonnet-4", extensions: [] },
      env: NO_KEYS,
    });
    await world.pool.start();
    const events = await world.prompt(world.session("demo"), "What is the meaning of life?");
    expect(answerIn(events)).toContain("demo");
    expect(answerIn(events)).toContain("What is the meaning of life?");
    expect(answerIn(events)).toContain("agent");
    expect(events.filter(isText).length).toBeGreaterThan(20);
    expect(world.pool.stats().model).toEqual({ id: "pi-gateway/demo", isDemo: true });
    expect(
      world.pool
        .findings()
        .map(({ text }) => text)
        .join("\n"),
    ).toContain("claude-sonnet-4 cannot be used");
    expect(answerIn(await world.prompt(world.session("demo"), "run bash: echo $((40 + 2))"))).toContain("42");
    expect(answerIn(await world.prompt(world.session("demo"), "你好"))).toContain("演示");
    // One process did all of it: the demo costs no second start.
    expect(world.pool.stats().total).toBe(1);
  });
});

/** The keys that a developer's machine may have. */
const NO_KEYS = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /_(API_KEY|TOKEN|ACCESS_KEY_ID|SECRET_ACCESS_KEY|PROFILE)$/.test(name))
    .map((name) => [name, ""]),
);

const TINY_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
