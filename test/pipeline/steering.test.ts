import { describe, expect, test } from "bun:test";
import type { InboundMessage } from "../../src/core/message.ts";
import { answer, answerOnce, hang, inTurn, type PiScript, refuse, steerable } from "../fakes/fake-pi.ts";
import { CHAT, inbound, PathWorld, SESSION } from "../fakes/path-world.ts";

const USAGE = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

/** Opens once for each that waits. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  readonly wait = () => new Promise<void>((resolve) => void this.#waiting.push(resolve));
  open(): void {
    this.#waiting.shift()?.();
  }
}

async function worldWithGate(queue: object = {}) {
  const gate = new Gate();
  const world = await new PathWorld({ config: { queue } }).start();
  world.pi.script = steerable(gate.wait);
  const open = async () => {
    gate.open();
    await world.pass(1000);
  };
  return { world, open };
}

const prompts = (world: PathWorld) => world.pi.prompts.map(({ text }) => text);
const usersIn = (world: PathWorld) =>
  [...world.pi.transcripts.values()].flat().flatMap(({ role, text }) => (role === "user" ? [text] : []));
const photo: Partial<InboundMessage> = {
  attachments: [{ kind: "photo", mimeType: "image/png", source: "s" }],
};

describe("a message that comes while a turn runs", () => {
  test("joins it: pi reads it on the way, one answer answers both", async () => {
    const { world, open } = await worldWithGate();
    await using _world = world;
    await world.say("1", "one");
    await world.say("2", "two");
    expect([world.pi.steers, await world.store.turns.depth()]).toEqual([["two"], 0]);
    const rows = (await world.store.history(SESSION, { limit: 9 })).rows;
    expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual(["1 running", "2 running"]);
    expect(new Set(rows.map(({ turn }) => turn)).size).toBe(1);
    expect(world.events.at(-1)?.event).toMatchObject({ kind: "joined", messageIds: ["1", "2"] });
    await open();
    await open();
    expect(prompts(world)).toEqual(["one"]);
    expect(world.endings()).toEqual(["1+2: final re: one\n\nre: two"]);
    expect(world.platform.transcript()).toEqual(["re: one\n\nre: two"]);
    const after = world.events.slice(world.events.findIndex(({ event }) => event.kind === "joined"));
    for (const { event } of after)
      if ("turn" in event && "messageIds" in event) expect(event.messageIds).toEqual(["1", "2"]);
  });

  test("is read as one who writes a prompt would have it: who speaks, and never as a command", async () => {
    const { world } = await worldWithGate();
    await using _world = world;
    const group = { ...CHAT, scope: "group" } as const;
    await world.say("1", "one", { address: group });
    await world.say("2", "/etc/hosts?", { address: group, replyTo: { id: "0", text: "so?" } });
    expect(world.pi.steers).toEqual(["> so?\n\nUna: /etc/hosts?"]);
    await world.say("3", "one");
    await world.say("4", "/etc/hosts?");
    expect(world.pi.steers.at(-1)).toBe(" /etc/hosts?");
  });

  test("too late for the run is the next turn, nothing of it is lost or doubled", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      async function* (prompt, pi) {
        pi.write("user", prompt.text);
        yield* answerOnce(pi, "re: one");
        await gate.wait();
        yield { type: "end", reason: "stop", usage: USAGE };
      },
      answer((prompt) => `re: ${prompt}`),
    );
    await world.say("1", "one");
    await world.say("2", "two");
    await world.say("3", "three");
    expect(world.pi.steers).toEqual(["two", "three"]);
    gate.open();
    await world.pass(1000);
    expect(prompts(world)).toEqual(["one", "two\n\nthree"]);
    expect(world.endings()).toEqual(["1: final re: one", "2+3: final re: two\n\nthree"]);
    const queued = world.events.flatMap(({ event }) => (event.kind === "queued" ? [event] : []));
    expect(queued.slice(-2)).toEqual([
      { kind: "queued", messageIds: ["2"], place: 1 },
      { kind: "queued", messageIds: ["3"], place: 2 },
    ]);
  });

  test.each<[string, Partial<InboundMessage>]>([
    ["with a file", photo],
    ["that is a command of pi's own", { isPiCommand: true }],
    ["of another chat", { address: { ...CHAT, thread: "7" } }],
  ])("%s follows up, and one behind it does not overtake it", async (_, facts) => {
    const { world, open } = await worldWithGate();
    await using _world = world;
    await world.say("1", "one");
    // The same session, as with `session.dmScope`, whatever the address.
    const message = { ...inbound("2", "two"), ...facts };
    const { id } = await world.store.inbox.record(message);
    await world.store.inbox.settle(id, {
      fate: "queued",
      session: SESSION,
      priority: 5,
      message,
      mergeKey: "other",
    });
    await world.say("3", "three");
    await world.pass();
    expect(world.pi.steers).toEqual([]);
    expect(await world.store.turns.depth()).toBe(2);
    await open();
    expect(prompts(world)).toHaveLength(2);
    // Once the other one has its turn, the next may join that, where the answer goes to the same chat.
    await open();
    await open();
    await open();
    expect(
      world
        .endings()
        .map((ending) => ending.split(":")[0])
        .join("+"),
    ).toBe("1+2+3");
  });

  test("does not join where the rules of the session or the channel say otherwise", async () => {
    const { world, open } = await worldWithGate({ byChannel: { fake: { mode: "followup" } } });
    await using _world = world;
    await world.say("1", "one");
    await world.say("2", "two");
    expect(world.pi.steers).toEqual([]);
    await world.store.sessions.update(SESSION, { queue: { mode: "steer" } });
    await world.say("3", "three");
    expect(world.pi.steers).toEqual(["two", "three"]);
    await open();
  });

  test("before pi has begun joins as soon as it has", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.hooks.add(["before_agent_start"], () => gate.wait(), "test");
    world.pi.script = steerable(async () => {});
    await world.say("1", "one");
    await world.say("2", "two");
    expect([prompts(world), world.pi.steers]).toEqual([[], []]);
    gate.open();
    await world.pass(1000);
    expect(world.endings()).toEqual(["1+2: final re: one\n\nre: two"]);
  });
});

describe("when the turn does not end well", () => {
  test("a stop ends what has joined with it, taken or not", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = hang("Half");
    await world.say("1", "one");
    await world.say("2", "two");
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(1000);
    expect(world.endings()).toEqual(["1+2: aborted Half"]);
    expect(await world.store.turns.depth()).toBe(0);
    expect(prompts(world)).toEqual(["one"]);
  });

  test("what is said while pi is still being stopped is not stopped with it", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      async function* (_prompt, pi) {
        await gate.wait();
        yield* answerOnce(pi, "Half", "aborted");
        yield { type: "end", reason: "aborted", usage: USAGE };
      },
      answer((prompt) => `re: ${prompt}`),
    );
    await world.say("1", "one");
    const stopped = world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.say("2", "two");
    gate.open();
    await stopped;
    await world.pass(1000);
    expect(world.endings()).toEqual(["1: aborted Half", "2: final re: two"]);
  });

  test("nothing joins behind a message that pi refused", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      steerable(gate.wait),
      answer((prompt) => `re: ${prompt}`),
    );
    world.pi.refusesSteering = true;
    await world.say("1", "one");
    await world.say("2", "two");
    world.pi.refusesSteering = false;
    await world.say("3", "three");
    gate.open();
    await world.pass(1000);
    expect(prompts(world)).toEqual(["one", "two\n\nthree"]);
    expect(world.endings()).toEqual(["1: final re: one", "2+3: final re: two\n\nthree"]);
  });

  test("a model that fails does not cost what it had not read yet", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(async function* (prompt, pi, signal) {
      await gate.wait();
      yield* refuse("401 bad key")(prompt, pi, signal);
    }, answer("Fine."));
    await world.say("1", "one");
    await world.say("2", "two");
    gate.open();
    await world.pass(1000);
    expect(world.endings()).toEqual(["1: error", "2: final Fine."]);
    expect(prompts(world)).toEqual(["one", "two"]);
  });

  const died = { type: "end", reason: "error", error: "gone", died: true, usage: USAGE } as const;
  const until = (gate: Gate, script: PiScript): PiScript =>
    async function* (prompt, pi, signal) {
      pi.write("user", prompt.text);
      await gate.wait();
      yield* script(prompt, pi, signal);
    };

  test("a pi that dies before it took the message is handed it again", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      until(gate, async function* () {
        yield died;
      }),
      steerable(
        async () => {},
        (asked) => (asked.startsWith("[gateway]") ? "re: one" : `re: ${asked}`),
      ),
    );
    await world.say("1", "one");
    await world.say("2", "two");
    gate.open();
    await world.pass(5000);
    expect(usersIn(world)).toEqual(["one", expect.stringContaining("[gateway] You were interrupted"), "two"]);
    expect(world.endings()).toEqual(["1+2: final re: one\n\nre: two"]);
  });

  test("a pi that dies after it took the message is not handed it again", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      until(gate, async function* (_prompt, pi) {
        yield* answerOnce(pi, "re: one");
        yield* pi.takeSteered();
        yield died;
      }),
      answer("re: two"),
    );
    await world.say("1", "one");
    await world.say("2", "two");
    gate.open();
    await world.pass(5000);
    expect(usersIn(world)).toEqual(["one", "two", expect.stringContaining("[gateway] You were interrupted")]);
    expect(world.endings()).toEqual(["1+2: final re: one\n\nre: two"]);
    expect(world.platform.transcript()).toEqual(["re: one\n\nre: two"]);
  });

  test("a pi that dies after its answer leaves what it did not take for the next turn", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      until(gate, async function* (_prompt, pi) {
        yield* answerOnce(pi, "re: one");
        yield died;
      }),
      answer((prompt) => `re: ${prompt}`),
    );
    await world.say("1", "one");
    await world.say("2", "two");
    gate.open();
    await world.pass(5000);
    expect(usersIn(world)).toEqual(["one", "two"]);
    expect(world.endings()).toEqual(["1: final re: one", "2: final re: two"]);
  });

  test("a pi that dies before the prompt itself gets all of it in one", async () => {
    await using world = await new PathWorld().start();
    const gate = new Gate();
    world.pi.script = inTurn(
      async function* () {
        await gate.wait();
        yield died;
      },
      answer((prompt) => `re: ${prompt}`),
    );
    await world.say("1", "one");
    await world.say("2", "two");
    gate.open();
    await world.pass(5000);
    expect(usersIn(world)).toEqual(["one\n\ntwo"]);
    expect(world.endings()).toEqual(["1+2: final re: one\n\ntwo"]);
  });

  test("a shutdown keeps what has joined with its turn", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = hang("Half");
    await world.say("1", "one");
    await world.say("2", "two");
    await world.stop();
    world.pi.script = steerable(
      async () => {},
      (asked) => (asked.startsWith("[gateway]") ? "re: one" : `re: ${asked}`),
    );
    await world.restart();
    await world.pass(1000);
    expect(world.endings()).toEqual(["1+2: final re: one\n\nre: two"]);
  });
});
