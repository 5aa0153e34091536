import { describe, expect, test } from "bun:test";
import { answer, type FakePi, hang } from "../fakes/fake-pi.ts";
import { CHAT, inbound, PathWorld, SESSION } from "../fakes/path-world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A world whose clock stands at this hour of a day on this machine's wall, and what its hooks see. */
async function worldAt(hour: number, session: object, more: object = {}) {
  const world = await new PathWorld({ config: { session, ...more } }).start();
  const wanted = new Date(world.clock.now());
  wanted.setHours(hour, 0, 0, 0);
  if (wanted.getTime() < world.clock.now()) wanted.setDate(wanted.getDate() + 1);
  world.clock.jump(wanted.getTime() - world.clock.now());
  const seen: string[] = [];
  world.hooks.add(["session_start"], () => void seen.push("start"), "test");
  world.hooks.add(["session_end"], () => void seen.push("end"), "test");
  return { world, seen };
}

const files = ({ transcripts }: FakePi) => [...transcripts.keys()];

/** A message, and enough time for its answer to go out. */
async function say(world: PathWorld, id: string, text = `text of ${id}`): Promise<void> {
  await world.say(id, text);
  await world.pass(2000);
}

describe("a conversation begins anew", () => {
  test("each day: a new transcript, one end and one start, and the record and the history stay", async () => {
    const { world, seen } = await worldAt(20, { reset: { mode: "daily", atHour: 4 } });
    await using _ = world;
    await say(world, "1");
    const before = await world.store.sessions.get(SESSION);
    world.clock.jump(9 * HOUR);
    await say(world, "2");
    await say(world, "3");
    expect(seen).toEqual(["start", "end", "start"]);
    expect(files(world.pi)).toHaveLength(2);
    const after = await world.store.sessions.get(SESSION);
    expect(after).toMatchObject({ createdAtMs: before!.createdAtMs, turns: 3 });
    expect(after!.file).not.toBe(before!.file);
    const { rows } = await world.store.history(SESSION, { limit: 50 });
    expect(rows.filter(({ role }) => role === "user").map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(rows.filter(({ role }) => role === "assistant")).toHaveLength(3);
    world.clock.jump(24 * HOUR);
    await say(world, "4");
    expect(seen).toEqual(["start", "end", "start", "end", "start"]);
  });

  test("after a while without a word, counted from the last one", async () => {
    const { world, seen } = await worldAt(9, { reset: { mode: "idle", idleMinutes: 30 } });
    await using _ = world;
    for (const id of ["1", "2", "3"]) {
      await say(world, id);
      world.clock.jump(29 * MINUTE);
    }
    expect(seen).toEqual(["start"]);
    world.clock.jump(2 * MINUTE);
    await say(world, "4");
    expect(seen).toEqual(["start", "end", "start"]);
    expect(files(world.pi)).toHaveLength(2);
  });

  test("by the policy of its channel", async () => {
    const session = { reset: { mode: "daily" }, resetByChannel: { fake: { mode: "off" } } };
    const { world, seen } = await worldAt(20, session);
    await using _ = world;
    await say(world, "1");
    world.clock.jump(48 * HOUR);
    await say(world, "2");
    expect(seen).toEqual(["start"]);
  });

  test("after /new or a kill it is a day old from then on, not from its creation", async () => {
    const { world, seen } = await worldAt(20, { reset: { mode: "daily", atHour: 4 } });
    await using _ = world;
    await say(world, "1");
    world.clock.jump(9 * HOUR);
    await world.pipeline.endSession(SESSION);
    await say(world, "2");
    expect(seen).toEqual(["start", "end", "start"]);
    await say(world, "3");
    expect(seen).toHaveLength(3);
  });

  test("never by itself without a policy", async () => {
    const { world, seen } = await worldAt(20, {});
    await using _ = world;
    await say(world, "1");
    world.clock.jump(400 * 24 * HOUR);
    await say(world, "2");
    expect(seen).toEqual(["start"]);
    expect(files(world.pi)).toHaveLength(1);
  });

  test("not while a turn runs in it, or a message waits: both go on where they began", async () => {
    const queue = { mode: "followup" };
    const { world, seen } = await worldAt(3, { reset: { mode: "daily", atHour: 4 } }, { queue });
    await using _ = world;
    world.clock.jump(HOUR - 10_000);
    world.pi.script = hang("and then");
    await world.say("1", "a long task");
    const begun = await world.store.sessions.get(SESSION);
    await world.pass(15_000);
    await world.say("2", "are you there?");
    await world.say("3", "hello?");
    expect(seen).toEqual(["start"]);
    expect((await world.store.sessions.get(SESSION))?.file).toBe(begun!.file);
  });
});

test("a message costs no write to the session's record unless something changes in it", async () => {
  const { world } = await worldAt(9, { reset: { mode: "idle", idleMinutes: 30 } });
  await using _ = world;
  await say(world, "1");
  const { sessions } = world.store;
  const update = sessions.update.bind(sessions);
  const writes: unknown[] = [];
  sessions.update = (key, patch) => {
    writes.push(patch);
    return update(key, patch);
  };
  await say(world, "2");
  expect(writes).toEqual([]);
  world.clock.jump(HOUR);
  await say(world, "3");
  expect(writes).toHaveLength(1);
});

test("a chat that has got another role has it from its next message on", async () => {
  await using world = await new PathWorld({ config: { roles: { capabilities: { mentor: {} } } } }).start();
  await world.say("1", "hello");
  await world.say("2", "hello", { role: "mentor" });
  expect((await world.store.sessions.get(SESSION))?.role).toBe("mentor");
  await world.say("3", "hello");
  expect(await world.store.sessions.get(SESSION)).not.toContainKey("role");
});

describe("where private chats share a session", () => {
  const ana = { address: CHAT, sender: { id: "ana", name: "Ana", isBot: false } };
  const ben = { address: { ...CHAT, chat: "43" }, sender: { id: "ben", name: "Ben", isBot: false } };

  test("pi remembers all of it, and each answer goes to the chat that asked", async () => {
    await using world = await new PathWorld({ config: { session: { dmScope: "main" } } }).start();
    world.pi.script = answer((prompt) => `for ${prompt}`);
    const chats: string[] = [];
    const send = world.platform.send.bind(world.platform);
    world.platform.send = (to, ...rest) => {
      chats.push(to.chat);
      return send(to, ...rest);
    };
    await world.pipeline.receiver.receive({ ...inbound("1", "from ana"), ...ana });
    await world.pass(2000);
    await world.pipeline.receiver.receive({ ...inbound("2", "from ben"), ...ben });
    await world.pass(2000);
    expect(files(world.pi)).toHaveLength(1);
    expect(new Set(world.events.map(({ session }) => session as string))).toEqual(
      new Set(["agent:main:main"]),
    );
    expect(chats).toEqual(["42", "43"]);
    expect(world.platform.transcript()).toEqual([
      expect.stringContaining("from ana"),
      expect.stringContaining("from ben"),
    ]);
  });
});
