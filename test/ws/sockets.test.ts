import { describe, expect, test } from "bun:test";
import { anyParams } from "../../src/ws/methods.ts";
import { BROWSER_TOKEN, openDoors, TOKEN } from "../http/open-doors.ts";
import { RawClient } from "./raw-client.ts";
import { SocketClient } from "./socket-client.ts";
import { caught } from "./caught.ts";

const bearer = { Authorization: `Bearer ${TOKEN}` };

describe("connecting", () => {
  test("connect says what the gateway can do", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url());
    const answer = await client.call("connect", { auth: { token: TOKEN }, protocol: 1 });
    expect(answer.payload).toMatchObject({
      protocol: 1,
      version: "1.2.3",
      demo: true,
      epoch: doors.feed.epoch,
      auth: { mode: "token", kind: "admin" },
      limits: { maxFrameBytes: 33_554_432, maxAttachments: 10, maxAttachmentBytes: 20_971_520 },
    });
    const { methods } = answer.payload!["features"] as { methods: string[] };
    expect(methods).toContain("chat.send");
    expect(methods).toContain("connect");
  });

  test("the header on the upgrade is as good, and connect stays allowed", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    expect((await client.call("session.list")).ok).toBe(true);
    expect((await client.call("connect")).ok).toBe(true);
  });

  test("with auth off the socket counts as connected", async () => {
    await using doors = await openDoors({ auth: { gateway: { mode: "off" } } });
    using client = await SocketClient.open(doors.url());
    expect((await client.call("session.list")).ok).toBe(true);
    expect((await client.call("connect")).payload).toMatchObject({ auth: { mode: "off", kind: "admin" } });
  });

  test("a password is offered as such", async () => {
    await using doors = await openDoors({ auth: { gateway: { mode: "password", secret: "pw" } } });
    using client = await SocketClient.open(doors.url());
    expect((await client.call("connect", { auth: { password: "pw" } })).ok).toBe(true);
  });

  test("a socket that skipped connect is told so, whatever it asks, and may still connect", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url());
    for (const method of ["session.list", "chat.send", "config.get", "no.such"]) {
      const { error } = await client.call(method, { text: "hi" });
      expect(error?.code).toBe("UNAUTHORIZED");
      expect(error?.message).toContain("not connected");
      expect(error?.message).toContain('"method":"connect"');
    }
    expect(doors.gateway.accepted).toEqual([]);
    expect((await client.call("connect", { auth: { token: TOKEN } })).ok).toBe(true);
  });

  test("a socket that does not connect in time is closed, one that did stays", async () => {
    await using doors = await openDoors();
    using idle = await SocketClient.open(doors.url());
    using connected = await SocketClient.connect(doors.url(), TOKEN);
    using refused = await SocketClient.open(doors.url());
    await refused.call("session.list");
    // Nobody waits any more for the one that has connected.
    expect(doors.clock.sleeping).toBe(2);
    await doors.clock.advance(10_000);
    expect(await idle.closed).toEqual({ code: 4401, reason: "connect did not come in time" });
    expect((await refused.closed).code).toBe(4401);
    expect((await connected.call("session.list")).ok).toBe(true);
  });

  test("a wrong token gets a clear error, then the socket is closed", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url());
    const { error } = await client.call("connect", { auth: { token: "wrong" } });
    expect(error).toMatchObject({ code: "UNAUTHORIZED", retryable: false });
    expect(error?.message).toContain("pi-gw token show");
    expect(await client.closed).toEqual({ code: 4401, reason: "wrong credential" });
  });

  test("tokens cannot be guessed over the socket", async () => {
    await using doors = await openDoors();
    const guess = async (token: string) => {
      using client = await SocketClient.open(doors.url());
      const { error } = await client.call("connect", { auth: { token } });
      return { error, closed: await client.closed };
    };
    for (let i = 0; i < 60; i += 1) await guess(`guess ${i}`);
    const { error, closed } = await guess(TOKEN);
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryable: true, retryAfterMs: 60_000 });
    expect(closed.code).toBe(4429);
    await doors.clock.advance(60_000);
    using client = await SocketClient.connect(doors.url(), TOKEN);
    expect((await client.call("session.list")).ok).toBe(true);
  });

  test("another protocol than ours is refused with ours", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url());
    const { error } = await client.call("connect", { auth: { token: TOKEN }, protocol: 9 });
    expect(error?.message).toContain("speaks 1");
  });

  test("a changed token closes the sockets that came in with the old one", async () => {
    await using doors = await openDoors({
      auth: { gateway: { mode: "token", secret: TOKEN }, browser: { mode: "token", secret: BROWSER_TOKEN } },
    });
    using owner = await SocketClient.connect(doors.url(), TOKEN);
    using visitor = await SocketClient.connect(doors.url(), BROWSER_TOKEN);
    doors.settings.auth = { ...doors.settings.auth, gateway: { mode: "token", secret: "rotated" } };
    doors.recheckClients();
    expect(await owner.closed).toEqual({ code: 4401, reason: "the credential has changed" });
    expect((await visitor.call("chat.history", { sessionKey: "x" })).ok).toBe(true);
  });
});

describe("a client that may only chat", () => {
  const settings = {
    auth: {
      gateway: { mode: "token", secret: TOKEN },
      browser: { mode: "token", secret: BROWSER_TOKEN },
    },
  } as const;

  test("chats in the page's conversations, and reaches nothing else", async () => {
    await using doors = await openDoors(settings);
    using client = await SocketClient.connect(doors.url(), BROWSER_TOKEN);
    expect((await client.call("chat.send", { text: "hi", sessionKey: "mine" })).ok).toBe(true);
    for (const method of ["session.list", "session.get", "session.kill", "config.get", "config.reload"]) {
      expect((await client.call(method, { key: "agent:main:webchat:dm:mine" })).error?.code).toBe(
        "FORBIDDEN",
      );
    }
    const foreign = { sessionKey: "agent:main:telegram:dm:42", text: "hi" };
    for (const method of ["chat.send", "chat.history", "chat.subscribe", "chat.abort", "chat.unsubscribe"]) {
      expect((await client.call(method, foreign)).error?.code).toBe("FORBIDDEN");
    }
    expect(doors.gateway.accepted).toHaveLength(1);
    expect(doors.gateway.aborted).toEqual([]);
  });

  test("needs no credential where the page is open, and can become the owner with one", async () => {
    await using doors = await openDoors({ auth: { ...settings.auth, browser: { mode: "off" } } });
    using client = await SocketClient.open(doors.url());
    expect((await client.call("chat.send", { text: "hi" })).ok).toBe(true);
    expect((await client.call("session.list")).error?.code).toBe("FORBIDDEN");
    expect((await client.call("connect", { auth: { token: TOKEN } })).payload).toMatchObject({
      auth: { kind: "admin" },
    });
    expect((await client.call("session.list")).ok).toBe(true);
  });

  test("does not go on following what it followed as the owner", async () => {
    await using doors = await openDoors(settings);
    using client = await SocketClient.connect(doors.url(), TOKEN);
    const session = doors.gateway.addSession("42", "telegram");
    await client.call("chat.subscribe", { sessionKey: session });
    await client.call("connect", { auth: { token: BROWSER_TOKEN } });
    doors.feed.publish(session, { kind: "said", key: "k", text: "private" });
    await client.call("chat.history", { sessionKey: "x" });
    expect(client.events()).toEqual([]);
  });
});

describe("both forms of a request", () => {
  test("an id comes back as it was; without one the method does", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    client.raw('{"method":"session.list","params":{}}');
    client.raw('{"type":"req","id":7,"method":"session.list"}');
    client.raw('{"method":"session.lst"}');
    expect(await client.next((frame) => frame.method === "session.list")).toMatchObject({
      type: "res",
      method: "session.list",
      ok: true,
      payload: { sessions: [] },
    });
    expect((await client.next((frame) => frame.id === 7)).ok).toBe(true);
    const unknown = await client.next((frame) => frame.method === "session.lst");
    expect(unknown.error).toMatchObject({ code: "UNKNOWN_METHOD", retryable: false });
    expect(unknown.error?.message).toContain("Did you mean session.list?");
  });

  test("methods can be added and taken away while clients are connected", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    const added = doors.methods.register("my.rpc", {
      access: "admin",
      params: anyParams,
      run: (params) => ({ got: params }),
    });
    expect((await client.call("my.rpc", { a: 1 })).payload).toMatchObject({ got: { a: 1 } });
    added[Symbol.dispose]();
    expect((await client.call("my.rpc")).error?.code).toBe("UNKNOWN_METHOD");
  });

  test("an answer that cannot be written as JSON is an error, not silence", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    doors.methods.register("odd", { access: "admin", params: anyParams, run: () => ({ n: 1n }) });
    const { error } = await client.call("odd");
    expect(error?.code).toBe("INTERNAL");
    expect(error?.message).toContain(error?.ref ?? "no ref");
  });
});

describe("bad input gets a clear error, and the gateway stays", () => {
  test("broken JSON is answered, and closes the socket only when it does not stop", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    client.raw("{nonsense");
    const { error } = await client.next((frame) => frame.type === "res");
    expect(error?.code).toBe("BAD_REQUEST");
    expect(error?.message).toContain("not JSON");
    expect((await client.call("session.list")).ok).toBe(true);
    for (let i = 0; i < 50; i += 1) client.raw("[]");
    expect(await client.closed).toEqual({ code: 1008, reason: "too many frames that are no request" });
  });

  test("a binary frame is answered, then the socket is closed with 1003", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    client.raw(new Uint8Array([1, 2, 3]));
    expect((await client.next((frame) => frame.type === "res")).error?.message).toContain("not binary");
    expect((await client.closed).code).toBe(1003);
    expect(doors.clients()).toBe(0);
  });

  test("a frame over the limit closes its socket with 1009, and no other", async () => {
    await using doors = await openDoors({ limits: { frameBytes: 100_000 } });
    using client = await SocketClient.open(doors.url(), bearer);
    using other = await SocketClient.open(doors.url(), bearer);
    client.raw(JSON.stringify({ method: "chat.send", params: { text: "x".repeat(200_000) } }));
    expect((await client.closed).code).toBe(1009);
    expect((await other.call("session.list")).ok).toBe(true);
    expect(doors.gateway.accepted).toEqual([]);
  });

  test("a frame of 100 MB is not taken into memory", async () => {
    await using doors = await openDoors();
    using client = await RawClient.open(doors.port, TOKEN);
    const before = process.memoryUsage().rss;
    client.sendHuge(100 * 1024 * 1024);
    await client.until(() => client.isClosed).catch(() => {});
    expect(client.isClosed).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
    using other = await SocketClient.open(doors.url(), bearer);
    expect((await other.call("session.list")).ok).toBe(true);
  });

  test("before connecting, frames must be short", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url());
    client.raw(JSON.stringify({ method: "connect", params: { auth: { token: "x".repeat(70_000) } } }));
    expect((await client.next((frame) => frame.type === "res")).error?.code).toBe("TOO_LARGE");
    expect((await client.closed).code).toBe(1009);
  });

  test("wrong parameters are named", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    const message = async (method: string, params: unknown) =>
      (await client.call(method, params)).error?.message;
    expect(await message("session.get", {})).toBe("session.get: key: expected string, received undefined");
    expect(await message("chat.history", { sessionKey: "a", limit: 0 })).toContain("chat.history: limit:");
    expect(await message("chat.send", { text: 3 })).toBe("chat.send: text: expected string, received number");
    expect(await message("connect", { auth: { token: 5 } })).toContain(
      "connect: auth.token: expected string",
    );
  });

  test("a method that throws tells a reference, and nothing of what is inside", async () => {
    await using doors = await openDoors();
    using client = await SocketClient.open(doors.url(), bearer);
    doors.methods.register("bug", {
      access: "admin",
      params: anyParams,
      run: () => {
        throw new TypeError("cannot read /home/me/secret");
      },
    });
    const { error } = await client.call("bug");
    expect(error).toMatchObject({ code: "INTERNAL", message: expect.stringMatching(/\(ref \w{4}\)$/) });
  });
});

describe("limits", () => {
  test("a client with too much at work is not read from until half of it is done", async () => {
    await using doors = await openDoors({ limits: { inFlight: 4 } });
    using client = await SocketClient.open(doors.url(), bearer);
    const running: (() => void)[] = [];
    let most = 0;
    doors.methods.register("slow", {
      access: "admin",
      params: anyParams,
      run: () =>
        new Promise<void>((resolve) => {
          running.push(resolve);
          most = Math.max(most, running.length);
        }),
    });
    const progress = { isDone: false };
    const calls = Promise.all(Array.from({ length: 100 }, () => client.call("slow"))).finally(() => {
      progress.isDone = true;
    });
    using other = await SocketClient.open(doors.url(), bearer);
    while (!progress.isDone) {
      await other.call("session.list");
      running.shift()?.();
    }
    const answers = await calls;
    const refused = answers.filter(({ ok }) => !ok);
    // What had been read already when reading stopped is refused, not kept.
    expect(refused.every(({ error }) => error?.code === "BUSY" && error.retryable)).toBe(true);
    expect(most).toBeLessThanOrEqual(17);
  });

  test("a client that is not read from gets nothing started", async () => {
    await using doors = await openDoors({ limits: { inFlight: 4 } });
    using client = await SocketClient.open(doors.url(), bearer);
    using other = await SocketClient.open(doors.url(), bearer);
    const running: (() => void)[] = [];
    doors.methods.register("slow", {
      access: "admin",
      params: anyParams,
      run: () => new Promise<void>((resolve) => running.push(resolve)),
    });
    const first = Array.from({ length: 4 }, () => client.call("slow"));
    while (running.length < 4) await other.call("session.list");
    const fifth = client.call("slow");
    for (let i = 0; i < 20; i += 1) await other.call("session.list");
    expect(running).toHaveLength(4);
    for (const finish of running.splice(0)) finish();
    await Promise.all(first);
    while (running.length === 0) await other.call("session.list");
    running.shift()?.();
    expect((await fifth).ok).toBe(true);
  });

  test("only so many sockets may be open without having connected", async () => {
    await using doors = await openDoors({ limits: { strangers: 2 } });
    using first = await SocketClient.open(doors.url());
    using second = await SocketClient.open(doors.url());
    expect(await caught(SocketClient.open(doors.url()))).toMatchObject({
      message: expect.stringContaining("closed before it opened"),
    });
    using owner = await SocketClient.open(doors.url(), bearer);
    expect((await owner.call("session.list")).ok).toBe(true);
    await first.call("connect", { auth: { token: TOKEN } });
    await second.call("session.list");
    // Whoever has connected takes no place of those who have not.
    using third = await SocketClient.open(doors.url());
    await third.call("session.list");
  });

  test("only so many clients may be connected", async () => {
    await using doors = await openDoors({ limits: { clients: 1 } });
    using first = await SocketClient.open(doors.url(), bearer);
    await first.call("session.list");
    expect(await caught(SocketClient.open(doors.url(), bearer))).toMatchObject({
      message: expect.stringContaining("closed before it opened"),
    });
  });

  test("a client can follow only so many sessions", async () => {
    await using doors = await openDoors({ limits: { followed: 2 } });
    using client = await SocketClient.open(doors.url(), bearer);
    await client.call("chat.subscribe", { sessionKey: "a" });
    await client.call("chat.subscribe", { sessionKey: "b" });
    await client.call("chat.subscribe", { sessionKey: "b" });
    expect((await client.call("chat.subscribe", { sessionKey: "c" })).error?.code).toBe("BUSY");
    await client.call("chat.unsubscribe", { sessionKey: "a" });
    expect((await client.call("chat.subscribe", { sessionKey: "c" })).ok).toBe(true);
  });

  test("a client that left follows nothing", async () => {
    await using doors = await openDoors();
    const client = await SocketClient.open(doors.url(), bearer);
    await client.call("chat.subscribe", { sessionKey: "a" });
    expect(doors.feed.stats()).toMatchObject({ feeds: 1, idle: 0 });
    client.socket.close();
    await client.closed;
    using other = await SocketClient.open(doors.url(), bearer);
    await other.call("session.list");
    expect(doors.feed.stats()).toMatchObject({ feeds: 1, idle: 1 });
  });
});

test("stopping lets what was asked be answered, then says goodbye", async () => {
  await using doors = await openDoors();
  using client = await SocketClient.open(doors.url(), bearer);
  const { promise, resolve } = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  doors.methods.register("slow", {
    access: "admin",
    params: anyParams,
    run: async () => {
      started.resolve();
      await promise;
      return { done: true };
    },
  });
  const call = client.call("slow");
  await started.promise;
  const stopped = doors.http.stop(new AbortController().signal);
  resolve();
  expect((await call).payload).toMatchObject({ done: true });
  expect(await client.closed).toEqual({ code: 1001, reason: "the gateway is stopping" });
  await stopped;
});
