import { describe, expect, test } from "bun:test";
import { StoreError } from "../../src/core/errors.ts";
import { answer, inTurn } from "../fakes/fake-pi.ts";
import { letIn } from "../fakes/let-in.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";
import { addCommand, ask, NO_USAGE, owner, up } from "./ask.ts";

describe("what is a command", () => {
  test.each([
    ["/NEW", "A new conversation"],
    ["/new@my_bot", "A new conversation"],
    ["/new\n", "A new conversation"],
    [`/help ${"x".repeat(10_000)}`, "Begin a new conversation"],
    ["/status\u00a0", "Nothing has been said"],
  ])("%p", async (text, expected) => {
    await using world = await up();
    expect(await ask(world, text)).toContain(expected);
    expect(world.pi.prompts).toEqual([]);
  });

  test.each([
    "/",
    "//",
    "//new",
    "/ new",
    " /new",
    "\n/new",
    "/new/x",
    "/home/una/notes.txt what is this?",
    "/ｎｅｗ",
    "/新",
    "/newer",
    "say /new",
    "/new\u0000",
    `${"x".repeat(10_000)} /help`,
    `/${"n".repeat(10_000)}`,
    "/@bot",
    "!new",
  ])("%p is none: it reaches pi as it is, and pi takes it for text", async (text) => {
    await using world = await up();
    expect(await ask(world, text, owner)).toBe("The answer is 42.");
    expect(world.pi.prompts[0]?.text.trim()).toBe(text.trim());
    expect(world.pi.prompts[0]?.isCommand).toBeUndefined();
    expect(world.pi.prompts[0]?.text.startsWith("/")).toBe(false);
  });

  test("another prefix is taken instead of the slash", async () => {
    await using world = await up({ config: { commands: { prefix: "!" } } });
    expect(await ask(world, "!new")).toContain("A new conversation");
    expect(await ask(world, "/new")).toBe("The answer is 42.");
    expect(await ask(world, "!help")).toContain("`!model [name | default]`");
  });

  test("one that is switched off is text", async () => {
    await using world = await up({ config: { commands: { disabled: ["compact"] } } });
    expect(await ask(world, "/compact", owner)).toBe("The answer is 42.");
    expect(world.pi.prompts[0]?.text).toBe(" /compact");
  });

  test("one for owners is refused to others in a sentence", async () => {
    await using world = await up({ config: { commands: { ownerOnly: ["model"] } } });
    expect(await ask(world, "/model large")).toBe("Only an owner of this gateway may use `/model`.");
    expect(await ask(world, "/model large", owner)).toContain("**fake/large**");
  });

  test("a stranger's command does nothing", async () => {
    await using world = await up({ access: { check: async () => ({ allowed: false, why: "a stranger" }) } });
    expect(await ask(world, "/help")).toBe("");
    expect(world.endings()).toEqual([]);
  });
});

describe("commands of plugins", () => {
  test("answer several times, in order, and may send a text on to the agent", async () => {
    await using world = await up();
    addCommand(world, {
      name: "both",
      summary: "",
      run: async ({ args, reply }) => {
        // The first takes longest.
        const find = world.store.outbox.find.bind(world.store.outbox);
        world.store.outbox.find = async (key) => {
          world.store.outbox.find = find;
          await world.clock.sleep(50);
          return find(key);
        };
        void reply("one");
        void reply("two");
        await reply("three");
        return { prompt: `about ${args}` };
      },
    });
    await world.say("1", "/both maps");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual(["one", "two", "three", "The answer is 42."]);
    expect(world.pi.prompts[0]?.text).toBe("about maps");
  });

  test("what they know of the call", async () => {
    await using world = await up();
    const calls: object[] = [];
    addCommand(world, { name: "look", summary: "", run: (call) => void calls.push(call) });
    await world.say("1", "/LOOK  a b ", owner);
    expect(calls).toEqual([
      expect.objectContaining({
        name: "look",
        args: "a b",
        sessionKey: SESSION,
        agent: "main",
        channel: "fake",
        isOwner: true,
        message: expect.objectContaining({ id: "1", address: CHAT }),
      }),
    ]);
  });

  test("one that throws costs one sentence with a reference", async () => {
    await using world = await up();
    addCommand(world, {
      name: "bad",
      summary: "",
      run: () => {
        throw new Error("secret detail");
      },
    });
    expect(await ask(world, "/bad")).toMatch(/^`\/bad` went wrong \(ref [\w-]+\)\.$/);
    expect(await ask(world, "hello")).toBe("The answer is 42.");
  });

  test("one that never returns holds the chat up for half a minute at most, and no other chat at all", async () => {
    await using world = await up();
    addCommand(world, { name: "stuck", summary: "", run: () => new Promise(() => {}) });
    await world.say("1", "/stuck");
    await world.say("2", "hello");
    await world.say("3", "elsewhere", { address: { ...CHAT, chat: "43" } });
    await world.pass(100);
    expect(world.endings()).toEqual(["3: final The answer is 42."]);
    await world.pass(30_000);
    await world.pass(1000);
    expect(world.endings().slice(1)).toEqual([
      expect.stringMatching(/^1: final `\/stuck` was not done after 30 seconds \(ref /),
      "2: final The answer is 42.",
    ]);
  });

  test("what one answers after its end is still said", async () => {
    await using world = await up();
    const later = Promise.withResolvers<void>();
    addCommand(world, {
      name: "later",
      summary: "",
      run: ({ reply }) => void later.promise.then(() => reply("now")),
    });
    await world.say("1", "/later");
    expect(world.endings()).toEqual(["1: final"]);
    later.resolve();
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual(["now"]);
    expect(world.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: "said", text: "now" }),
    );
  });

  test("cannot take a name of the gateway's own, and are told whose it is", () => {
    const world = new PathWorld();
    expect(() => addCommand(world, { name: "new", summary: "", run: () => {} })).toThrow(
      "the command new is already registered by pi-gateway",
    );
  });
});

describe("pi's own commands", () => {
  const GREET = { name: "greet", kind: "template" } as const;
  const prompts = (world: PathWorld) =>
    world.pi.prompts.map(({ text, isCommand }) => (isCommand ? `command ${text}` : text));

  test("reach pi as commands, for owners and for people on the allowlist, and as text for others", async () => {
    await using world = await up();
    world.pi.known = [GREET];
    await ask(world, "/GREET\nBob", owner);
    await ask(world, "/greet Bob");
    await letIn(world.store, CHAT, "u");
    await ask(world, "/greet Bob");
    // Who says so themselves is nobody that anyone has let in.
    await ask(world, "/greet Bob", { sender: { id: "u", name: "Una", isBot: false, isSelfNamed: true } });
    const [as, text] = ["command /greet Bob", " /greet Bob"];
    expect(prompts(world)).toEqual([as, text, as, text]);
  });

  test("are what pi has where the conversation is open; the rest is text", async () => {
    await using world = await up();
    world.pi.known = [{ name: "deploy", kind: "extension" }];
    await ask(world, "/greet Bob", owner);
    await ask(world, "/deploy now", owner);
    expect(prompts(world)).toEqual([" /greet Bob", " /deploy now"]);
  });

  test("are for everybody who may talk when they are listed, extensions' own among them", async () => {
    await using world = await up({ config: { commands: { allow: ["Deploy", "greet"], prefix: "!" } } });
    world.pi.known = [GREET, { name: "deploy", kind: "extension" }, { name: "other", kind: "skill" }];
    for (const text of ["!deploy now", "!greet Bob", "!other", "/greet Bob"]) await ask(world, text);
    expect(prompts(world)).toEqual(["command /deploy now", "command /greet Bob", "!other", " /greet Bob"]);
  });

  test("are turns of their own among messages that wait together", async () => {
    await using world = await up({ config: { queue: { mode: "collect", debounceMs: 0 } } });
    world.pi.known = [GREET];
    const mayEnd = Promise.withResolvers<void>();
    world.pi.script = inTurn(async function* (prompt, pi) {
      await mayEnd.promise;
      pi.write("user", prompt.text);
      yield { type: "end", reason: "stop", usage: NO_USAGE };
    }, answer("ok"));
    for (const text of ["first", "a", "b", "/greet Bob", "c", "d"]) await world.say(text, text, owner);
    mayEnd.resolve();
    await world.pass(10_000);
    expect(prompts(world)).toEqual(["first", "a\n\nb", "command /greet Bob", "c\n\nd"]);
  });

  test("in a group nothing stands in front of them, and files behind them", async () => {
    await using world = await up();
    world.pi.known = [GREET];
    const address = { ...CHAT, scope: "group" } as const;
    const file = { kind: "document", mimeType: "text/plain", name: "a.txt", source: "1" } as const;
    await ask(world, "/greet Bob", { ...owner, address, attachments: [file] });
    await ask(world, "/other Bob", { ...owner, address });
    expect(prompts(world)).toEqual([
      "command /greet Bob\n\n[file not available: a.txt: it could not be fetched]",
      "Una: /other Bob",
    ]);
  });

  test("what only may be one answers a question that is open; what is one of ours does not", async () => {
    await using world = await up();
    const answered: string[] = [];
    world.questions.take = async ({ text }) => answered.push(text) > 0;
    await ask(world, "/etc", owner);
    expect(await ask(world, "/new", owner)).toContain("A new conversation");
    expect(answered).toEqual(["/etc"]);
    expect(world.pi.prompts).toEqual([]);
  });
});

describe("an admission that is made again", () => {
  test("runs the command again, answers it once, and ends its message once", async () => {
    await using world = await up();
    let runs = 0;
    addCommand(world, { name: "count", summary: "", run: ({ reply }) => reply(`run ${++runs}`) });
    const settle = world.store.inbox.settle.bind(world.store.inbox);
    world.store.inbox.settle = async (...given) => {
      world.store.inbox.settle = settle;
      throw new StoreError("full", `no space for ${given[0]}`);
    };
    await world.say("1", "/count");
    await world.pass(5000);
    expect(runs).toBe(2);
    expect(world.platform.transcript()).toEqual(["run 1"]);
    // What was said is in the history; the second run's words are not shown in its place.
    expect(world.endings()).toEqual(["1: final"]);
  });

  test("is what follows when the answer could not be written down, whether the command waited for it or not", async () => {
    for (const isAwaited of [true, false]) {
      await using world = await up();
      addCommand(world, {
        name: "say",
        summary: "",
        run: ({ reply }) => (isAwaited ? reply("said") : void reply("said")),
      });
      const post = world.store.outbox.post.bind(world.store.outbox);
      world.store.outbox.post = async () => {
        world.store.outbox.post = post;
        throw new StoreError("full", "no space");
      };
      await world.say("1", "/say");
      await world.pass(5000);
      expect(world.platform.transcript()).toEqual(["said"]);
      expect(world.endings()).toEqual(["1: final said"]);
    }
  });
});
