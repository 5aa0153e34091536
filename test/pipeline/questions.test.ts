import { describe, expect, test } from "bun:test";
import type { SendOptions } from "../../src/core/channel.ts";
import type { Address, InboundEvent, MessageRef, OutboundMessage, Sender } from "../../src/core/message.ts";
import type { Question } from "../../src/core/question.ts";
import { answer, type PiScript } from "../fakes/fake-pi.ts";
import { CHAT, PathWorld, SESSION, type WorldOptions } from "../fakes/path-world.ts";
import { EditingPlatform, PlainPlatform } from "../fakes/platforms.ts";

const COLOUR: Question = { kind: "select", title: "Which colour?", options: ["Red", "Green"] };
const SURE: Question = { kind: "confirm", title: "Sure?" };
const NAME: Question = { kind: "input", title: "Your name?" };
const NEVER = new AbortController().signal;
const OTHER: Sender = { id: "v", name: "Vic", isBot: false };
const UNA: Sender = { id: "u", name: "Una", isBot: false };

/** A platform with buttons: an edit takes them away. */
class ButtonPlatform extends EditingPlatform {
  readonly buttons = new Map<string, string[]>();

  override async send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    const ref = await super.send(to, message, options);
    const buttons = message.kind === "text" ? (message.buttons ?? []).flat() : [];
    this.buttons.set(
      ref.id,
      buttons.map((button) => button.id),
    );
    return ref;
  }

  override async edit(ref: MessageRef, markdown: string): Promise<void> {
    await super.edit(ref, markdown);
    this.buttons.delete(ref.id);
  }
}

const caps = (more: object = {}) => ({
  text: { limit: 4096 },
  pace: () => ({ perChatMs: 1, perPreviewMs: 100 }),
  nonceWindowMs: 0,
  ...more,
});

/** A turn whose pi asks these, all at once, and then says what it got. */
async function asking(questions: readonly Question[], options: WorldOptions = {}): Promise<PathWorld> {
  const world = await new PathWorld(options).start();
  world.pi.script = asks(world, questions);
  await world.say("1", "do it");
  await world.pass(50);
  return world;
}

function asks(world: PathWorld, questions: readonly Question[]): PiScript {
  return async function* (prompt, pi, signal) {
    const answers = await Promise.all(
      questions.map((question) => world.questions.ask(SESSION, question, NEVER)),
    );
    yield* answer(`got ${JSON.stringify(answers)}`)(prompt, pi, signal);
  };
}

/** A turn that asks for permission, and then says what it got. */
async function needing(options: WorldOptions = {}): Promise<PathWorld> {
  const world = await new PathWorld(options).start();
  world.pi.script = async function* (prompt, pi, signal) {
    const refusal = await world.questions.approve(SESSION, { title: "Delete it all?" }, NEVER);
    yield* answer(refusal ?? "allowed")(prompt, pi, signal);
  };
  await world.say("1", "do it");
  await world.pass(50);
  return world;
}

const states = (world: PathWorld) =>
  world.events.flatMap(({ event }) =>
    event.kind === "question" ? [`${event.state} ${event.answer ?? ""}`.trim()] : [],
  );

describe("a question of the turn", () => {
  test("is asked in its chat; the next message answers it and starts no turn", async () => {
    await using world = await asking([COLOUR]);
    expect(world.platform.transcript()[0]).toContain("1. Red\n2. Green");
    expect(await world.say("2", "2")).toBe("recorded");
    await world.pass(5000);
    expect(world.platform.transcript()).toEqual(["Which colour?\n\n✓ Green", 'got ["Green"]']);
    expect(world.pi.prompts).toHaveLength(1);
    expect(world.endings()).toEqual(["2: final", '1: final got ["Green"]']);
    expect(states(world)).toEqual(["open", "answered Green"]);
    const { rows } = await world.store.history(SESSION, { limit: 10 });
    expect(rows.map((row) => `${row.role} ${row.state ?? ""}`.trim())).toEqual([
      "user done",
      "assistant",
      "user done",
      "assistant",
      "assistant done",
    ]);
  });

  test.each([
    [SURE, "yes", true],
    [SURE, "不", false],
    [NAME, "Una", "Una"],
    [{ kind: "editor", title: "The note", prefill: "as it is" }, "=", "as it is"],
  ] as const)("of another kind: %p is answered with %p", async (question, text, expected) => {
    await using world = await asking([question]);
    await world.say("2", text);
    await world.pass(5000);
    expect(world.endings().at(-1)).toBe(`1: final got ${JSON.stringify([expected])}`);
  });

  test("comes one after the other, each with its own answer", async () => {
    await using world = await asking([COLOUR, NAME, SURE]);
    expect(world.platform.transcript()).toEqual([expect.stringContaining("Which colour?")]);
    await world.say("2", "1");
    await world.pass(1000);
    expect(world.platform.transcript().at(-1)).toContain("Your name?");
    await world.say("3", "Una");
    await world.pass(1000);
    await world.say("4", "yes");
    await world.pass(5000);
    expect(world.endings().at(-1)).toBe('1: final got ["Red","Una",true]');
  });

  test("stays open after a wrong answer, which is told what is possible; too many close it", async () => {
    await using world = await asking([COLOUR]);
    await world.say("2", "7");
    await world.pass(1000);
    expect(world.platform.transcript().at(-1)).toContain("from 1 to 2");
    await world.say("3", "blue");
    await world.say("4", "purple");
    await world.pass(5000);
    expect(world.platform.transcript()[0]).toContain("✗ Closed: none of the answers could be understood.");
    expect(world.endings().at(-1)).toBe("1: final got [null]");
    expect(world.pi.prompts).toHaveLength(1);
  });

  test("is no longer open when its time is over, and people see it", async () => {
    await using world = await asking([COLOUR], { config: { agent: { questionTimeoutMs: 60_000 } } });
    await world.pass(59_000);
    expect(states(world)).toEqual(["open"]);
    await world.pass(2000);
    expect(world.platform.transcript()[0]).toBe("Which colour?\n\n✗ Closed: nobody answered in time.");
    expect(world.endings()).toEqual(["1: final got [null]"]);
    world.pi.script = answer("An ordinary answer.");
    await world.say("2", "2");
    await world.pass(5000);
    expect(world.platform.transcript().at(-1)).toBe("An ordinary answer.");
  });

  test("has the time that whoever asks gives it", async () => {
    await using world = await asking([{ ...COLOUR, timeoutMs: 3000 }]);
    await world.pass(4000);
    expect(world.endings()).toEqual(["1: final got [null]"]);
  });

  test("was answered by nobody if whoever asks gives up a moment before our clock does", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = async function* (...asked) {
      void world.questions.ask(SESSION, { ...COLOUR, timeoutMs: 3000 }, NEVER);
      await world.clock.sleep(2990);
      yield* answer("Without you, then.")(...asked);
    };
    await world.say("1", "do it");
    await world.pass(2995);
    await world.pass(5000);
    expect(world.platform.transcript()[0]).toContain("nobody answered");
  });

  test("closes when the turn is stopped, and the turn ends at once", async () => {
    await using world = await asking([COLOUR]);
    const stopped = world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(5000);
    expect(await stopped).toBe(true);
    expect(world.platform.transcript()[0]).toContain("✗ Closed: the answer is no longer needed.");
    expect(states(world).at(-1)).toStartWith("closed");
  });

  test("keeps the turn from counting as stuck", async () => {
    const config = { queue: { stuckMs: 1000 } };
    await using world = await asking([COLOUR], { config });
    await world.pass(30_000);
    expect(world.endings()).toEqual([]);
    await world.say("2", "1");
    await world.pass(5000);
    expect(world.endings().at(-1)).toBe('1: final got ["Red"]');
  });

  test("is not answered by what somebody else in the chat writes", async () => {
    await using world = await asking([COLOUR]);
    await world.say("2", "1", { sender: OTHER });
    await world.pass(1000);
    expect(states(world)).toEqual(["open"]);
    await world.say("3", "2");
    await world.pass(5000);
    expect(world.pi.prompts).toHaveLength(2);
    expect(world.endings()).toContain('1: final got ["Green"]');
  });

  test("is answered by somebody whose message has joined the turn meanwhile", async () => {
    await using world = await asking([COLOUR]);
    await world.say("2", "and what about me?", { sender: OTHER });
    expect(states(world)).toEqual(["open"]);
    await world.say("3", "2", { sender: OTHER });
    await world.pass(1000);
    expect(states(world).slice(0, 2)).toEqual(["open", "answered Green"]);
  });

  test("is answered by an owner, though somebody else's turn asks", async () => {
    await using world = await asking([COLOUR]);
    await world.say("2", "1", { sender: { ...OTHER, isOwner: true } });
    await world.pass(5000);
    expect(world.endings()).toContain('1: final got ["Red"]');
  });

  test("is not answered from another chat, not by a file, and not by what a group says to itself", async () => {
    await using world = await asking([NAME]);
    const file = { kind: "photo", mimeType: "image/png", source: "x" } as const;
    await world.say("2", "Una", { address: { ...CHAT, chat: "43" } });
    await world.say("3", "Una", { attachments: [file] });
    await world.say("4", "Una", { isForBot: false });
    await world.pass(1000);
    expect(states(world)).toEqual(["open"]);
  });

  test("does not hold more than a few at once: the others are not asked", async () => {
    await using world = await asking(Array.from({ length: 100 }, () => SURE));
    for (let number = 2; number < 10; number += 1) {
      await world.say(String(number), "yes");
      await world.pass(1000);
    }
    await world.pass(5000);
    const end = world.endings().at(-1) ?? "";
    expect(end.match(/true/g)).toHaveLength(8);
    expect(end.match(/null/g)).toHaveLength(92);
  });

  test("that nobody can be asked is not asked: no turn runs", async () => {
    await using world = await new PathWorld().start();
    expect(await world.questions.ask(SESSION, SURE, NEVER)).toBeUndefined();
    expect(await world.questions.approve(SESSION, SURE, NEVER)).toContain("no chat");
  });

  test("is over as soon as whoever asks does not wait any more", async () => {
    await using world = await new PathWorld().start();
    const patience = new AbortController();
    world.pi.script = async function* (prompt, pi, signal) {
      const said = await world.questions.ask(SESSION, SURE, patience.signal);
      yield* answer(`got ${said}`)(prompt, pi, signal);
    };
    await world.say("1", "do it");
    await world.pass(50);
    patience.abort();
    await world.pass(5000);
    expect(world.endings()).toEqual(["1: final got undefined"]);
    expect(world.platform.transcript()[0]).toContain("✗");
  });
});

describe("what a hook says of a question counts", () => {
  test("withheld: it is not asked, and the turn goes on", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(
      ["message_sending"],
      ({ message }) =>
        message.kind === "text" && message.markdown.includes("colour") ? { block: "no" } : undefined,
      "guard",
    );
    world.pi.script = asks(world, [COLOUR]);
    await world.say("1", "do it");
    await world.pass(5000);
    expect(world.platform.transcript()).toEqual(["got [null]"]);
  });

  test("failed: it is not asked, for nobody would know what about", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(
      ["message_sending"],
      ({ message }) => {
        if (message.kind === "text" && message.markdown.includes("colour")) throw new Error("broken");
      },
      "guard",
    );
    world.pi.script = asks(world, [COLOUR]);
    await world.say("1", "do it");
    await world.pass(5000);
    expect(world.platform.transcript()).toEqual(["got [null]"]);
    expect(states(world)).toEqual([]);
  });

  test("rewritten: nobody sees the words that were replaced, and the numbers still answer", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(
      ["message_sending"],
      (context) => {
        if (context.message.kind !== "text") return;
        context.message = {
          ...context.message,
          markdown: context.message.markdown.replaceAll(/Red|Green/g, "[…]"),
        };
      },
      "redact",
    );
    world.pi.script = asks(world, [COLOUR]);
    await world.say("1", "do it");
    await world.pass(50);
    await world.say("2", "2");
    await world.pass(5000);
    const shown = world.events
      .map(({ event }) => JSON.stringify(event))
      .filter((event) => event.includes("question"));
    expect(shown.join()).not.toContain("Green");
    expect(states(world)).toEqual(["open", "answered 2"]);
    expect(world.platform.transcript()[0]).not.toContain("Green");
  });
});

describe("buttons", () => {
  const withButtons = {
    platform: ({ now }: { now: () => number }) => new ButtonPlatform("fake", caps({ buttons: true }), now),
  };

  async function pressing(world: PathWorld, by: Sender, chat = CHAT.chat, id: string = crypto.randomUUID()) {
    const { buttons } = world.platform as ButtonPlatform;
    const [message, [, second] = []] = [...buttons].find(([, ids]) => ids.length > 0) ?? [];
    const event: InboundEvent = {
      kind: "button",
      message: { address: { ...CHAT, chat }, id: message ?? "" },
      by,
      button: second ?? "",
    };
    const receipt = await world.pipeline.receiver.report(id, event);
    await world.pass(5000);
    return receipt;
  }

  test("answer, and are gone when it is answered", async () => {
    await using world = await asking([COLOUR], withButtons);
    expect(await pressing(world, UNA)).toBe("recorded");
    expect(world.platform.transcript()).toEqual(["Which colour?\n\n✓ Green", 'got ["Green"]']);
    const { buttons } = world.platform as ButtonPlatform;
    expect([...buttons.values()].flat()).toEqual([]);
  });

  test("answer nothing from somebody else, from another chat, or a second time", async () => {
    await using world = await asking([COLOUR, COLOUR], withButtons);
    await pressing(world, OTHER);
    await pressing(world, UNA, "43");
    expect(states(world)).toEqual(["open"]);
    const press = world.events.length;
    await pressing(world, UNA, CHAT.chat, "press-1");
    expect(await pressing(world, UNA, CHAT.chat, "press-1")).toBe("duplicate");
    expect(world.events.length).toBeGreaterThan(press);
    expect(states(world)).toEqual(["open", "answered Green", "open"]);
  });
});

test("where nothing can be edited, an answer needs no word, and a closed question gets one", async () => {
  const platform = ({ now }: { now: () => number }) => new PlainPlatform("fake", caps(), now);
  await using world = await asking([COLOUR, SURE], {
    platform,
    config: { agent: { questionTimeoutMs: 10_000 } },
  });
  await world.say("2", "1");
  await world.pass(1000);
  expect(world.platform.transcript()).toEqual([
    expect.stringContaining("Which colour?"),
    expect.stringContaining("Sure?"),
  ]);
  await world.pass(20_000);
  expect(world.platform.transcript().slice(2)).toEqual([
    "Sure?\n\n✗ Closed: nobody answered in time.",
    'got ["Red",null]',
  ]);
});

test("a question too long for one message has its buttons and its end under the last part", async () => {
  const options = Array.from({ length: 18 }, (_, at) => `Choice ${at} ${"x".repeat(100)}`);
  const platform = ({ now }: { now: () => number }) =>
    new ButtonPlatform("fake", { ...caps({ buttons: true }), text: { limit: 400 } }, now);
  await using world = await asking([{ kind: "select", title: "Which?", options }], { platform });
  await world.pass(1000);
  const { buttons } = world.platform as ButtonPlatform;
  const shown = [...buttons.values()].map((ids) => ids.length);
  expect(shown.length).toBeGreaterThan(3);
  expect(shown).toEqual([...shown.slice(1).map(() => 0), 19]);
  await world.say("2", "18");
  await world.pass(5000);
  expect(world.platform.transcript().at(-2)).toContain("✓ Choice 17");
});

describe("after a crash", () => {
  test("the turn goes on, the old question is closed, and an answer to it is an ordinary message", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = async function* () {
      yield { type: "message_start" };
      void world.questions.ask(SESSION, COLOUR, NEVER);
      await new Promise(() => {});
    };
    await world.say("1", "do it");
    await world.pass(50);
    await world.crash();
    world.pi.script = answer("I went on.");
    await world.restart();
    await world.pass(60_000);
    expect(world.platform.transcript()).toEqual([
      "Which colour?\n\n✗ Closed: the gateway was restarted in the meantime.",
      "I went on.",
    ]);
    await world.say("2", "2");
    await world.pass(5000);
    expect(world.pi.prompts.at(-1)?.text).toBe("2");
  });

  test("what was answered before is not said to be closed", async () => {
    const platform = ({ now }: { now: () => number }) => new PlainPlatform("fake", caps(), now);
    await using world = await new PathWorld({ platform }).start();
    world.pi.script = async function* () {
      yield { type: "message_start" };
      await world.questions.ask(SESSION, COLOUR, NEVER);
      await new Promise(() => {});
    };
    await world.say("1", "do it");
    await world.pass(50);
    await world.say("2", "1");
    await world.crash();
    world.pi.script = answer("I went on.");
    await world.restart();
    await world.pass(60_000);
    expect(world.platform.transcript().slice(1)).toEqual(["I went on."]);
  });

  test("a pi that dies while it asks leaves no open question", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = async function* () {
      void world.questions.ask(SESSION, COLOUR, NEVER);
      await world.clock.sleep(1000);
      world.pi.script = answer("Again.");
      const usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
      yield { type: "end", reason: "error", error: "pi died", died: true, usage };
    };
    await world.say("1", "do it");
    await world.pass(1000);
    await world.pass(10_000);
    expect(world.platform.transcript()).toEqual([
      "Which colour?\n\n✗ Closed: the answer is no longer needed.",
      "Again.",
    ]);
  });
});

describe("an owner's permission", () => {
  test("is asked in the turn's chat if the owner wrote there, and nobody else gives it", async () => {
    await using world = await needing({ config: { owners: ["fake:u"] } });
    await world.say("2", "yes", { sender: OTHER });
    await world.pass(1000);
    expect(states(world)).toEqual(["open"]);
    await world.say("3", "yes");
    await world.pass(5000);
    expect(world.endings()).toContain("1: final allowed");
  });

  test("is not given by somebody whose message has joined the owner's turn", async () => {
    await using world = await needing({ config: { owners: ["fake:u"] } });
    await world.say("2", "me too", { sender: OTHER });
    await world.say("3", "yes", { sender: OTHER });
    await world.pass(1000);
    expect(states(world)).toEqual(["open"]);
  });

  test("is asked in the owner's chat where somebody else's turn needs it, and the talk there goes on", async () => {
    await using world = await needing({ config: { owners: ["fake:99"] } });
    await world.say("2", "yes");
    await world.pass(1000);
    expect(world.endings()).not.toContain("1: final allowed");
    const owner = { address: { ...CHAT, chat: "99" }, sender: { id: "99", name: "Olga", isBot: false } };
    await world.say("3", "what is the weather?", owner);
    await world.say("0", "yes", { ...owner, address: { ...CHAT, scope: "group", chat: "elsewhere" } });
    await world.pass(1000);
    expect(states(world)).toEqual(["open"]);
    await world.say("4", "no", owner);
    await world.pass(5000);
    expect(world.endings()).toContain("1: final The owner did not allow it.");
    expect(world.pi.prompts.map((prompt) => prompt.text)).toContain("what is the weather?");
    expect(world.pi.prompts.map((prompt) => prompt.text)).not.toContain("no");
  });

  test("is not given where no owner is known, and the model reads why", async () => {
    await using world = await needing();
    await world.pass(5000);
    expect(world.endings()).toEqual([
      "1: final This needs the owner's permission, and there is no chat in which the owner could be asked.",
    ]);
  });

  test("is not given by silence", async () => {
    await using world = await needing({ config: { owners: ["fake:u"], agent: { questionTimeoutMs: 1000 } } });
    await world.pass(10_000);
    expect(world.endings()).toEqual([
      "1: final This needs the owner's permission, and the owner did not answer.",
    ]);
  });
});

describe("in the page", () => {
  const page = {
    platform: ({ now }: { now: () => number }) =>
      new PlainPlatform("fake", caps({ showsTurnEvents: true }), now),
  };

  const openId = (world: PathWorld) => {
    const event = world.events.findLast((one) => one.event.kind === "question")?.event;
    return event?.kind === "question" ? event.id : "";
  };

  test("an answer is taken once, from its own conversation only, and stands in the history", async () => {
    await using world = await asking([COLOUR], page);
    const id = openId(world);
    const elsewhere = SESSION.replace("42", "43") as typeof SESSION;
    expect(world.questions.answer(elsewhere, id, 1, UNA)).toBe("closed");
    expect(world.questions.answer(SESSION, id, 1, OTHER)).toBe("closed");
    expect(world.questions.answer(SESSION, "nothing", 1, UNA)).toBe("closed");
    expect(world.questions.answer(SESSION, id, 3, UNA)).toBe("wrong");
    expect(world.questions.answer(SESSION, id, 2, UNA)).toBe("taken");
    expect(world.questions.answer(SESSION, id, 1, UNA)).toBe("closed");
    await world.pass(5000);
    expect(world.endings()).toEqual(['1: final got ["Green"]']);
    const { rows } = await world.store.history(SESSION, { limit: 10 });
    expect(rows.map((row) => row.text)).toContain("Which colour?\n\n✓ Green");
    expect(world.events.filter(({ event }) => event.kind === "said")).toEqual([]);
  });

  test("a question can be left without an answer", async () => {
    await using world = await asking([NAME], page);
    expect(world.questions.answer(SESSION, openId(world), null, UNA)).toBe("taken");
    await world.pass(5000);
    expect(world.endings()).toEqual(["1: final got [null]"]);
    expect(states(world)).toEqual(["open", "closed Skipped."]);
  });
});
