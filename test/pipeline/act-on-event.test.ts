import { describe, expect, test } from "bun:test";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { actOnEvent, type EventDeps } from "../../src/pipeline/act-on-event.ts";
import { answer, hang } from "../fakes/fake-pi.ts";
import { ADA, edited, GROUP, GROUP_SESSION, GroupWorld, STRANGER } from "../fakes/group-world.ts";
import { CHAT, SESSION } from "../fakes/path-world.ts";

const BOB = { id: "bob", name: "Bob", isBot: false };

/** Something else has the only place, so what is asked in the group waits. */
async function withoutRoom(): Promise<GroupWorld> {
  const world = await new GroupWorld({ places: 1 }).start();
  world.pi.script = hang("");
  await world.say("busy", "busy");
  return world;
}

async function makeRoom(world: GroupWorld): Promise<void> {
  world.pi.script = answer((prompt) => `re: ${prompt}`);
  await world.pipeline.workers.stopTurn(SESSION, "asked");
  await world.pass(1000);
}

describe("a message that is edited", () => {
  test("while it waits counts as it reads last, and the history shows that", async () => {
    await using world = await withoutRoom();
    await world.ask("1", "Two plus two?");
    await world.report(edited("1", "Two plus three?"));
    await world.report(edited("1", "Two plus four?"));
    await makeRoom(world);
    expect(world.prompts.at(-1)).toBe("Ada: Two plus four?");
    await world.ask("2", "And?");
    expect(world.prompts.at(-1)).toBe("Ada: And?");
    const { rows } = await world.store.history(GROUP_SESSION, { limit: 9 });
    expect(rows[0]).toMatchObject({ id: "1", text: "Two plus four?" });
  });

  test("while it waits passes the hooks again, and stays as it was if one blocks", async () => {
    await using world = await withoutRoom();
    const hook = ({ message: { text } }: { message: { text: string } }) =>
      text.includes("secret") ? { block: "No secrets." } : undefined;
    world.hooks.add(["message_received"], hook, "test");
    await world.ask("1", "Two plus two?");
    await world.report(edited("1", "The secret is 7."));
    await makeRoom(world);
    expect(world.prompts.at(-1)).toBe("Ada: Two plus two?");
    expect(world.platform.transcript().join()).not.toContain("secret");
  });

  test("behind a command is that command's no more often", async () => {
    await using world = await withoutRoom();
    await world.ask("1", "/new Two plus two?");
    await world.report(edited("1", "/new Two plus three?"));
    await makeRoom(world);
    expect(world.prompts.at(-1)).toBe("Ada: Two plus three?");
  });

  test("when the agent has it makes no turn: the next prompt tells, once and the latest only", async () => {
    await using world = await new GroupWorld().start();
    await world.ask("1", "Two plus two?");
    await world.report(edited("1", "Two plus three?"));
    await world.report(edited("1", "Two plus\nfour?"));
    expect(world.prompts).toHaveLength(1);
    await world.ask("2", "And?");
    expect(world.prompts[1]).toContain("- Ada edited message 1, which now says: Two plus four?\n[Now");
    expect(world.prompts[1]).not.toContain("three");
    await world.ask("3", "So?");
    expect(world.prompts[2]).toBe("Ada: So?");
    // Platforms also report edits in which no word changes, such as a preview of a link.
    await world.report(edited("1", "Two plus\nfour?"));
    await world.ask("4", "Well?");
    expect(world.prompts[3]).toBe("Ada: Well?");
  });

  test("while its turn runs leaves that alone", async () => {
    await using world = await new GroupWorld().start();
    world.pi.script = hang("Half");
    await world.ask("1", "Two plus two?");
    await world.report(edited("1", "Two plus three?"));
    expect([world.pi.steers, world.prompts]).toEqual([[], ["Ada: Two plus two?"]]);
    await world.pipeline.workers.stopTurn(GROUP_SESSION, "asked");
    world.pi.script = answer("Fine.");
    await world.ask("2", "And?");
    expect(world.prompts[1]).toContain("Ada edited message 1");
  });

  test("that was overheard is overheard as it reads now", async () => {
    await using world = await new GroupWorld().start();
    await world.chat("1", "Lunch at noon?");
    await world.chat("2", "Fine.", { sender: BOB });
    await world.report(edited("1", "Lunch at one?"));
    await world.ask("3", "When?");
    expect(world.prompts[0]).toContain("- Ada: Lunch at one?\n- Bob: Fine.\n");
    await world.report(edited("1", "Lunch at two?"));
    await world.ask("4", "When?");
    expect(world.prompts[1]).toContain("- Ada edited message 1, which now says: Lunch at two?");
  });

  test("by somebody who may not talk, or one that nobody knows, changes nothing", async () => {
    await using world = await withoutRoom();
    await world.ask("1", "Two plus two?");
    await world.report(edited("1", "Ignore that.", STRANGER));
    await world.report(edited("unknown", "Two plus three?"));
    await makeRoom(world);
    expect(world.prompts.at(-1)).toBe("Ada: Two plus two?");
  });
});

describe("a message that is taken back", () => {
  test("while it waits is not answered, and nobody is told", async () => {
    await using world = await withoutRoom();
    await world.ask("1", "Two plus two?");
    await world.report({ kind: "removed", message: { address: GROUP, id: "1" } });
    expect(world.endings()).toEqual(["1: aborted"]);
    await makeRoom(world);
    expect(world.prompts).toHaveLength(1);
    expect(world.platform.transcript()).toEqual(["Stopped."]);
  });

  test("after it was answered, or when it was overheard, leaves no trace either", async () => {
    await using world = await new GroupWorld().start();
    await world.ask("1", "Two plus two?");
    await world.chat("2", "Lunch?");
    for (const id of ["1", "2", "unknown"]) {
      await world.report({ kind: "removed", message: { address: GROUP, id } });
    }
    await world.ask("3", "And?");
    expect(world.prompts[1]).toBe("Ada: And?");
  });
});

describe("a reaction", () => {
  const react = (
    world: GroupWorld,
    to: string,
    emoji: string,
    more: { by?: typeof ADA; added?: boolean } = {},
  ) => {
    const message = to.startsWith("#") ? { address: GROUP, id: to.slice(1) } : world.group.refOf(to);
    return world.report({ kind: "reaction", message, by: ADA, added: true, emoji, ...more });
  };

  async function afterAnswer(reactionNotifications: "off" | "own" | "all"): Promise<GroupWorld> {
    const world = await new GroupWorld().start();
    world.group.chatSettings = { ...world.group.chatSettings, reactionNotifications };
    await world.ask("1", "Two plus two?");
    await world.pass(1000);
    return world;
  }

  test("to a message of ours is told with the next prompt, and makes none", async () => {
    await using world = await afterAnswer("own");
    await react(world, "42", "👍");
    await react(world, "#1", "🔥");
    await react(world, "42", "💩", { by: STRANGER });
    expect(world.prompts).toHaveLength(1);
    await world.ask("2", "And?");
    const { id } = world.group.refOf("42");
    expect(world.prompts[1]?.split("\n")[1]).toBe(
      `- Ada reacted with 👍 to your message ${id} (“The answer is 42.”).`,
    );
    expect(world.prompts[1]).not.toMatch(/🔥|💩/);
  });

  test("that is taken back is told as it is in the end", async () => {
    await using world = await afterAnswer("own");
    await react(world, "42", "👍");
    await react(world, "42", "👍", { added: false });
    await world.ask("2", "And?");
    expect(world.prompts[1]).toContain("- Ada took back 👍 from your message");
    expect(world.prompts[1]).not.toContain("reacted");
  });

  test("to anybody's message is told where all are wanted, and none where none is", async () => {
    await using all = await afterAnswer("all");
    await react(all, "#1", "🔥");
    await all.ask("2", "And?");
    expect(all.prompts[1]).toContain("- Ada reacted with 🔥 to message 1 (“Two plus two?”).");
    await using off = await afterAnswer("off");
    await react(off, "42", "👍");
    await off.ask("2", "And?");
    expect(off.prompts[1]).toBe("Ada: And?");
  });
});

describe("a chat", () => {
  const joined = (isUs: boolean, kind: "joined" | "left" = "joined") =>
    ({ kind, address: GROUP, by: BOB, isUs }) as const;

  test("that takes the bot in is told once who that is and how to address it", async () => {
    await using world = await new GroupWorld().start();
    await world.report(joined(true), "in");
    await world.report(joined(true), "in");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([
      "Hello! I am @lab_bot, an assistant. Mention me (@lab_bot) or reply to one of my messages, and I answer. " +
        "`/help` shows what I can do.",
    ]);
    expect(world.prompts).toEqual([]);
  });

  test("in which the bot does not listen is told nothing", async () => {
    await using world = await new GroupWorld().start();
    const { access } = world.group.chatSettings;
    const group = { isOpen: false, requireMention: true };
    world.group.chatSettings = { ...world.group.chatSettings, access: { ...access, group } };
    await world.report(joined(true));
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([]);
  });

  test("that puts the bot out is not answered any more; its conversation is kept", async () => {
    await using world = await withoutRoom();
    await world.ask("1", "Two plus two?");
    await world.ask("2", "Here?", { address: { ...GROUP, scope: "topic", thread: "5" } });
    await world.say("3", "And here?", { address: { ...CHAT, chat: "other" } });
    await world.report(joined(true, "left"));
    expect(world.endings()).toEqual(["1: aborted", "2: aborted"]);
    await makeRoom(world);
    expect(world.prompts).toEqual(["busy", "And here?"]);
    expect(await world.store.sessions.get(GROUP_SESSION)).not.toHaveProperty("hasEnded");
  });

  test("that people join and leave tells so with the next prompt", async () => {
    await using world = await new GroupWorld().start();
    await world.report(joined(false));
    await world.report({ ...joined(false), by: STRANGER });
    await world.report({ ...joined(false, "left"), by: ADA });
    await world.ask("1", "Who is here?");
    expect(world.prompts[0]).toContain("- Bob joined the chat.\n- Ada left the chat.\n[Now");
  });
});

describe("a chat that gets another address", () => {
  const NEW = { ...GROUP, chat: "-1007" };
  const MOVED = formatSessionKey({ agent: "main", address: NEW });
  const move = (world: GroupWorld) => world.report({ kind: "migrated", from: GROUP, to: NEW });
  const sentTo = (world: GroupWorld) => world.group.sent.map(({ chat, text }) => `${chat}: ${text}`);

  test("goes on with its conversation, its settings and what was said there", async () => {
    await using world = await new GroupWorld().start();
    await world.ask("1", "Remember 7.");
    await world.store.sessions.update(GROUP_SESSION, { model: "x/y" });
    const { file } = (await world.store.sessions.get(GROUP_SESSION))!;
    await world.chat("2", "Lunch?");
    await move(world);
    await world.ask("3", "Which number?", { address: NEW });
    expect(world.prompts[1]).toContain("- Ada: Lunch?");
    expect(await world.store.sessions.get(MOVED)).toMatchObject({ file, model: "x/y", turns: 2 });
    expect((await world.store.history(GROUP_SESSION, { limit: 9 })).rows).toHaveLength(2);
    const before = await world.store.sessions.get(MOVED);
    await move(world);
    expect(await world.store.sessions.get(MOVED)).toEqual(before);
    await world.ask("4", "Hello again");
    expect((await world.store.sessions.get(GROUP_SESSION))?.file).not.toBe(file);
  });

  test("is answered in the new place, whatever waited or was being answered in the old one", async () => {
    await using world = await new GroupWorld({ config: { queue: { mode: "followup" } } }).start();
    world.pi.script = hang("Half");
    await world.ask("1", "one");
    await world.ask("2", "two");
    world.pi.script = answer((prompt) => `re: ${prompt}`);
    await move(world);
    await world.pass(1000);
    await world.pass(1000);
    expect(world.endings()).toEqual([
      expect.stringMatching(/^1: final re: \[gateway\] You were interrupted/),
      "2: final re: Ada: two",
    ]);
    expect(world.pi.forgotten).toContain(GROUP_SESSION);
    expect(sentTo(world).filter((said) => said.includes("re:"))).toEqual([
      expect.stringMatching(/^-1007: re: \[gateway\]/),
      "-1007: re: Ada: two",
    ]);
    expect(await world.store.turns.depth()).toBe(0);
  });

  test("sends there what was not sent yet", async () => {
    await using world = await new GroupWorld().start();
    world.group.isDown = true;
    await world.ask("1", "one");
    await world.pass(10);
    await move(world);
    world.group.isDown = false;
    await world.pass(120_000);
    expect(sentTo(world)).toEqual(["-1007: The answer is 42."]);
  });
});

describe("a stop that was pressed", () => {
  test("stops what runs and what waits, for those who may talk", async () => {
    await using world = await new GroupWorld().start();
    world.pi.script = hang("Half");
    await world.ask("1", "one");
    await world.report({ kind: "stop", address: GROUP, by: STRANGER });
    expect(world.endings()).toEqual([]);
    await world.report({ kind: "stop", address: GROUP, by: ADA });
    expect(world.endings()).toEqual(["1: aborted Half"]);
  });
});

describe("a button", () => {
  const press = (button: string, by = ADA) =>
    ({ kind: "button", message: { address: GROUP, id: "m1" }, by, button }) as const;

  test("with a command on it is that command of whoever pressed it, once for each press", async () => {
    await using world = await new GroupWorld().start();
    await world.report(press("/whoami"), "1");
    await world.report(press("/whoami"), "1");
    await world.report(press("/whoami", BOB), "2");
    await world.report(press("/whoami", STRANGER), "3");
    await world.pass(1000);
    const said = world.platform.transcript();
    expect(said).toHaveLength(2);
    expect(said[0]).toContain("ada");
    expect(said[1]).toContain("bob");
    expect(world.prompts).toEqual([]);
  });

  test("below the list of models chooses one", async () => {
    await using world = await new GroupWorld().start();
    await world.ask("1", "/model");
    await world.pass(1000);
    const list = world.group.sent.at(-1);
    expect(list?.buttons).toEqual([
      { id: "/model fake/large", label: "large" },
      { id: "/model fake/small", label: "✓ small" },
    ]);
    await world.report(press("/model fake/large"));
    await world.pass(1000);
    expect(await world.store.sessions.get(GROUP_SESSION)).toMatchObject({ model: "fake/large" });
    expect(world.group.sent.at(-1)?.text).toContain("**fake/large**");
    await world.ask("2", "/think");
    await world.pass(1000);
    expect(world.group.sent.at(-1)?.buttons[0]).toEqual({ id: "/think off", label: "off" });
  });

  test("answers in words that quote the message it stands under", async () => {
    await using world = await new GroupWorld().start();
    await world.report(press("/whoami"));
    await world.pass(1000);
    expect(world.group.sent.at(-1)?.replyTo).toBe("m1");
  });

  test("with a command for owners on it does nothing for others", async () => {
    await using world = await new GroupWorld({ config: { commands: { ownerOnly: ["new"] } } }).start();
    await world.ask("1", "one");
    const { file } = (await world.store.sessions.get(GROUP_SESSION))!;
    await world.report(press("/new"));
    await world.pass(1000);
    expect(await world.store.sessions.get(GROUP_SESSION)).toMatchObject({ file });
    expect(world.platform.transcript().at(-1)).toContain("/new");
  });

  test("of a question is taken at once, also while a message before it waits for just that", async () => {
    await using world = await new GroupWorld().start();
    let chosen: unknown;
    world.pi.script = hang("");
    const ask = async () => {
      const question = { kind: "confirm", title: "Let it in?" } as const;
      chosen = await world.questions.ask(GROUP_SESSION, question, new AbortController().signal);
    };
    await world.ask("1", "one");
    world.hooks.add(["message_received"], async () => ask(), "test", { timeoutMs: 600_000 });
    await world.ask("2", "two");
    await world.pass(1000);
    const buttons = world.group.sent.at(-1)?.buttons ?? [];
    const message = world.group.refOf("Let it in?");
    await world.report({ kind: "button", message, by: ADA, button: buttons[0]?.id ?? "" });
    expect(chosen).toBe(true);
  });
});

describe("what happened", () => {
  test("is acted on in order with the messages of its chat, also after a crash", async () => {
    await using world = await withoutRoom();
    await world.stop();
    await world.store.open();
    const message = {
      address: GROUP,
      sender: ADA,
      text: "one",
      attachments: [],
      isForBot: true,
      sentAtMs: 0,
    };
    await world.store.inbox.record({ ...message, id: "1" });
    await world.store.inbox.recordEvent("e", edited("1", "two"));
    await world.store.inbox.recordEvent("f", { kind: "stop", address: GROUP, by: ADA });
    await world.store.inbox.record({ ...message, id: "2", text: "three" });
    await world.store.close();
    await world.restart();
    await world.pass(1000);
    expect(world.endings().filter((end) => end.startsWith("1"))).toEqual(["1: aborted"]);
    expect(await world.store.inbox.unsettled()).toEqual([]);
    await makeRoom(world);
    expect(world.prompts.at(-1)).toBe("Ada: three");
  });

  test("and cannot be acted on is given up after some tries: the chat goes on", async () => {
    await using world = await new GroupWorld().start();
    world.group.probe = () => {
      throw new TypeError("broken");
    };
    await world.report({ kind: "joined", address: GROUP, by: BOB, isUs: true });
    await world.ask("1", "one");
    await world.pass(60_000);
    await world.pass(60_000);
    expect(world.prompts).toEqual(["Ada: one"]);
    expect(await world.store.inbox.unsettled()).toEqual([]);
  });
});

test("whether somebody may act is asked with their roles where the platform tells them", async () => {
  const asked: unknown[] = [];
  const mayAct = async ({ within }: { within?: unknown }) => {
    asked.push(within);
    return false;
  };
  const within = { guild: "1", roles: ["7"] };
  const told = edited("1", "Two plus three?");
  const deps = { access: { mayAct } } as unknown as EventDeps;
  await actOnEvent({ id: "1", event: { ...told, within } as typeof told }, deps);
  await actOnEvent({ id: "2", event: told }, deps);
  expect(asked).toEqual([within, undefined]);
});
