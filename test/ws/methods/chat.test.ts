import { describe, expect, test } from "bun:test";
import { configSchema } from "../../../src/core/config-schema.ts";
import { configuredRouter } from "../../../src/core/session-router.ts";
import type { SessionKey } from "../../../src/core/session-key.ts";
import type { TurnEvent } from "../../../src/core/turn-events.ts";
import { bearer, BROWSER_TOKEN, openDoors, type OpenDoors, TOKEN } from "../../http/open-doors.ts";
import { type Frame, SocketClient } from "../socket-client.ts";

const { headers } = bearer();
const ALICE = "agent:main:webchat:dm:alice" as SessionKey;

const open = (doors: OpenDoors) => SocketClient.open(doors.url(), headers);
const isEnd = (frame: Frame) => ["final", "error", "aborted"].includes(String(frame.payload?.["state"]));
const states = (client: SocketClient) =>
  client.events().map(({ payload }) => payload?.["status"] ?? payload?.["state"]);

/** Answers each message as a turn would. */
function answerAtOnce(doors: OpenDoors, answerOf: (text: string) => string): void {
  doors.gateway.onAccept = ({ text, sessionKey }, messageId) => {
    const session = sessionKey;
    const of = { turn: `t-${messageId}`, messageIds: [messageId] };
    const publish = (event: TurnEvent) => doors.feed.publish(session, event);
    publish({ kind: "started", ...of });
    for (const delta of answerOf(text).match(/.{1,4}/gs) ?? []) {
      publish({ kind: "delta", delta, replace: false, ...of });
    }
    publish({ kind: "end", state: "final", text: answerOf(text), ...of });
  };
}

describe("chat.send", () => {
  test("answers with the message's id, and the frames of its turn come after that answer", async () => {
    await using doors = await openDoors();
    answerAtOnce(doors, (text) => `You said ${text}`);
    using client = await open(doors);
    const answer = await client.call("chat.send", { text: "hi" });
    expect(answer.payload).toEqual({
      messageId: "m1",
      sessionKey: expect.stringMatching(/^agent:main:webchat:dm:[\w-]{22}$/),
    });
    await client.next(isEnd);
    expect(client.frames.indexOf(answer)).toBeLessThan(
      client.frames.findIndex(({ event }) => event === "chat"),
    );
    expect(client.textOf(String(answer.payload?.["sessionKey"]))).toBe("You said hi");
    expect(client.events().filter(isEnd)).toHaveLength(1);
  });

  test("hands over what was said, by whom, and where", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    await client.call("chat.send", {
      message: "hi",
      sessionKey: "alice",
      idempotencyKey: "k1",
      attachments: [{ name: "a.png", mimeType: "image/png", base64: "AAAA" }],
    });
    expect(doors.gateway.accepted).toEqual([
      {
        text: "hi",
        sessionKey: ALICE,
        idempotencyKey: "k1",
        sender: { id: "alice", name: "Owner", isBot: false, isOwner: true, isSelfNamed: true },
        attachments: [{ name: "a.png", mimeType: "image/png", base64: "AAAA" }],
      },
    ]);
  });

  test("a repeat without a session goes to the session of the first try", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    using again = await open(doors);
    const first = await client.call("chat.send", { text: "hi", idempotencyKey: "k1" });
    const second = await again.call("chat.send", { text: "hi", idempotencyKey: "k1" });
    expect(second.payload?.["sessionKey"]).toBe(first.payload?.["sessionKey"]);
  });

  test("a message that was refused is told, and what happens in its session still comes", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    doors.gateway.onAccept = () => {
      throw new Error("boom");
    };
    expect((await client.call("chat.send", { text: "hi", sessionKey: "alice" })).error?.code).toBe(
      "INTERNAL",
    );
    doors.feed.publish(ALICE, { kind: "said", key: "k", text: "later" });
    expect((await client.next(isEnd)).payload?.["text"]).toBe("later");
  });

  test("another channel's session is forbidden, also for the owner", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    const key = doors.gateway.addSession("42", "telegram");
    expect((await client.call("chat.send", { text: "hi", sessionKey: key })).error?.code).toBe("FORBIDDEN");
    expect(doors.gateway.accepted).toEqual([]);
  });

  test("nothing to say, an odd session, and attachments that cannot be are refused by field", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    const refusal = async (params: object) => (await client.call("chat.send", params)).error;
    const file = { name: "a", mimeType: "text/plain", base64: "AAAA" };
    expect((await refusal({}))?.message).toContain("chat.send: text:");
    expect((await refusal({ text: "  \n" }))?.message).toContain("chat.send: text:");
    expect((await refusal({ text: "x", sessionKey: "a b" }))?.message).toContain("sessionKey:");
    expect((await refusal({ text: "x", attachments: [{ ...file, base64: "a b" }] }))?.message).toContain(
      "attachments.0.base64: expected base64",
    );
    expect((await refusal({ text: "x", attachments: [{ ...file, mimeType: "png" }] }))?.message).toContain(
      "attachments.0.mimeType:",
    );
    expect((await refusal({ text: "x", attachments: Array.from({ length: 11 }, () => file) }))?.code).toBe(
      "TOO_LARGE",
    );
    const big = { ...file, base64: "A".repeat(15_000_000) };
    expect((await refusal({ text: "x", attachments: [big, big] }))?.code).toBe("TOO_LARGE");
    expect((await client.call("chat.send", { attachments: [big] })).ok).toBe(true);
    expect(doors.gateway.accepted).toHaveLength(1);
  });
});

describe("frames", () => {
  test("each kind of event arrives as documented, numbered without a gap", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    await client.call("chat.subscribe", { sessionKey: ALICE });
    const of = { turn: "t1", messageIds: ["m1"] };
    const tool = { kind: "tool", id: "c1", tool: "bash", ...of } as const;
    const result = { content: [{ type: "text", text: "ok" }] as const, isError: false };
    const error = { code: "model-failed", message: "No.", retryable: true, ref: "3F9K" };
    const events: TurnEvent[] = [
      { kind: "queued", messageIds: ["m1"], place: 2 },
      { kind: "started", ...of },
      { kind: "retrying", reason: "overloaded", ...of },
      { kind: "delta", delta: "He", replace: true, ...of },
      { ...tool, phase: "start", params: { command: "ls" } },
      { ...tool, phase: "end", result },
      { kind: "end", state: "error", text: "He", error, ...of },
      { kind: "said", key: "cron/1", text: "Ping" },
    ];
    for (const event of events) doors.feed.publish(ALICE, event);
    await client.next(({ payload }) => payload?.["text"] === "Ping");
    const pushed = client.frames.filter(({ type }) => type === "event");
    expect(pushed.map(({ event }) => event)).toEqual([
      "chat",
      "chat",
      "chat",
      "chat",
      "tool",
      "tool",
      "chat",
      "chat",
    ]);
    expect(states(client)).toEqual(["queued", "started", "retrying", "delta", "error", "final"]);
    const first = pushed[0]?.seq ?? 0;
    expect(pushed.map(({ seq }) => seq)).toEqual(pushed.map((_, index) => first + index));
    expect(pushed[6]?.payload).toEqual({
      sessionKey: ALICE,
      turnId: "t1",
      messageIds: ["m1"],
      state: "error",
      text: "He",
      error,
    });
    expect(pushed[7]?.payload).toEqual({
      sessionKey: ALICE,
      messageId: "cron/1",
      state: "final",
      text: "Ping",
    });
  });

  test("a client gets nothing of sessions that it does not follow", async () => {
    await using doors = await openDoors();
    answerAtOnce(doors, (text) => text);
    using alice = await open(doors);
    using bob = await open(doors);
    await bob.call("chat.subscribe", { sessionKey: "bob" });
    await alice.call("chat.send", { text: "secret", sessionKey: "alice" });
    await alice.next(isEnd);
    await bob.call("chat.history", { sessionKey: "bob" });
    expect(bob.events()).toEqual([]);
  });

  test("two agents in one conversation are two sessions", async () => {
    await using doors = await openDoors();
    answerAtOnce(doors, (text) => `answer to ${text}`);
    using client = await open(doors);
    const mentor = "agent:mentor:webchat:dm:alice";
    await Promise.all([
      client.call("chat.send", { text: "one", sessionKey: ALICE }),
      client.call("chat.send", { text: "two", sessionKey: mentor }),
    ]);
    await client.next((frame) => isEnd(frame) && frame.payload?.["sessionKey"] === ALICE);
    await client.next((frame) => isEnd(frame) && frame.payload?.["sessionKey"] === mentor);
    expect(client.textOf(ALICE)).toBe("answer to one");
    expect(client.textOf(mentor)).toBe("answer to two");
  });

  test("whoever connects hears who answers a conversation that names nobody", async () => {
    const agents = { default: "mentor", list: [{ id: "mentor" }] };
    const router = configuredRouter(() => configSchema({}).parse({ agents }));
    await using doors = await openDoors({ routing: { router, agents: () => ["main", "mentor"] } });
    using client = await open(doors);
    expect((await client.call("connect", {})).payload).toMatchObject({ agent: "mentor" });
    const { payload } = await client.call("chat.send", { text: "hello" });
    expect(payload).toMatchObject({ sessionKey: expect.stringMatching(/^agent:mentor:webchat:dm:/) });
  });

  test("a session that several conversations share comes under the name that the client has for it", async () => {
    const config = { session: { dmScope: "main" } };
    const router = configuredRouter(() => configSchema({}).parse(config));
    await using doors = await openDoors({ routing: { router, agents: () => ["main"] } });
    using alice = await open(doors);
    const shared = "agent:main:main" as SessionKey;
    const of = { turn: "t1", messageIds: ["x"] };
    doors.feed.publish(shared, { kind: "started", ...of });
    doors.feed.publish(shared, {
      kind: "delta",
      delta: `say "sessionKey":"${shared}"`,
      replace: true,
      ...of,
    });
    const subscribed = await alice.call("chat.subscribe", { sessionKey: "alice" });
    expect(subscribed.payload).toMatchObject({ sessionKey: ALICE, resumed: false });
    doors.feed.publish(shared, { kind: "end", state: "final", text: "done", ...of });
    await alice.next(isEnd);
    const keys = new Set(alice.events().map(({ payload }) => payload?.["sessionKey"]));
    expect(keys).toEqual(new Set([ALICE]));
    expect(alice.events()[0]?.payload?.["delta"]).toBe(`say "sessionKey":"${shared}"`);

    await alice.call("chat.unsubscribe", { sessionKey: "alice" });
    const before = alice.events().length;
    doors.feed.publish(shared, { kind: "said", key: "k", text: "not for alice any more" });
    await alice.call("chat.history", { sessionKey: "alice" });
    expect(alice.events()).toHaveLength(before);
  });

  test("a conversation that goes on in another session is followed there from its next message on", async () => {
    const config = { session: { dmScope: "per-channel-peer" } };
    const router = configuredRouter(() => configSchema({}).parse(config));
    await using doors = await openDoors({ routing: { router, agents: () => ["main"] } });
    using alice = await open(doors);
    await alice.call("chat.send", { text: "one", sessionKey: "alice" });
    config.session.dmScope = "main";
    await alice.call("chat.send", { text: "two", sessionKey: "alice" });
    doors.feed.publish(ALICE, { kind: "said", key: "old", text: "in the old one" });
    doors.feed.publish("agent:main:main" as SessionKey, { kind: "said", key: "new", text: "in the new one" });
    await alice.next(({ payload }) => payload?.["messageId"] === "new");
    expect(alice.events().map(({ payload }) => payload?.["messageId"])).toEqual(["new"]);
  });

  test("after leaving a session nothing more of it comes", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    await client.call("chat.subscribe", { sessionKey: "alice" });
    await client.call("chat.unsubscribe", { sessionKey: "alice" });
    doors.feed.publish(ALICE, { kind: "said", key: "k", text: "late" });
    await client.call("session.list");
    expect(client.events()).toEqual([]);
  });
});

describe("chat.subscribe", () => {
  const of = { turn: "t1", messageIds: ["m1"] };

  test("goes on where the client was, with exactly what it missed", async () => {
    await using doors = await openDoors();
    const client = await open(doors);
    await client.call("chat.subscribe", { sessionKey: ALICE });
    doors.feed.publish(ALICE, { kind: "started", ...of });
    const { seq } = await client.next(({ event }) => event === "chat");
    client.socket.close();
    await client.closed;
    doors.feed.publish(ALICE, { kind: "delta", delta: "missed", replace: true, ...of });
    doors.feed.publish(ALICE, { kind: "end", state: "final", text: "missed", ...of });
    using back = await open(doors);
    const params = { sessionKey: ALICE, sinceSeq: seq, epoch: doors.feed.epoch };
    expect((await back.call("chat.subscribe", params)).payload).toMatchObject({
      resumed: true,
      seq: (seq ?? 0) + 2,
    });
    expect(states(back)).toEqual(["delta", "final"]);
  });

  test("after a restart the running text comes as one snapshot", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    doors.feed.publish(ALICE, { kind: "delta", delta: "so far", replace: true, ...of });
    const params = { sessionKey: "alice", sinceSeq: 5, epoch: "before the restart" };
    const { payload } = await client.call("chat.subscribe", params);
    expect(payload).toMatchObject({ sessionKey: ALICE, resumed: false, epoch: doors.feed.epoch });
    expect(payload?.["running"]).toEqual({ turnId: "t1", messageIds: ["m1"], text: "so far", tools: [] });
    expect(client.events().map((frame) => frame.payload)).toEqual([
      { sessionKey: ALICE, turnId: "t1", messageIds: ["m1"], state: "delta", delta: "so far", replace: true },
    ]);
  });
});

describe("chat.history", () => {
  const row = (id: string, state: "running" | "done" = "done") =>
    ({ id, role: "user", text: id, atMs: 1, state }) as const;

  test("shows what was said and what is being said, as of one number", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    doors.gateway.rows.set(ALICE, [row("m0"), row("m1", "running")]);
    doors.feed.publish(ALICE, {
      kind: "delta",
      delta: "so far",
      replace: true,
      turn: "t1",
      messageIds: ["m1"],
    });
    const { payload } = await client.call("chat.history", { sessionKey: "alice" });
    expect(payload).toEqual({
      sessionKey: ALICE,
      messages: [row("m0"), row("m1", "running")],
      running: { turnId: "t1", messageIds: ["m1"], text: "so far", tools: [] },
      epoch: doors.feed.epoch,
      seq: doors.feed.position(ALICE).seq,
    });
  });

  test("comes in pages", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    doors.gateway.rows.set(ALICE, [row("m0"), row("m1"), row("m2")]);
    const { payload } = await client.call("chat.history", { sessionKey: ALICE, limit: 2 });
    expect(payload).toMatchObject({ messages: [row("m1"), row("m2")], cursor: "older" });
    const older = await client.call("chat.history", { sessionKey: ALICE, limit: 2, before: "older" });
    expect(older.payload).not.toHaveProperty("running");
  });

  test("an answer that ends while the history is read is in it", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    const of = { turn: "t1", messageIds: ["m1"] };
    doors.gateway.rows.set(ALICE, [row("m1", "running")]);
    doors.feed.publish(ALICE, { kind: "delta", delta: "so far", replace: true, ...of });
    let reads = 0;
    doors.gateway.onHistory = () => {
      reads += 1;
      if (reads > 1) return;
      doors.gateway.rows.set(ALICE, [row("m1"), { id: "t1/0", role: "assistant", text: "all", atMs: 2 }]);
      doors.feed.publish(ALICE, { kind: "end", state: "final", text: "all", ...of });
    };
    const { payload } = await client.call("chat.history", { sessionKey: ALICE });
    expect(payload?.["messages"]).toHaveLength(2);
    expect(payload).not.toHaveProperty("running");
    expect(payload?.["seq"]).toBe(doors.feed.position(ALICE).seq);
  });

  test("a turn whose end is in the store already does not run any more", async () => {
    await using doors = await openDoors();
    using client = await open(doors);
    doors.feed.publish(ALICE, { kind: "started", turn: "t1", messageIds: ["m1"] });
    doors.gateway.rows.set(ALICE, [row("m1", "done")]);
    expect((await client.call("chat.history", { sessionKey: ALICE })).payload).not.toHaveProperty("running");
  });
});

test("chat.abort stops the session it names", async () => {
  await using doors = await openDoors();
  using client = await open(doors);
  expect((await client.call("chat.abort", { sessionKey: "alice" })).payload).toEqual({
    sessionKey: ALICE,
    aborted: true,
  });
  expect(doors.gateway.aborted).toEqual([ALICE]);
});

test("chat.answer hands over who answers what; an answer that is none, or too late, is refused", async () => {
  await using doors = await openDoors();
  using client = await open(doors);
  const { gateway } = doors;
  const answer = (params: object) => client.call("chat.answer", { sessionKey: "alice", id: "q1", ...params });
  for (const given of [1, "Red", true, null]) {
    expect((await answer({ answer: given })).payload).toEqual({ sessionKey: ALICE, id: "q1" });
    const by = { id: "alice", isOwner: true };
    expect(gateway.answers.at(-1)).toMatchObject([ALICE, "q1", given, by]);
  }
  gateway.onAnswer = () => "wrong";
  expect((await answer({ answer: 7 })).error?.code).toBe("BAD_REQUEST");
  gateway.onAnswer = () => "closed";
  expect((await answer({ answer: 7 })).error?.code).toBe("NOT_FOUND");
  const count = gateway.answers.length;
  for (const broken of [
    {},
    { answer: {} },
    { answer: 1.5 },
    { id: 7, answer: 1 },
    { id: "x".repeat(200), answer: 1 },
  ]) {
    expect((await answer(broken)).error?.code).toBe("BAD_REQUEST");
  }
  expect((await answer({ sessionKey: "agent:main:telegram:dm:1", answer: 1 })).error?.code).toBe("FORBIDDEN");
  expect(gateway.answers).toHaveLength(count);
});

test("who may only chat answers as no owner", async () => {
  await using doors = await openDoors({
    auth: { gateway: { mode: "token", secret: TOKEN }, browser: { mode: "token", secret: BROWSER_TOKEN } },
  });
  using client = await SocketClient.connect(doors.url(), BROWSER_TOKEN);
  await client.call("chat.answer", { sessionKey: "alice", id: "q1", answer: true });
  expect(doors.gateway.answers).toMatchObject([[ALICE, "q1", true, { isOwner: false }]]);
});

test("without the page there is no chat, and that is said", async () => {
  await using doors = await openDoors({ withoutBrowser: true });
  using client = await SocketClient.connect(doors.url(), TOKEN);
  expect((await client.call("chat.send", { text: "hi" })).error?.code).toBe("UNKNOWN_METHOD");
});
