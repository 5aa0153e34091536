import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import { errandSession } from "../../src/core/errand.ts";
import type { Session } from "../../src/core/session.ts";
import { parseSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import { inbound } from "../fakes/path-world.ts";
import { CHAT, HERE, ToolWorld } from "./tool-world.ts";

let world: ToolWorld;
beforeEach(() => (world = new ToolWorld()));
afterEach(() => world[Symbol.dispose]());

/** A conversation that no people are in. */
function addJob(agent: string, parent?: SessionKey): Session {
  const key = errandSession(agent, { by: "cron", name: "daily" });
  const address = parseSessionKey(key)?.address ?? CHAT;
  const more = parent === undefined ? {} : { parent };
  const session = { key, agent, address, file: "", createdAtMs: 0, lastActiveAtMs: 0, turns: 0, ...more };
  world.sessions.push(session);
  return session;
}

/** An owner of the gateway has written what the turn answers; with somebody else where that is named. */
function writtenBy(...ids: string[]): void {
  world.config = configSchema({}).parse({ owners: ["fake:42"] });
  world.messages = ids.map((id) => ({ ...inbound(id, "Tell it"), sender: { id, name: id, isBot: false } }));
}

const send = (session: string, text = "Look at this") => world.run("sessions_send", { session, text });

describe("sessions_send", () => {
  test("writes where no people are for an owner, marked as from this conversation", async () => {
    const { key } = addJob("main");
    writtenBy("42");
    expect(await send(key)).toEqual({ sent: key });
    expect(world.errands[0]).toMatchObject({
      text: expect.stringContaining("> Look at this"),
      errand: {
        by: "agent",
        session: key,
        about: `The agent main writes this from its conversation ${HERE}; no person has written it.`,
        delivery: "silent",
      },
    });
  });

  test("writes nobody else into what the agent does for others: it could be talked into telling that", async () => {
    const { key } = addJob("main");
    for (const ids of [["7"], ["42", "7"], []]) {
      writtenBy(...ids);
      await expect(send(key)).rejects.toThrow("agents.messaging.allow");
    }
    expect(world.errands).toEqual([]);
  });

  test("leaves a conversation in the role that it has", async () => {
    const { key } = addJob("main");
    world.sessions[0] = { ...world.sessions[0]!, role: "reporter" };
    writtenBy("42");
    await send(key);
    expect(world.errands[0]?.errand.role).toBe("reporter");
  });

  test("never writes across people, or into what is no conversation", async () => {
    writtenBy("42");
    const other = world.addSession("43");
    addJob("boss");
    for (const key of [other.key, "agent:boss:cron:job:daily", "agent:main:cron:job:none", "nonsense"]) {
      await expect(send(key)).rejects.toThrow("agents.messaging.allow");
    }
    world.addSession("42");
    await expect(send(HERE)).rejects.toThrow("That is this conversation.");
    expect(world.errands).toEqual([]);
  });

  test("writes where it was asked from, and where it has asked", async () => {
    const child = addJob("boss", HERE);
    expect(await send(child.key)).toEqual({ sent: child.key });
    const parent = world.addSession("42");
    const up = await world.run(
      "sessions_send",
      { session: parent.key, text: "Half done" },
      { sessionKey: child.key, agent: "boss" },
    );
    expect(up).toEqual({ sent: HERE });
    expect(world.errands[1]?.errand).toMatchObject({ delivery: "direct", to: CHAT, title: "boss" });
  });

  test("writes where the configuration lets it", async () => {
    world.addSession("43");
    world.config = configSchema({}).parse({ agents: { messaging: { allow: ["agent:main:fake:dm:4*"] } } });
    expect(await send("agent:main:fake:dm:43")).toEqual({ sent: "agent:main:fake:dm:43" });
    expect(world.errands[0]?.errand).toMatchObject({ delivery: "direct", to: { ...CHAT, chat: "43" } });
  });

  test("says the same thing once in a turn, and nothing when there is too much", async () => {
    const { key } = addJob("main", HERE);
    for (const text of ["a", "a", "b"]) await send(key, text);
    const ids = world.errands.map(({ id }) => id);
    expect(ids[0]).toBe(ids[1] ?? "");
    expect(ids[2]).not.toBe(ids[0] ?? "");
    world.mayWrite = false;
    await expect(send(key, "c")).rejects.toThrow("Too many messages");
  });
});
