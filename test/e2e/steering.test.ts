import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Agent, AgentEvent } from "../../src/core/agent.ts";
import { allOf, answerIn, endOf, FAUX_MODEL, newerPi, OWN_PI, PiWorld } from "../fakes/pi-world.ts";

// Real processes on a machine that others use too.
setDefaultTimeout(60_000);

const SEED = Number(process.env["STEERING_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const PIS = [
  { version: "0.73.1", script: OWN_PI },
  { version: "0.87.1", script: newerPi() },
];
const NEVER = new AbortController().signal;
const prompt = (text: string) => ({ text, images: [] });

const kinds = (events: readonly AgentEvent[]) =>
  events.flatMap((event) =>
    event.type === "steered" ? [`<${event.text}>`] : event.type === "message_end" ? [event.text] : [],
  );
const usersIn = async (agent: Agent) =>
  (await agent.transcriptAfter(undefined)).flatMap(({ role, text }) => (role === "user" ? [text] : []));

/** Runs a prompt; `at` is told each event and may steer. */
async function steered(
  agent: Agent,
  text: string,
  at: (event: AgentEvent) => unknown,
  signal = NEVER,
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  for await (const event of agent.run(prompt(text), signal)) {
    events.push(event);
    at(event);
  }
  return events;
}

describe.each(PIS)("pi $version", ({ script }) => {
  let world: PiWorld;
  beforeAll(async () => {
    const agent = {
      piCliPath: script,
      model: "faux/echo",
      extensions: [FAUX_MODEL],
      pool: { min: 1, max: 1, graceMs: 3000 },
    };
    world = await PiWorld.make({ agent });
    await world.pool.start();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test("takes a message while it answers, and answers that, too, in the same run", async () => {
    await world.use(world.session("answering"), async (agent) => {
      const handed: Promise<boolean>[] = [];
      const events = await steered(agent, "slow 20 5 4", ({ type }) => {
        if (type === "text" && handed.length === 0)
          handed.push(agent.steer("/and now"), agent.steer("and then"));
      });
      expect(await Promise.all(handed)).toEqual([true, true]);
      expect(kinds(events)).toEqual([
        "y".repeat(20),
        "< /and now>",
        "echo: /and now",
        "<and then>",
        "echo: and then",
      ]);
      expect(endOf(events)).toMatchObject({ reason: "stop" });
      expect(await usersIn(agent)).toEqual(["slow 20 5 4", " /and now", "and then"]);
      expect(await agent.steer("too late")).toBe(false);
    });
    expect(await world.ask("answering", "still fine?")).toBe("echo: still fine?");
  });

  test("takes a message while a tool runs, before the model is called again", async () => {
    await world.use(world.session("tool"), async (agent) => {
      const events = await steered(agent, 'tool bash {"command":"sleep 0.2; echo done"}', ({ type }) => {
        if (type === "tool_start") void agent.steer("hurry");
      });
      const shown = kinds(events);
      expect(shown.indexOf("<hurry>")).toBeGreaterThan(-1);
      expect(shown.at(-1)).toBe("echo: hurry");
    });
  });

  test("what is handed over before the run has begun is part of it", async () => {
    await world.use(world.session("early"), async (agent) => {
      const run = steered(agent, "slow 10 5 1", () => {});
      const isHanded = agent.steer("second");
      const events = await run;
      expect(await isHanded).toBe(true);
      expect(kinds(events).filter((kind) => kind.startsWith("<"))).toEqual(["<second>"]);
    });
  });

  test("a stop leaves nothing behind: neither for this conversation nor for the next one in the process", async () => {
    const stop = new AbortController();
    await world.use(world.session("stopped"), async (agent) => {
      let handed: Promise<boolean> | undefined;
      const events = await steered(
        agent,
        "slow 1000 20 1",
        ({ type }) => {
          if (type === "text") handed ??= agent.steer("never read").finally(() => stop.abort());
        },
        stop.signal,
      );
      expect(await handed).toBe(true);
      expect(endOf(events)).toMatchObject({ reason: "aborted" });
      expect(kinds(events)).not.toContain("<never read>");
      // The same agent goes on, as after a failover.
      expect(answerIn(await allOf(agent.run(prompt("roles"), NEVER)))).toBe("user,user");
    });
    expect(await world.ask("another", "roles")).toBe("user");
    expect(await world.ask("stopped", "roles")).toBe("user,user,user");
  });

  test("and so does one without a prompt after it: the conversation is opened anew", async () => {
    const stop = new AbortController();
    await world.prompt(world.session("again"), "one");
    await world.use(world.session("again"), async (agent) => {
      let handed: Promise<void> | undefined;
      await steered(
        agent,
        "slow 1000 20 1",
        ({ type }) => {
          if (type === "text") handed ??= agent.steer("never read").then(() => stop.abort());
        },
        stop.signal,
      );
    });
    expect(await world.ask("again", "two")).toBe("echo: two");
    await world.use(world.session("again"), async (agent) => {
      expect(await usersIn(agent)).toEqual(["one", "slow 1000 20 1", "two"]);
    });
  });

  test(`a message at any moment is taken once, or not at all and pi says so (STEERING_SEED=${SEED})`, async () => {
    let state = SEED;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const taken = { yes: 0, no: 0 };
    for (let round = 0; round < 40; round++) {
      await world.use(world.session(`race${round % 3}`), async (agent) => {
        const before = await agent.position();
        const text = `message ${round}`;
        let handed: Promise<boolean> | undefined;
        // Around the end of the answer: at one of its last words, or some steps of the event loop after the last.
        const word = 8 + Math.floor(random() * 4);
        const ticks = word < 10 ? 0 : Math.floor(random() * 10);
        let words = 0;
        const events = await steered(agent, "slow 10 1 1", ({ type }) => {
          const isWord = type === "text" || type === "message_end";
          if (isWord && ++words === word) handed = after(ticks).then(() => agent.steer(text));
        });
        const isHanded = await handed;
        const isTaken = kinds(events).includes(`<${text}>`);
        expect(isTaken && isHanded === false).toBe(false);
        taken[isTaken ? "yes" : "no"] += 1;
        const users = (await agent.transcriptAfter(before)).flatMap((entry) =>
          entry.role === "user" ? [entry.text] : [],
        );
        expect(users).toEqual(isTaken ? ["slow 10 1 1", text] : ["slow 10 1 1"]);
      });
    }
    expect(taken.yes).toBeGreaterThan(0);
    expect(taken.no).toBeGreaterThan(0);
    await world.use(world.session("race0"), async (agent) => {
      await allOf(agent.run(prompt("last"), NEVER));
      const users = await usersIn(agent);
      expect(new Set(users.filter((text) => text.startsWith("message"))).size).toBe(
        users.filter((text) => text.startsWith("message")).length,
      );
    });
  });
});

async function after(ticks: number): Promise<void> {
  for (let n = 0; n < ticks; n++) await new Promise((resolve) => setImmediate(resolve));
}
