import { describe, expect, test } from "bun:test";
import { stopButtonOf } from "../../src/core/stop-button.ts";
import { answer, hang, inTurn, type PiScript } from "../fakes/fake-pi.ts";
import { CHAT, type PathWorld, SESSION } from "../fakes/path-world.ts";
import { addCommand, ask, NO_USAGE, owner, up } from "./ask.ts";

describe("/new and /reset", () => {
  test("begin a new transcript, and say so", async () => {
    await using world = await up();
    await ask(world, "hello");
    const before = await world.store.sessions.get(SESSION);
    expect(await ask(world, "/new")).toContain("A new conversation");
    expect(await ask(world, "hello again")).toBe("The answer is 42.");
    const after = await world.store.sessions.get(SESSION);
    expect(after?.file).not.toBe(before?.file);
    expect(world.pi.prompts.map(({ text }) => text)).toEqual(["hello", "hello again"]);
  });

  test("text behind them is the first message of the new conversation, and nothing else is said", async () => {
    await using world = await up();
    await ask(world, "hello");
    for (const name of ["/new", "/reset"]) {
      const before = await world.store.sessions.get(SESSION);
      expect(await ask(world, `${name}  How are you?\nWell?`)).toBe("The answer is 42.");
      expect(world.pi.prompts.at(-1)?.text).toBe("How are you?\nWell?");
      expect((await world.store.sessions.get(SESSION))?.file).not.toBe(before?.file);
    }
  });

  test("while an answer streams it is cut off, what waits is cancelled, and the next message is answered", async () => {
    await using world = await up({ config: { queue: { mode: "collect" } } });
    world.pi.script = inTurn(hang("Half"), answer("Whole."));
    await world.say("1", "a");
    await world.say("2", "b");
    await world.say("3", "/new");
    await world.pass(1000);
    expect(world.endings().toSorted()).toEqual([
      "1: aborted Half",
      "2: aborted",
      expect.stringContaining("3: final A new conversation"),
    ]);
    expect(await ask(world, "c")).toBe("Whole.");
  });

  test("at the very start they do no harm", async () => {
    await using world = await up();
    expect(await ask(world, "/new")).toContain("A new conversation");
    expect(await ask(world, "/reset hi")).toBe("The answer is 42.");
  });
});

describe("/stop", () => {
  test("stops the answer and cancels what waits, each sender told once", async () => {
    await using world = await up({ config: { queue: { mode: "followup" } } });
    world.pi.script = inTurn(hang("Half"), answer("Whole."));
    for (const id of ["1", "2", "3"]) await world.say(id, id);
    await world.say("4", "/stop");
    await world.pass(1000);
    expect(world.endings().toSorted()).toEqual([
      "1: aborted Half",
      "2: aborted",
      "3: aborted",
      "4: final The answer was stopped, and 2 messages that waited cancelled.",
    ]);
    const said = world.platform.transcript();
    expect(said.filter((text) => text.includes("was cancelled before it was answered"))).toHaveLength(2);
    expect(said).toContain("Half\n\n*Stopped.*");
    expect(await ask(world, "on")).toBe("Whole.");
    expect(world.pi.prompts.map(({ text }) => text)).toEqual(["1", "on"]);
  });

  test("stops a turn that waits for another try, too", async () => {
    await using world = await up();
    const die: PiScript = async function* () {
      yield { type: "end", reason: "error", error: "pi died", died: true, usage: NO_USAGE };
    };
    // The second try comes at once, the third a little later.
    world.pi.script = inTurn(die, die, answer("Late."));
    await world.say("1", "a");
    await world.say("2", "/stop");
    await world.pass(60_000);
    expect(world.endings()).toEqual(["2: final The answer was stopped.", "1: aborted"]);
    expect(world.platform.transcript().join()).not.toContain("Late.");
  });

  test("as the button of an answer stops that one alone, however late and often it is pressed", async () => {
    await using world = await up({ config: { queue: { mode: "followup" } } });
    world.pi.script = inTurn(hang("Half"), hang("Another"));
    await world.say("1", "a");
    const button = stopButtonOf((await world.store.turns.unfinished(SESSION)) ?? "");
    await world.say("2", button);
    await world.pass(1000);
    expect(world.endings()).toEqual(["1: aborted Half", "2: final The answer was stopped."]);
    const said = world.platform.transcript().length;
    await world.say("3", button);
    await world.say("4", "b");
    await world.say("5", "c");
    await world.say("6", button);
    await world.pass(1000);
    expect(world.endings().slice(2)).toEqual(["3: final", "6: final"]);
    expect(world.platform.transcript().slice(said)).toEqual(["Another"]);
    await world.say("7", "/stop");
    await world.pass(1000);
    expect(world.endings().slice(4).toSorted()).toEqual([
      "4: aborted Another",
      "5: aborted",
      "7: final The answer was stopped, and 1 message that waited cancelled.",
    ]);
  });

  test("with nothing to stop says so", async () => {
    await using world = await up();
    expect(await ask(world, "/stop")).toBe("There is nothing to stop.");
  });
});

describe("/status", () => {
  test("shows model, context and state, before the first word and after it", async () => {
    await using world = await up();
    expect(await ask(world, "/status")).toBe("Nothing has been said here yet.");
    await ask(world, "hello");
    const said = await ask(world, "/status");
    for (const line of [
      "Model:",
      "Context:",
      "Used so far:",
      "Now: idle",
      "Queue: steer",
      "Answers so far: 1",
    ]) {
      expect(said).toContain(line);
    }
  });

  test("in Chinese where the gateway speaks it", async () => {
    await using world = await up({ config: { gateway: { language: "zh" } } });
    expect(await ask(world, "/status")).toBe("这里还没有任何对话。");
  });
});

describe("/model", () => {
  test("shows what answers and what could", async () => {
    await using world = await up();
    const said = await ask(world, "/model");
    expect(said).toContain("This conversation uses **fake/small**.");
    expect(said).toContain("1. fake/large\n2. **fake/small**");
    expect(said).toContain("`/model fake/large`");
  });

  test("sets it by name, by its short name or by its number, and goes back", async () => {
    await using world = await up();
    const model = async () => (await world.store.sessions.get(SESSION))?.model;
    expect(await ask(world, "/model fake/large")).toContain("**fake/large**");
    expect(await model()).toBe("fake/large");
    await ask(world, "/model small");
    expect(await model()).toBe("fake/small");
    await ask(world, "/model 1");
    expect(await model()).toBe("fake/large");
    expect(await ask(world, "/model")).toContain("as you chose");
    expect(await ask(world, "/model default")).toContain("**fake/small**");
    expect(await model()).toBeUndefined();
  });

  test("outlives a restart and a new conversation", async () => {
    await using world = await up();
    await ask(world, "/model large");
    await world.restart();
    await ask(world, "/new");
    await ask(world, "hello");
    expect((await world.store.sessions.get(SESSION))?.model).toBe("fake/large");
  });

  test("a name that is none changes nothing, and is quoted without its own Markdown", async () => {
    await using world = await up();
    expect(await ask(world, "/model `*x*`\ny")).toContain("There is no model `*x* y`");
    expect(await world.store.sessions.get(SESSION)).toBeUndefined();
  });
});

describe("/think", () => {
  test("shows, sets and takes back the level", async () => {
    await using world = await up();
    const level = async () => (await world.store.sessions.get(SESSION))?.thinkingLevel;
    expect(await ask(world, "/think")).toContain("as configured");
    expect(await ask(world, "/think HIGH")).toContain("**high**");
    expect(await level()).toBe("high");
    expect(await ask(world, "/think")).toContain("**high**");
    await ask(world, "/think default");
    expect(await level()).toBeUndefined();
  });

  test("offers what the model reports and refuses the rest", async () => {
    await using world = await up();
    expect(await ask(world, "/think xhigh")).toContain("is no level");
    await ask(world, "/model large");
    expect(await ask(world, "/think xhigh")).toContain("**xhigh**");
    expect(await ask(world, "/think max")).toContain("is no level");
  });
});

describe("/compact", () => {
  test("shortens an idle conversation, told what to keep", async () => {
    await using world = await up();
    const asked: unknown[] = [];
    world.pi.compaction = async (instructions) => {
      asked.push(instructions);
      return { tokensBefore: 45_000, tokensAfter: 8000 };
    };
    await ask(world, "hello");
    expect(await ask(world, "/compact the names\nand dates")).toBe(
      "The conversation was shortened to a summary: 45,000 became 8,000 tokens.",
    );
    await ask(world, "/compact");
    expect(asked).toEqual(["the names\nand dates", undefined]);
    expect(world.pi.prompts).toHaveLength(1);
  });

  test("refuses politely while a turn runs, and where nothing was said", async () => {
    await using world = await up();
    expect(await ask(world, "/compact")).toBe("There is nothing to shorten yet.");
    await ask(world, "hello");
    world.pi.script = hang("Half");
    await world.say("1", "a");
    expect(await ask(world, "/compact")).toContain("An answer is being written");
    expect(await ask(world, "/stop")).toContain("stopped");
  });

  test("can be stopped, and the next message is answered", async () => {
    await using world = await up();
    await ask(world, "hello");
    world.pi.compaction = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("gone")), { once: true });
      });
    await world.say("1", "/compact");
    await world.pass(100);
    await world.say("2", "/stop");
    await world.pass(1000);
    expect(world.endings().slice(-2)).toEqual(["1: aborted", "2: final The answer was stopped."]);
    expect(await ask(world, "on")).toBe("The answer is 42.");
  });

  test("what comes meanwhile is answered afterwards, in order", async () => {
    await using world = await up();
    await ask(world, "hello");
    const mayEnd = Promise.withResolvers<void>();
    world.pi.compaction = async () => {
      await mayEnd.promise;
      return {};
    };
    await world.say("1", "/compact");
    await world.say("2", "and then?");
    await world.pass(100);
    mayEnd.resolve();
    await world.pass(1000);
    expect(world.endings().slice(-2)).toEqual([
      "1: final The conversation was shortened to a summary.",
      "2: final The answer is 42.",
    ]);
  });
});

describe("/queue", () => {
  test("shows how it is, sets what is named, keeps the rest, and goes back", async () => {
    await using world = await up({ config: { queue: { mode: "collect" } } });
    const wishes = async () => (await world.store.sessions.get(SESSION))?.queue;
    expect(await ask(world, "/queue")).toContain("**collect**");
    await ask(world, "/queue followup debounce:2s cap:25 drop:old");
    expect(await wishes()).toEqual({ mode: "followup", debounceMs: 2000, cap: 25, drop: "old" });
    await ask(world, "/queue DEBOUNCE:500ms");
    expect(await wishes()).toEqual({ mode: "followup", debounceMs: 500, cap: 25, drop: "old" });
    expect(await ask(world, "/queue")).toContain("Waits for more: 0.5 s");
    await ask(world, "/queue default");
    expect(await wishes()).toBeUndefined();
  });

  test.each(["sometimes", "cap:0", "cap:x", "debounce:1h", "drop:all", "collect x", "mode:steer collect:1"])(
    "%p is not understood and changes nothing",
    async (args) => {
      await using world = await up();
      expect(await ask(world, `/queue ${args}`)).toContain("was not understood");
      expect(await world.store.sessions.get(SESSION)).toBeUndefined();
    },
  );
});

describe("/usage", () => {
  test("shows what the conversation and the person have used, and owners what all have", async () => {
    await using world = await up();
    const asked: string[] = [];
    world.store.usage.spentBy = async (subject) => {
      asked.push(subject);
      const spent = { inputTokens: 45_000, outputTokens: 1200, costUsd: 0.034 };
      return { day: spent, month: { ...spent, costUsd: 12.5 }, ever: { ...spent, costUsd: 0 } };
    };
    const theirs = await ask(world, "/usage");
    expect(theirs).toContain("- Today: 45,000 tokens in, 1,200 out, $0.0340\n");
    expect(theirs).toContain("- This month: 45,000 tokens in, 1,200 out, $12.50\n");
    expect(theirs).toMatch(/- So far: 45,000 tokens in, 1,200 out$/);
    expect(asked.splice(0)).toEqual([`session:${SESSION}`, "sender:fake:u"]);
    const limit = { period: "day", limitUsd: 5, spentUsd: 0.034, untilMs: 0 } as const;
    world.budgets = [
      { ...limit, account: { of: "all" } },
      { ...limit, account: { of: "sender", name: "fake:u" } },
    ];
    const ours = await ask(world, "/usage", owner);
    expect(ours).toContain("**Everybody**");
    expect(ours).toContain("- Everybody, today: $0.0340 of $5.00\n- `fake:u`, today: $0.0340 of $5.00");
    expect(asked).toEqual([`session:${SESSION}`, "sender:fake:u", "all"]);
  });
});

describe("/pair", () => {
  const eve = { channel: "fake", account: "work", senderId: "9", senderName: "**Eve**\n`x`" };
  const asking = async (world: PathWorld) => {
    const pairing = { ...eve, code: "ABCD2345", address: { ...CHAT, chat: "9" }, askedBy: "1" };
    await world.store.access.openPairing({ ...pairing, expiresAtMs: world.clock.now() + 3_600_000 }, 3);
  };
  const isIn = (world: PathWorld) => world.store.access.isAllowed(eve);

  test("shows owners who asks, by a name that formats nothing", async () => {
    await using world = await up();
    expect(await ask(world, "/pair", owner)).toBe("Nobody is waiting to be let in.");
    await asking(world);
    expect(await ask(world, "/pair list", owner)).toBe(
      "Waiting to be let in:\n\n- `**Eve** 'x'` (`fake:work:9`): `ABCD2345`\n\n`/pair approve CODE` lets somebody in, `/pair deny CODE` refuses.",
    );
  });

  test("lets in and refuses, and says so of a code that is none", async () => {
    await using world = await up();
    await asking(world);
    expect(await ask(world, "/pair approve 12", owner)).toBe("This code is unknown or expired.");
    expect(await ask(world, "/pair deny", owner)).toBe("This code is unknown or expired.");
    const said = await ask(world, "/pair approve abcd2345", owner);
    expect(said).toContain("`**Eve** 'x'` (`fake:work:9`) may talk to me now, and was told.");
    expect(await isIn(world)).toBe(true);
    expect(await ask(world, "/pair deny ABCD2345", owner)).toBe("This code is unknown or expired.");
    expect(await ask(world, "/pair approve ABCD2345", owner)).toContain("may talk to me now");
  });

  test("refuses without letting in", async () => {
    await using world = await up();
    await asking(world);
    expect(await ask(world, "/pair deny ABCD2345", owner)).toContain("was refused, and was not told");
    expect(await isIn(world)).toBe(false);
    expect(await ask(world, "/pair", owner)).toBe("Nobody is waiting to be let in.");
  });

  test("is nothing for others", async () => {
    await using world = await up();
    await asking(world);
    expect(await ask(world, "/pair approve ABCD2345")).toBe("Only an owner of this gateway may use `/pair`.");
    expect(await isIn(world)).toBe(false);
    expect(await ask(world, "/help")).not.toContain("/pair");
    expect(await ask(world, "/help", owner)).toContain("`/pair [approve | deny] [code]`");
  });
});

describe("/whoami", () => {
  test("says what a person pastes into the configuration", async () => {
    await using world = await up({ config: { owners: ["fake:7"] } });
    const said = await ask(world, "/whoami");
    expect(said).toContain("`fake:u`");
    expect(said).toContain(`\`${SESSION}\``);
    expect(said).toContain("Agent: `main`");
    expect(said).toContain('Owner: no. To be one, add `"fake:u"` to `owners`');
    expect(await ask(world, "/whoami", { sender: { id: "7", name: "*Z*\n`x`", isBot: false } })).toContain(
      "Owner: yes",
    );
  });
});

describe("/help", () => {
  test("lists what the sender may use, plugins' commands and pi's allowed ones with it", async () => {
    await using world = await up({ config: { commands: { ownerOnly: ["model"], disabled: ["queue"] } } });
    addCommand(world, { name: "weather", summary: "The weather", parameters: "[place]", run: () => {} });
    addCommand(world, { name: "secret", summary: "For owners", who: "owner", run: () => {} });
    world.pi.known = [
      { name: "skill:maps", summary: "Draws\nmaps", kind: "skill" },
      { name: "review", kind: "template" },
      { name: "danger", kind: "extension" },
    ];
    const theirs = await ask(world, "/help");
    expect(theirs).toContain("- `/weather [place]` – The weather");
    for (const hidden of ["/secret", "/model", "/queue", "skill:maps", "review", "danger"]) {
      expect(theirs).not.toContain(hidden);
    }
    const ours = await ask(world, "/help", owner);
    for (const shown of ["/secret", "/model", "- `/skill:maps` – Draws maps", "- `/review`"]) {
      expect(ours).toContain(shown);
    }
    expect(ours).not.toContain("danger");
  });
});
