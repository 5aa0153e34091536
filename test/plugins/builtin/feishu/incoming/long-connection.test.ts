import { describe, expect, test } from "bun:test";
import { createServer, connect, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { LongConnection } from "../../../../../src/plugins/builtin/feishu/incoming/long-connection.ts";
import { Connection } from "../../../../../src/plugins/connection.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { keepLines } from "../../../../fakes/log-lines.ts";
import { FeishuWorld } from "../feishu-world.ts";

async function openWorld(given = {}) {
  const world = await FeishuWorld.open(given);
  const anna = world.feishu.addPerson({ name: "Anna" });
  return { world, anna, chat: anna.dm(world.app), [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe("an event", () => {
  test("is acknowledged when it is on the disk, and not before", async () => {
    await using opened = await openWorld();
    const { world, anna, chat } = opened;
    const { feishu, host, app } = world;
    const stored = Promise.withResolvers<"recorded">();
    host.answer = () => stored.promise;
    await world.start();
    anna.say(chat, "hi");
    const isAsked = Promise.withResolvers<void>();
    host.answer = () => (isAsked.resolve(), stored.promise);
    await Promise.race([isAsked.promise, new Promise((resolve) => setTimeout(resolve, 200))]);
    expect(feishu.pendingOf(app)).toHaveLength(1);
    stored.resolve("recorded");
    await feishu.until(() => feishu.pendingOf(app).length === 0, "the acknowledgement");
    expect(feishu.pushes.map(({ atMs }) => atMs.length)).toEqual([1]);
  });

  test("that the gateway has no room for comes again, and so does one whose acknowledgement is lost", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world, anna, chat } = opened;
    const { feishu, host, app } = world;
    let refusals = 1;
    host.answer = () => (refusals-- > 0 ? "busy" : "recorded");
    await world.start();
    feishu.faults.add({ kind: "drop-after", match: { method: "push", nth: 2 } });
    anna.say(chat, "patience");
    await feishu.until(() => refusals === 0, "the refusal");
    await clock.advance(15_000);
    expect(await host.texts(1)).toEqual(["patience"]);
    await clock.advance(300_000);
    await feishu.until(() => feishu.pendingOf(app).length === 0, "the acknowledgement");
    expect(feishu.pushes[0]?.atMs).toHaveLength(3);
    expect(host.received).toHaveLength(1);
  });

  test.each(["forward", "backward", "shuffled"] as const)(
    "that comes in pieces, %s, is one",
    async (order) => {
      await using opened = await openWorld();
      const { world, anna, chat } = opened;
      world.app.fragmentation = { bytes: 50, order };
      await world.start();
      const text = "多字节的字符 ".repeat(40).trim();
      anna.say(chat, text);
      expect(await world.host.texts(1)).toEqual([text]);
    },
  );

  test("that nobody knows, or that cannot be read, is left out and holds nobody up", async () => {
    await using opened = await openWorld();
    const { world, anna, chat } = opened;
    const { feishu, host, app } = world;
    await world.start();
    feishu.world.send({ app, type: "im.chat.updated_v1", event: { chat_id: chat.id }, room: chat });
    feishu.world.send({ app, type: "im.message.receive_v1", event: {}, room: chat });
    anna.say(chat, "next");
    expect(await host.texts(1)).toEqual(["next"]);
    await feishu.until(() => feishu.pendingOf(app).length === 0, "the acknowledgements");
    expect(host.lines.filter(({ level }) => level === "error")).toMatchObject([
      { type: "im.message.receive_v1" },
    ]);
  });

  test("is taken in the order of its chat, although a question about the first takes its time", async () => {
    await using opened = await openWorld();
    const { world, anna, chat } = opened;
    const { feishu, host } = world;
    feishu.faults.add({ kind: "slow", ms: 300, match: { method: "contact.user.get" } });
    await world.start();
    anna.say(chat, "first");
    anna.say(chat, "second");
    expect(await host.texts(2)).toEqual(["first", "second"]);
  });

  test("does not wait longer than Feishu does for the name of its sender", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world, anna, chat } = opened;
    const { feishu, host } = world;
    feishu.faults.add({ kind: "half-open", match: { method: "contact.user.get" } });
    await world.start();
    anna.say(chat, "hi");
    await feishu.until(() => feishu.calls.of({ method: "contact.user.get" }).length === 1);
    await clock.advance(1500);
    expect(await host.texts(1)).toEqual(["hi"]);
    expect(host.received[0]?.sender.name).toBe(anna.openIdIn(world.app).slice(3, 11));
  });
});

describe("the line", () => {
  test.each(["kill", "close"] as const)(
    "that is lost (%s) is opened again, and nothing is lost with it",
    async (how) => {
      const clock = new FakeClock();
      await using opened = await openWorld({ clock });
      const { world, anna, chat } = opened;
      const { feishu, host, app } = world;
      const channel = await world.start();
      feishu.connections.of(app)[0]?.[how]();
      await feishu.until(() => channel.status().state === "connecting", "the loss");
      expect(channel.status().lastError).toBe("The connection to Feishu broke off (the connection ended).");
      anna.say(chat, "still there?");
      await clock.advance(1000);
      await feishu.untilConnected(app);
      await clock.advance(15_000);
      expect(await host.texts(1)).toEqual(["still there?"]);
      await feishu.until(() => channel.status().state === "connected", "the connection");
    },
  );

  test("on which nothing is heard any more is given up when a ping has no answer", async () => {
    await using opened = await openWorld();
    const { world, anna, chat } = opened;
    const { feishu, host, app } = world;
    feishu.connections.config.PingInterval = 0.3;
    await world.start({}, { pingTimeoutMs: 100 });
    const [first] = feishu.connections.of(app);
    if (first) first.isHalfOpen = true;
    await feishu.until(() => feishu.connections.of(app).some((one) => one !== first), "another connection");
    anna.say(chat, "hello again");
    expect(await host.texts(1)).toEqual(["hello again"]);
  });

  test("is tried for, longer and longer, until Feishu answers", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world } = opened;
    const { feishu, app } = world;
    feishu.faults.add({ kind: "502-html", match: { method: "ws.endpoint" }, times: 6 });
    const channel = world.channel();
    await channel.start(world.host);
    const tries = () => feishu.calls.of({ method: "ws.endpoint" }).length;
    const waits: number[] = [];
    for (let count = 1; count <= 6; count++) {
      await feishu.until(() => tries() === count && clock.sleeping > 0, `try ${count}`);
      // The SDK's own next try would be one too many.
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(tries()).toBe(count);
      expect(feishu.connections.of(app)).toHaveLength(0);
      const waitMs = (clock.nextDueAtMs ?? 0) - clock.now();
      waits.push(waitMs);
      await clock.advance(waitMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
    await feishu.untilConnected(app);
    await feishu.until(() => channel.status().state === "connected", "the connection");
  });

  test("is tried for anew when Feishu does not say in time where to connect", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world } = opened;
    const { feishu, app } = world;
    feishu.faults.add({ kind: "half-open", match: { method: "ws.endpoint" } });
    // Enough for the calls before, on a slow machine as well.
    const channel = world.channel({}, { callLimitMs: 1000 });
    await channel.start(world.host);
    await feishu.until(() => channel.status().lastError === "Feishu did not answer in time.", "the loss");
    await clock.advance(1000);
    await feishu.untilConnected(app);
  });

  test("that is refused where the first answer leads to is asked for anew", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world } = opened;
    const { feishu, app } = world;
    feishu.connections.refusesHandshakes = true;
    // The SDK itself would wait as long.
    feishu.connections.config.ReconnectNonce = 3000;
    const channel = world.channel();
    await channel.start(world.host);
    await feishu.until(() => channel.status().lastError?.includes("refused"), "the refusal");
    feishu.connections.refusesHandshakes = false;
    await clock.advance(1000);
    await feishu.untilConnected(app);
  });

  test("goes through the proxy, and the environment's where the account has none", async () => {
    for (const from of ["account", "environment"] as const) {
      await using proxy = await startProxy();
      await using opened = await openWorld();
      const { world, anna, chat } = opened;
      if (from === "environment") world.host.proxyFor = () => proxy.url;
      await world.start(from === "account" ? { proxy: proxy.url } : {});
      anna.say(chat, "hi");
      expect(await world.host.texts(1)).toEqual(["hi"]);
      const { appId, appSecret } = world.app;
      const endpoint = world.feishu.connections.endpoint(appId, appSecret) as { data: { URL: string } };
      expect(proxy.tunnels).toContain(new URL(endpoint.data.URL).port);
    }
  });
});

describe("what ends it", () => {
  test("a secret that Feishu does not know is one sentence, and the account stops", async () => {
    await using opened = await openWorld();
    const { world } = opened;
    const channel = world.channel({}, { appSecret: "wrong" });
    await channel.start(world.host);
    await world.feishu.until(() => channel.status().state === "failed", "the failure");
    expect(channel.status().lastError).toContain("Feishu does not know the app by its appId and appSecret");
    expect(world.host.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    await channel.stop();
  });

  test("so is a secret that is changed while the line is open", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world } = opened;
    const { feishu, app } = world;
    const channel = await world.start();
    app.appSecret = "another";
    feishu.connections.of(app)[0]?.kill();
    await feishu.until(() => channel.status().state === "connecting", "the loss");
    await clock.advance(1000);
    await feishu.until(() => channel.status().state === "failed", "the failure");
    expect(channel.status().lastError).toContain("copy both from the developer console");
  });

  test("too many connections are said so, and waited for", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world } = opened;
    const { feishu, app } = world;
    feishu.connections.mostConnections = 0;
    const channel = world.channel();
    await channel.start(world.host);
    await feishu.until(() => channel.status().state === "failed", "the failure");
    expect(channel.status().lastError).toContain("each event goes to one of them");
    expect((await channel.findings()).find(({ level }) => level === "error")?.text).toContain(
      "other programs",
    );
    feishu.connections.mostConnections = 50;
    await clock.advance(60_000);
    await feishu.untilConnected(app);
    await feishu.until(() => channel.status().state === "connected", "the connection");
  });

  test("a stop acknowledges what was taken, takes nothing more, and leaves no connection", async () => {
    await using opened = await openWorld();
    const { world, anna, chat } = opened;
    const { feishu, host, app } = world;
    const stored = Promise.withResolvers<"recorded">();
    const isAsked = Promise.withResolvers<void>();
    host.answer = () => (isAsked.resolve(), stored.promise);
    const channel = await world.start();
    anna.say(chat, "last");
    await isAsked.promise;
    const stopped = channel.stop();
    anna.say(chat, "too late");
    stored.resolve("recorded");
    await stopped;
    await feishu.untilConnected(app, 0);
    expect(host.received.map(({ text }) => text)).toEqual(["last"]);
    expect(feishu.pushes[0]?.state).toBe("taken");
    expect(feishu.pendingOf(app)).toHaveLength(1);
  });
});

test("a stop ends the question where to connect, which Feishu may take its time for", async () => {
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  await using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ signal }) => {
      asked.resolve();
      signal.addEventListener("abort", () => gone.resolve());
      return new Promise<Response>(() => {});
    },
  });
  const clock = new FakeClock();
  const line = new LongConnection({
    line: { appId: "cli_0123456789abcdef", appSecret: "s", domain: server.url.origin, callLimitMs: 120_000 },
    intake: { take: async () => "taken" },
    connection: new Connection(clock),
    clock,
    log: keepLines().log,
    onEvent: () => {},
  });
  const stop = new AbortController();
  const ended = line.run(stop.signal);
  await asked.promise;
  stop.abort();
  await ended;
  await gone.promise;
});

/** A proxy that lets everything through, and writes down to which ports. */
async function startProxy() {
  const tunnels: string[] = [];
  const server: Server = createServer((client) => {
    client.on("error", () => {});
    client.once("data", (head) => {
      const [, host = "", port = ""] =
        /^(?:CONNECT |\w+ http:\/\/)([^:/]+):(\d+)/.exec(head.toString()) ?? [];
      tunnels.push(port);
      const isTunnel = head.toString().startsWith("CONNECT");
      const up = connect(Number(port), host, () => {
        if (isTunnel) client.write("HTTP/1.1 200 OK\r\n\r\n");
        else up.write(head);
        up.pipe(client);
        client.pipe(up);
      });
      up.on("error", () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    tunnels,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
