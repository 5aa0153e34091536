import { afterEach, describe, expect, test } from "bun:test";
import { type Config, configSchema } from "../../src/core/config-schema.ts";
import { type DelegationTask, Delegations } from "../../src/core/delegations.ts";
import { RequestError, StoreError } from "../../src/core/errors.ts";
import { formatSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { FakePi, PiScript } from "../fakes/fake-pi.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";

const USAGE = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
const AGENTS = { list: [{ id: "mentor" }, { id: "scribe" }] };

/** A path on which the model asks other agents as it is told to: `ask mentor: what`, `later mentor: what`. */
class AskingWorld implements AsyncDisposable {
  readonly path: PathWorld;
  config: Config;
  delegations: Delegations;
  /** So many times the store cannot take an answer. */
  refusals = 0;
  /** Resolves when the agents that think may go on. */
  thought = Promise.withResolvers<void>();
  /** What asking came to, in order. */
  readonly results: string[] = [];
  readonly stops: SessionKey[] = [];
  #boot = 0;
  /** What was asked when a crash came: asked again afterwards, as models do. */
  #again: string[][] = [];

  constructor(delegation: object = {}, places = 1, bindings: readonly object[] = []) {
    const config = { agents: { ...AGENTS, delegation, bindings } };
    this.path = new PathWorld({ places, config });
    this.config = configSchema({}).parse(config);
    this.path.pi.script = this.#script();
    this.delegations = this.#build();
  }

  async start(): Promise<this> {
    await this.path.start();
    await this.delegations.start();
    return this;
  }

  /** Nothing more is written, then another start. */
  async restart(): Promise<void> {
    await this.path.crash();
    await this.delegations.stop();
    await this.path.restart();
    this.delegations = this.#build();
    await this.delegations.start();
    await this.path.pass(50);
  }

  /** Lets time pass until `is` holds. */
  async until(is: () => boolean): Promise<void> {
    for (let round = 0; round < 500 && !is(); round++) await this.path.pass(10);
    if (!is()) throw new Error("this did not come about");
  }

  get prompts(): readonly string[] {
    return this.path.pi.prompts.map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thought.resolve();
    await this.path[Symbol.asyncDispose]();
    await this.delegations.stop();
  }

  #build(): Delegations {
    const { path } = this;
    this.#boot += 1;
    return new Delegations({
      config: () => this.config,
      errands: {
        take: async (request) => {
          const isAnswer = request.errand.name.startsWith("answer/");
          if (isAnswer && this.refusals-- > 0) throw new StoreError("full", "The disk is full.");
          return path.pipeline.errands.take(request);
        },
        find: (name) => path.pipeline.errands.find(name),
        wait: (...what) => path.pipeline.errands.wait(...what),
        onEnd: (listener) => path.pipeline.errands.onEnd(listener),
      },
      state: path.store.state,
      sessions: path.store.sessions,
      turns: path.store.turns,
      lend: (work) => path.pi.lend(work),
      stop: (session) => {
        this.stops.push(session);
        return path.pipeline.stopSession(session);
      },
      isStopped: (session) => path.pipeline.workers.running(session)?.stopping.reason === "asked",
      clock: path.clock,
      log: silentLogger,
    });
  }

  #script(): PiScript {
    return (prompt, pi, signal) => this.#work(prompt.text, pi, signal);
  }

  async *#work(text: string, pi: FakePi, signal: AbortSignal): ReturnType<PiScript> {
    const asks = [...text.matchAll(/(ask|later) (\w+): ([^;\n]*)/g)];
    const isInterrupted = text.includes("[gateway] You were interrupted");
    // Whoever asks others is in the middle of something when they are killed; a thinker begins anew.
    if (asks.length > 0) pi.write("user", text);
    const said: string[] = [];
    const wanted: readonly (readonly string[])[] = isInterrupted ? this.#again : asks;
    for (const [, how = "", agent = "", task = ""] of wanted) {
      if (how === "ask") this.#again = [["", how, agent, task]];
      said.push(await this.#ask({ agent, task, mode: how === "ask" ? "wait" : "later" }, signal));
    }
    if (text.split("\n").at(-1) === "think") await Promise.race([this.thought.promise, aborted(signal)]);
    if (signal.aborted) {
      yield { type: "end", reason: "aborted", usage: USAGE };
      return;
    }
    const answer = said.length > 0 ? said.join(" + ") : `done: ${text.split("\n").at(-1)}`;
    yield { type: "message_start" };
    yield { type: "text", delta: answer };
    if (asks.length === 0) pi.write("user", text);
    pi.write("assistant", answer, "stop");
    yield { type: "message_end", text: answer, stopReason: "stop" };
    yield { type: "end", reason: "stop", usage: USAGE };
  }

  async #ask(task: DelegationTask, signal: AbortSignal): Promise<string> {
    const session = this.#asking(task);
    const running = this.path.pipeline.workers.running(session);
    const asker = {
      session,
      agent: session.split(":")[1] ?? "",
      turn: running?.turn.id ?? "",
      attempt: `${this.#boot}/${running?.turn.attempt}`,
      chat:
        session === SESSION
          ? CHAT
          : { channel: "agent", account: "default", scope: "job" as const, chat: "x" },
    };
    const result = await this.delegations.ask(task, asker, signal).catch((error: unknown) => {
      if (error instanceof RequestError) return { state: "refused", answer: error.message };
      throw error;
    });
    this.results.push(result.state);
    return `${task.agent} ${result.state}: ${result.answer ?? ""}`.trim();
  }

  /** Which session is asking: the one whose turn runs with this task in its message. */
  #asking({ task }: DelegationTask): SessionKey {
    const keys = [SESSION, ...this.children()];
    // The deepest: those above it have its task in theirs.
    const found = keys.findLast((key) => {
      const running = this.path.pipeline.workers.running(key);
      return running?.messages.some(({ text }) => text.includes(task) && /(ask|later) \w+: /.test(text));
    });
    if (!found) throw new Error(`nobody asks ${task}`);
    return found;
  }

  children(): readonly SessionKey[] {
    const agents = ["main", "mentor", "scribe"];
    const below = (above: string) =>
      agents.flatMap((agent) =>
        [1, 2, 3].map(
          (n) => `agent:${agent}:agent:job:${above.replaceAll("%", "%25").replaceAll(":", "%3A")}/${n}`,
        ),
      );
    const first = below("main:fake:dm:42");
    return [...first, ...first.flatMap((key) => below(key.slice("agent:".length)))] as SessionKey[];
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

let world: AskingWorld;
const open = async (...how: ConstructorParameters<typeof AskingWorld>) =>
  (world = await new AskingWorld(...how).start());
afterEach(() => world[Symbol.asyncDispose]());

const CHILD = "agent:mentor:agent:job:main%3Afake%3Adm%3A42/1" as SessionKey;

describe("an agent that asks another and waits", () => {
  test("goes on with its answer, also where only one pi may run", async () => {
    await open();
    await world.path.say("1", "ask mentor: is it right?");
    await world.until(() => world.path.endings().length > 0);
    expect(world.path.platform.transcript()).toEqual(["mentor done: done: is it right?"]);
    expect(world.prompts[1]).toContain("The agent main asks you to do this task.");
  });

  test("is seen above the session in which the other works", async () => {
    await open();
    await world.path.say("1", "ask mentor: is it right?");
    await world.until(() => world.path.endings().length > 0);
    const child = await world.path.store.sessions.get(CHILD);
    expect(child).toMatchObject({ agent: "mentor", parent: SESSION });
    await world.path.say("2", "ask mentor: and now?");
    await world.until(() => world.path.endings().length > 3);
    expect((await world.path.store.sessions.list(9)).map(({ key }) => key).toSorted()).toEqual(
      [SESSION, CHILD].toSorted(),
    );
  });

  test("stays in its role when it asks itself, and hands it to no other agent", async () => {
    await open({}, 8, [{ agent: "main", role: "guest", match: { channel: "fake" } }]);
    await world.path.say("1", "ask main: later mentor: think");
    await world.until(() => world.path.platform.transcript().length > 0);
    world.thought.resolve();
    await world.until(() => world.prompts.some((text) => text.includes("The agent mentor has answered")));
    const roles = (await world.path.store.sessions.list(9)).map(({ key, role }) => [key, role]);
    const own = "agent:main:agent:job:main%3Afake%3Adm%3A42/1" as SessionKey;
    expect(Object.fromEntries(roles)).toMatchObject({ [SESSION]: "guest", [own]: "guest" });
    expect(roles.find(([key]) => key?.startsWith("agent:mentor:"))?.[1]).toBeUndefined();
  });

  test("stays in its role also where another agent asks it on its behalf", async () => {
    await open({}, 8, [{ agent: "main", role: "guest", match: { channel: "fake" } }]);
    await world.path.say("1", "ask mentor: ask main: anything");
    await world.until(() => world.path.platform.transcript().length > 0);
    const sessions = await world.path.store.sessions.list(9);
    const below = sessions.find(({ key, agent }) => agent === "main" && key !== SESSION);
    expect(below).toMatchObject({ parent: CHILD, role: "guest" });
    expect(sessions.find(({ key }) => key === CHILD)?.role).toBeUndefined();
  });

  test("may be asked on as far as the depth allows, with one pi", async () => {
    await open();
    await world.path.say("1", "ask mentor: ask scribe: ask main: anything");
    await world.until(() => world.path.platform.transcript().length > 0);
    expect(world.path.platform.transcript()[0]).toContain("scribe done: main refused: You were asked");
    expect(world.results).toHaveLength(3);
  }, 20_000);

  test("asks as many at once as one conversation may, and hears of the rest", async () => {
    await open({ perSession: 1 }, 4);
    await world.path.say("1", "ask mentor: think");
    await world.until(() => world.prompts.length === 2);
    const asker = {
      session: SESSION,
      agent: "main",
      turn: "t",
      attempt: "1/1",
      chat: CHAT,
    };
    const task = { agent: "scribe", task: "more", mode: "wait" } as const;
    const asked = world.delegations.ask(task, asker, new AbortController().signal);
    await expect(asked).rejects.toThrow("1 tasks of this conversation are open");
    world.thought.resolve();
    await world.until(() => world.path.endings().length > 0);
  });

  test("is refused when too many turns wait already", async () => {
    await open({ maxWaiting: 1 }, 4);
    await world.path.say("1", "ask mentor: think");
    await world.until(() => world.prompts.length === 2);
    const asker = { session: SESSION, agent: "main", turn: "t", attempt: "1/1", chat: CHAT };
    const task = { agent: "scribe", task: "more", mode: "wait" } as const;
    const asked = world.delegations.ask(task, asker, new AbortController().signal);
    await expect(asked).rejects.toThrow('mode "later"');
    world.thought.resolve();
    await world.until(() => world.path.endings().length > 0);
  });

  test("stops it when a person stops the asker", async () => {
    await open();
    await world.path.say("1", "ask mentor: think");
    await world.until(() => world.prompts.length === 2);
    await Promise.all([world.path.pipeline.stopSession(SESSION), world.path.pass(100)]);
    await world.until(() => world.stops.length > 0);
    await world.path.pass(100);
    expect(world.stops).toEqual([CHILD]);
    expect(world.path.pipeline.workers.running(CHILD)).toBeUndefined();
  });

  test("learns that it took too long", async () => {
    await open({ timeoutSeconds: 60 });
    await world.path.say("1", "ask mentor: think");
    await world.until(() => world.prompts.length === 2);
    await world.path.pass(61_000);
    await world.until(() => world.path.platform.transcript().length > 0);
    expect(world.path.platform.transcript()[0]).toContain("mentor failed: ");
  });

  test("asks once, whatever is killed: the same call afterwards takes the same work over", async () => {
    await open({}, 8);
    await world.path.say("1", "ask mentor: think");
    await world.until(() => world.prompts.length === 2);
    await world.restart();
    await world.until(() => world.prompts.length === 4);
    world.thought.resolve();
    await world.until(() => world.path.platform.transcript().length > 0);
    expect(world.path.platform.transcript()).toEqual([expect.stringContaining("mentor done: ")]);
    const sessions = (await world.path.store.sessions.list(9)).map(({ key }) => key);
    expect(sessions.toSorted()).toEqual([SESSION, CHILD].toSorted());
    expect(await world.path.store.sessions.get(CHILD)).toMatchObject({ turns: 1 });
  });
});

describe("an agent that asks another to do it later", () => {
  test("goes on at once, and reads the answer as a message when it is there", async () => {
    await open();
    await world.path.say("1", "later mentor: think");
    await world.until(() => world.path.platform.transcript().length === 1);
    expect(world.path.platform.transcript()).toEqual(["mentor asked:"]);
    world.thought.resolve();
    await world.until(() => world.path.platform.transcript().length === 2);
    const told = world.prompts.at(-1) ?? "";
    expect(told).toContain("The agent mentor has answered what you gave it to do later.");
    expect(told).toContain("> done: think");
  });

  test("reads it also where it could not be told at first", async () => {
    await open();
    world.refusals = 3;
    await world.path.say("1", "later mentor: think");
    await world.until(() => world.path.platform.transcript().length === 1);
    world.thought.resolve();
    await world.path.pass(20_000);
    expect(world.refusals).toBeLessThan(0);
    expect(world.path.platform.transcript()).toHaveLength(2);
    expect(await world.path.store.state.get("delegation", "open")).toBe("[]");
  });

  test("is not waited for at a stop while it cannot be told, and told by the next start", async () => {
    await open({}, 8);
    world.refusals = Number.POSITIVE_INFINITY;
    await world.path.say("1", "later mentor: quick");
    await world.path.pass(20_000);
    expect(world.path.platform.transcript()).toEqual(["mentor asked:"]);
    await world.delegations.stop();
    world.refusals = 0;
    await world.restart();
    await world.until(() => world.path.platform.transcript().length === 2);
  });

  test("reads it in the chat that its own has become meanwhile", async () => {
    await open();
    await world.path.say("1", "later mentor: think");
    await world.until(() => world.path.platform.transcript().length === 1);
    const now = { ...CHAT, chat: "43" };
    for (const _ of ["once", "again"]) await world.delegations.moveChat(CHAT, now);
    world.thought.resolve();
    await world.until(() => world.path.platform.transcript().length === 2);
    expect(world.prompts.at(-1)).toContain("Your answer is sent to fake:43");
    const key = formatSessionKey({ agent: "main", address: now });
    expect(await world.path.store.sessions.get(key)).toMatchObject({ turns: 1 });
  });

  test("reads it once, whatever is killed", async () => {
    await open({}, 8);
    await world.path.say("1", "later mentor: think");
    await world.until(() => world.path.platform.transcript().length === 1);
    await world.restart();
    world.thought.resolve();
    await world.until(() => world.path.platform.transcript().length === 2);
    await world.restart();
    await world.path.pass(10_000);
    expect(world.path.platform.transcript()).toHaveLength(2);
    // Nothing is kept of what is done with.
    expect(await world.path.store.state.get("delegation", "open")).toBe("[]");
  });
});

describe("who may be asked", () => {
  const refusalOf = async (delegation: object, agent = "mentor") => {
    await open(delegation);
    await world.path.say("1", `ask ${agent}: something`);
    await world.until(() => world.path.platform.transcript().length > 0);
    return world.path.platform.transcript()[0];
  };

  test("is every agent that there is", async () => {
    expect(await refusalOf({})).toContain("mentor done");
  });

  test("is nobody else", async () => {
    expect(await refusalOf({}, "boss")).toContain("There is no agent boss; there are main, mentor, scribe.");
  });

  test.each([
    [{ enabled: false }, "may not ask each other"],
    [{ maxDepth: 0 }, "may not ask on"],
    [{ allow: { main: ["scribe"] } }, "You may not ask mentor."],
    [{ allow: { scribe: ["*"] } }, "You may not ask mentor."],
    [{ allow: { "*": ["mentor"] } }, "mentor done"],
  ])("is what the configuration says: %j", async (delegation, said) => {
    expect(await refusalOf(delegation)).toContain(said);
  });
});
