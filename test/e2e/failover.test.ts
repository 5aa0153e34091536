import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentEvent } from "../../src/core/agent.ts";
import type { HookRunner } from "../../src/core/hooks.ts";
import { FakeOpenAi } from "../fakes/fake-openai.ts";
import { allOf, answerIn, endOf, newerPi, NO_HOOKS, OWN_PI, PiWorld } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const NEVER = new AbortController().signal;

/** A pi with two servers, the first of which does as its mood says, and a person's own settings. */
class TwoServers implements AsyncDisposable {
  readonly first = new FakeOpenAi({ provider: "first" });
  readonly second = new FakeOpenAi({ provider: "second" });
  readonly world: PiWorld;

  private constructor(world: PiWorld) {
    this.world = world;
  }

  static async make(
    piCliPath: string,
    failover: object = {},
    agent: object = {},
    retry: object = {},
    hooks: HookRunner = NO_HOOKS,
  ): Promise<TwoServers> {
    const modelFailover = { primary: "first/moody", fallbacks: ["second/echo"], ...failover };
    const servers = new TwoServers(
      await PiWorld.make({ agent: { piCliPath, modelFailover, ...agent }, hooks }),
    );
    const agentDir = join(servers.world.home, ".pi/agent");
    await mkdir(agentDir, { recursive: true });
    // pi's own pauses between tries, short; and no tries of the provider's library inside each of them.
    await writeFile(join(agentDir, "settings.json"), settingsOf(retry));
    for (const server of [servers.first, servers.second]) await server.addTo(agentDir);
    await servers.world.pool.start();
    return servers;
  }

  state(model = "first/moody") {
    return this.world.pool.models.states().find(({ id }) => id === model);
  }

  /** What people wrote, as it stands in pi's transcript. */
  async usersIn(name: string): Promise<unknown[]> {
    const lines = (await readFile(this.world.session(name).file, "utf8")).trim().split("\n");
    return lines
      .map((line) => JSON.parse(line) as { message?: { role: string; content: { text: string }[] } })
      .flatMap(({ message }) => (message?.role === "user" ? [message.content[0]?.text] : []));
  }

  /** The questions that the models of a server were sent, request by request. */
  static askedOf(server: FakeOpenAi): string[][] {
    return server.requests.map(({ messages }) =>
      messages
        .filter(({ role }) => role === "user" || role === "assistant")
        .map(({ role, content }) => `${role}: ${typeof content === "string" ? content : content?.[0]?.text}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    this.first[Symbol.dispose]();
    this.second[Symbol.dispose]();
  }
}

const settingsOf = (retry: object) =>
  JSON.stringify({ theme: "dark", retry: { baseDelayMs: 10, provider: { maxRetries: 0 }, ...retry } });

const FAILURES = [
  { mood: "limited", tries: 2, kind: "retryable" },
  { mood: "refused", tries: 1, kind: "auth" },
  { mood: "broken", tries: 2, kind: "retryable" },
  { mood: "overloaded", tries: 2, kind: "overload" },
  { mood: "unpaid", tries: 1, kind: "quota" },
  { mood: "cut", tries: 2, kind: "retryable" },
  { mood: "hang", tries: 1, kind: "retryable" },
] as const;

describe.each([
  ["0.73.1", OWN_PI],
  ["0.87.1", newerPi()],
])("with the real pi %s", (_version, script) => {
  test.each(FAILURES)(
    "a model that is $mood: the other one answers, and the next turn goes to it",
    async (failure) => {
      await using servers = await TwoServers.make(script, { silenceMs: 1500 });
      const { world, first, second } = servers;
      first.mood = failure.mood;
      const events = await world.prompt(world.session("a"), "hello");
      expect(answerIn(events)).toBe("echo: hello");
      expect(endOf(events)).toMatchObject({ reason: "stop", spent: [{ model: "second/echo" }] });
      expect(first.requests).toHaveLength(failure.tries);
      // Neither the transcript nor the other model has the question twice, nor anything of ours.
      expect(await servers.usersIn("a")).toEqual(["hello"]);
      expect(TwoServers.askedOf(second)).toEqual([["user: hello"]]);
      expect(servers.state()).toMatchObject({ state: "cooling", lastError: { kind: failure.kind } });

      first.mood = "echo";
      expect(await world.ask("b", "and now")).toBe("echo: and now");
      expect(await world.ask("a", "again")).toBe("echo: again");
      expect(first.requests).toHaveLength(failure.tries);
      expect(TwoServers.askedOf(second).at(-1)).toEqual([
        "user: hello",
        "assistant: echo: hello",
        "user: again",
      ]);
      // A person's own settings are theirs.
      expect(await readFile(join(world.home, ".pi/agent/settings.json"), "utf8")).toBe(settingsOf({}));
    },
  );

  test("pi's own tries are waited out: a model that recovers answers itself, and does not rest", async () => {
    await using servers = await TwoServers.make(script, { maxRetries: 3 });
    const { world, first, second } = servers;
    first.moods.push("overloaded", "limited");
    const events = await world.prompt(world.session("a"), "hello");
    expect(answerIn(events)).toBe("echo: hello");
    expect(events.filter(({ type }) => type === "retrying")).toHaveLength(2);
    expect([first.requests.length, second.requests.length]).toEqual([3, 0]);
    expect(servers.state()).toEqual({ id: "first/moody", state: "ok" });
  });

  test("what tools have done is not done again: the next model goes on behind it", async () => {
    await using servers = await TwoServers.make(script);
    const { world, first, second } = servers;
    const marker = join(world.root, "marker");
    first.moods.push("echo", "refused");
    const command = `echo x >> ${marker}; echo done`;
    const events = await world.prompt(world.session("a"), `tool bash ${JSON.stringify({ command })}`);
    expect(answerIn(events)).toStartWith("RESULT: done");
    expect(await readFile(marker, "utf8")).toBe("x\n");
    expect([first.requests.length, second.requests.length]).toEqual([2, 1]);
    const { spent = [] } = endOf(events);
    expect(spent.map(({ model }) => model)).toEqual(["first/moody", "second/echo"]);
    expect(await servers.usersIn("a")).toHaveLength(1);
  });

  test("more models than pi has tries: each has its own, and what each said is told when none answers", async () => {
    const fallbacks = ["second/limited", "second/overloaded", "first/refused"];
    await using servers = await TwoServers.make(script, { fallbacks });
    servers.first.mood = "broken";
    const end = endOf(await servers.world.prompt(servers.world.session("a"), "hello"));
    expect(end).toMatchObject({
      reason: "error",
      spent: [],
      error: expect.stringContaining("Incorrect API key"),
    });
    expect(end.tried?.map(({ model }) => model)).toEqual(["first/moody", ...fallbacks]);
    expect(servers.first.requests.map(({ model }) => model)).toEqual(["moody", "moody", "refused"]);
    expect(servers.second.requests.map(({ model }) => model)).toEqual([
      "limited",
      "limited",
      "overloaded",
      "overloaded",
    ]);
    expect(await servers.usersIn("a")).toEqual(["hello"]);
    // All rest now: the one that is ready first is asked anyway, and the conversation goes on.
    servers.first.mood = "echo";
    expect(await servers.world.ask("a", "again")).toBe("echo: again");
  });

  test("a model that has rested is used again", async () => {
    await using servers = await TwoServers.make(script, { cooldownMs: 1 });
    servers.first.mood = "refused";
    expect(await servers.world.ask("a", "one")).toBe("echo: one");
    servers.first.mood = "echo";
    expect(await servers.world.ask("a", "two")).toBe("echo: two");
    expect([servers.first.requests.length, servers.second.requests.length]).toEqual([2, 1]);
    expect(servers.state()).toEqual({ id: "first/moody", state: "ok" });
  });

  test("a model that a person chose stays: nobody answers in its name, and other conversations go on", async () => {
    await using servers = await TwoServers.make(script);
    const { world, first, second } = servers;
    const pinned = world.session("pinned", { model: "first/refused" });
    const end = endOf(await world.prompt(pinned, "hello"));
    expect(end).toMatchObject({
      reason: "error",
      pinned: "first/refused",
      tried: [{ model: "first/refused" }],
    });
    expect(second.requests).toHaveLength(0);
    expect(await world.ask("other", "hello")).toBe("echo: hello");
    expect(first.requests.map(({ model }) => model)).toEqual(["refused", "moody"]);
    // The choice is kept over switches of the process.
    const chosen = world.session("chosen", { model: "second/moody" });
    for (const text of ["one", "two"]) {
      expect(answerIn(await world.prompt(chosen, text))).toBe(`echo: ${text}`);
      await world.ask("other", text);
    }
    expect(second.requests.map(({ model }) => model)).toEqual(["moody", "moody"]);
  });

  test("a chosen model that is gone is named, and costs no process", async () => {
    await using servers = await TwoServers.make(script, {}, { pool: { max: 1 } });
    const { world } = servers;
    await world.ask("a", "hello");
    expect(world.prompt(world.session("p", { model: "gone/gone" }), "hello")).rejects.toMatchObject({
      code: "model-failed",
      pinned: "gone/gone",
    });
    const { pid } = await world.use(world.session("a"), async (agent) => agent);
    await world.prompt(world.session("p", { model: "gone/gone" }), "hello").catch(() => {});
    expect((await world.use(world.session("a"), async (agent) => agent)).pid).toBe(pid);
  });

  test.each([
    ["while the model says nothing", "hang", {}],
    ["while pi waits for its next try", "limited", { baseDelayMs: 60_000 }],
    ["while we wait for the next try, pi making none", "limited", { enabled: false }],
  ])("somebody who stops the turn %s is no failure: nobody else is asked", async (_when, mood, retry) => {
    await using servers = await TwoServers.make(script, {}, {}, retry);
    const { world, first, second } = servers;
    first.mood = mood;
    const stop = new AbortController();
    if (mood === "hang") first.onRequest = () => stop.abort();
    const events = await world.use(world.session("a"), async (agent) => {
      const seen: AgentEvent[] = [];
      for await (const event of agent.run({ text: "hello", images: [] }, stop.signal)) {
        seen.push(event);
        if (event.type === "retrying") stop.abort();
      }
      return seen;
    });
    expect(endOf(events).reason).toBe("aborted");
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
    expect(servers.state()?.state).toBe("ok");
    first.mood = "echo";
    expect(await world.ask("a", "still there?")).toBe("echo: still there?");
  });

  test("where a person has switched pi's own tries off, ours are made, and the question stands there once", async () => {
    await using servers = await TwoServers.make(script, {}, {}, { enabled: false });
    const { world, first, second } = servers;
    first.mood = "broken";
    expect(await world.ask("a", "hello")).toBe("echo: hello");
    expect([first.requests.length, second.requests.length]).toEqual([2, 1]);
    expect(await servers.usersIn("a")).toEqual(["hello"]);
  });

  test("what a hook added to the system prompt holds for the next model too", async () => {
    const hooks: HookRunner = { ...NO_HOOKS, has: (name) => name === "before_agent_start" };
    await using servers = await TwoServers.make(script, {}, {}, {}, hooks);
    const { world, first, second } = servers;
    first.mood = "refused";
    const prompt = { text: "hello", images: [], systemPrompt: "Speak like a pirate." };
    const events = await world.use(world.session("a"), (agent) => allOf(agent.run(prompt, NEVER)));
    expect(answerIn(events)).toBe("echo: hello");
    for (const { requests } of [first, second]) {
      expect(JSON.stringify(requests[0]?.messages)).toContain("Speak like a pirate.");
    }
  });
});
