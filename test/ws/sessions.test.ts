import { expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { findSession, listSessions, type SessionReader, unknownSession } from "../../src/ws/sessions.ts";
import { FakeGateway } from "../http/open-doors.ts";
import { caught } from "./caught.ts";

function readerWith(...chats: string[]): { reader: SessionReader; keys: SessionKey[] } {
  const gateway = new FakeGateway();
  const keys = chats.map((chat) => gateway.addSession(chat));
  return { reader: { ...gateway.store, isRunning: () => true }, keys };
}

test("a session is shown with what waits and runs, and without where its transcript is", async () => {
  const { reader, keys } = readerWith("alice");
  const view = await findSession(reader, keys[0]!);
  expect(view).toMatchObject({ key: keys[0]!, channel: "webchat", agent: "main", waiting: 3, running: true });
  expect(JSON.stringify([view, await listSessions(reader, 10)])).not.toContain("secret");
});

test("no more sessions are listed than asked for", async () => {
  const { reader } = readerWith("a", "b", "c");
  expect(await listSessions(reader, 2)).toHaveLength(2);
});

test("an unknown key is answered with the nearest one and the form", async () => {
  const { reader, keys } = readerWith("alice", "bob");
  const error = findSession(reader, "agent:main:webchat:dm:alise");
  expect(await caught(error)).toMatchObject({ code: "NOT_FOUND" });
  expect(await caught(error)).toMatchObject({ message: expect.stringContaining(keys[0]!) });
  expect(await caught(error)).toMatchObject({
    message: expect.stringContaining("agent:{agentId}:{channel}:{scope}:{id}"),
  });
});

test("a malformed key is told apart from an unknown one", async () => {
  const { reader } = readerWith("alice");
  expect(await unknownSession(reader, "alice")).toMatchObject({ code: "BAD_REQUEST" });
  expect((await unknownSession(reader, "x".repeat(100_000))).message.length).toBeLessThan(1000);
});
