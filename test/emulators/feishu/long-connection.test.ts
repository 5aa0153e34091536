import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { headerOf } from "./frame.ts";
import { startFeishu, type AppAccount, type FeishuServer } from "./index.ts";
import { openLine, PING, type Line } from "./open-line.ts";

async function open() {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  return { clock, feishu, app, anna, chat, [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose]() };
}

async function endpoint(feishu: FeishuServer, AppID: string, AppSecret: string) {
  const response = await fetch(`${feishu.url}/callback/ws/endpoint`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ AppID, AppSecret }),
  });
  return (await response.json()) as {
    code: number;
    msg: string;
    data: { URL: string; ClientConfig: object };
  };
}

const textsOf = ({ heard }: Line) =>
  heard.map(({ event }) => JSON.parse((event["message"] as { content: string }).content).text);

/** Moves time on in small steps until something has come to pass. */
async function pass(
  feishu: FeishuServer,
  clock: FakeClock,
  ms: number,
  isDone: () => boolean,
): Promise<void> {
  await clock.advance(ms);
  await feishu.until(isDone);
}

test("whoever asks where to connect is told so, with the times to keep; who may not is told why", async () => {
  await using world = await open();
  const { feishu, app } = world;
  const told = await endpoint(feishu, app.appId, app.appSecret);
  expect(told).toMatchObject({
    code: 0,
    data: {
      ClientConfig: { ReconnectCount: -1, ReconnectInterval: 120, ReconnectNonce: 30, PingInterval: 120 },
    },
  });
  expect(told.data.URL).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws\/v2\?.+&service_id=\d+&/);
  const invalid = { code: 1_000_040_345, msg: "app_id or app_secret is invalid", data: {} };
  expect(await endpoint(feishu, app.appId, "wrong")).toEqual(invalid as never);
  expect(await endpoint(feishu, "my-app", app.appSecret)).toEqual(invalid as never);
  app.isPublished = false;
  expect(await endpoint(feishu, app.appId, app.appSecret)).toMatchObject({ code: 1_000_040_345 });
});

test("a way in is good once, and an app has no more than fifty connections", async () => {
  await using world = await open();
  const { feishu, app } = world;
  const lines: Line[] = [];
  const { data } = await endpoint(feishu, app.appId, app.appSecret);
  while (lines.length < 50) lines.push(await openLine(feishu, app));
  expect(await endpoint(feishu, app.appId, app.appSecret)).toMatchObject({
    code: 1_000_040_350,
    msg: "the number of connections exceeded the limit",
  });
  const refused = await fetch(data.URL.replace("ws:", "http:"));
  expect(refused.status).toBe(403);
  expect(refused.headers.get("handshake-status")).toBe("514");
  expect(refused.headers.get("handshake-autherrcode")).toBe("1000040350");
  const again = await fetch(data.URL.replace("ws:", "http:"));
  expect(again.headers.get("handshake-status")).toBe("403");
  const other = feishu.addApp({ name: "Other" });
  expect(await endpoint(feishu, other.appId, other.appSecret)).toMatchObject({ code: 0 });
  for (const line of lines) await line[Symbol.asyncDispose]();
});

test("a ping is answered with the times to keep from now on", async () => {
  await using world = await open();
  const { feishu, app } = world;
  await using line = await openLine(feishu, app);
  feishu.connections.config.PingInterval = 7;
  line.send(PING);
  await feishu.until(() => line.frames.length === 1);
  const [pong] = line.frames;
  expect(pong && headerOf(pong, "type")).toBe("pong");
  expect(JSON.parse(new TextDecoder().decode(pong?.payload))).toMatchObject({ PingInterval: 7 });
  expect(feishu.connections.of(app)[0]?.pings).toBe(2);
});

test("an event that is acknowledged comes once, with an envelope of version 2", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  await using line = await openLine(feishu, app);
  anna.say(chat, "hello");
  await feishu.until(() => feishu.pushes[0]?.state === "taken");
  await clock.advance(100_000_000);
  expect(textsOf(line)).toEqual(["hello"]);
  expect(feishu.pushes[0]?.body).toMatchObject({
    schema: "2.0",
    header: {
      event_id: line.heard[0]?.eventId,
      event_type: "im.message.receive_v1",
      app_id: app.appId,
      token: app.verificationToken,
      create_time: String(feishu.pushes[0]?.atMs[0]),
    },
  });
});

test("what is not acknowledged within three seconds comes again after 15 s, 5 min, 1 h and 6 h, then no more", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  await using line = await openLine(feishu, app);
  line.answer = () => undefined;
  const beganMs = clock.now();
  anna.say(chat, "hello");
  const pauses = [15_000, 300_000, 3_600_000, 21_600_000];
  for (const [index, pauseMs] of pauses.entries()) {
    await feishu.until(() => line.heard.length === index + 1);
    await clock.advance(3000 + pauseMs - 1);
    expect(feishu.pushes[0]?.atMs).toHaveLength(index + 1);
    await clock.advance(1);
  }
  await feishu.until(() => line.heard.length === 5);
  await clock.advance(3000);
  expect(feishu.pushes[0]).toMatchObject({ state: "given up" });
  await clock.advance(100_000_000);
  expect(feishu.pushes[0]?.atMs.map((at) => at - beganMs)).toEqual([
    0, 18_000, 321_000, 3_924_000, 25_527_000,
  ]);
  expect(new Set(line.heard.map(({ eventId }) => eventId)).size).toBe(1);
});

test("an event that is refused, or finds no connection, or whose connection breaks, comes again as well", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  anna.say(chat, "nobody there");
  await feishu.until(() => clock.sleeping === 1);
  await using line = await openLine(feishu, app);
  line.answer = () => ({ code: 500 });
  await pass(feishu, clock, 15_000, () => line.heard.length === 1 && clock.sleeping === 1);
  line.answer = () => {
    feishu.connections.of(app)[0]?.kill();
    return undefined;
  };
  await pass(feishu, clock, 300_000, () => feishu.connections.of(app).length === 0 && clock.sleeping === 1);
  await using second = await openLine(feishu, app);
  await pass(feishu, clock, 3_600_000, () => feishu.pushes[0]?.state === "taken");
  expect([textsOf(line), textsOf(second)]).toEqual([["nobody there", "nobody there"], ["nobody there"]]);
  expect(feishu.pendingOf(app)).toEqual([]);
});

test("of several connections one gets an event, now this one and now that", async () => {
  await using world = await open();
  const { feishu, app, anna, chat } = world;
  await using one = await openLine(feishu, app);
  await using two = await openLine(feishu, app);
  for (let count = 0; count < 20; count++) anna.say(chat, String(count));
  await feishu.until(() => feishu.pushes.length === 20 && feishu.pendingOf(app).length === 0);
  const all = [...textsOf(one), ...textsOf(two)];
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  expect(one.heard.length).toBeGreaterThan(3);
  expect(two.heard.length).toBeGreaterThan(3);
});

test("a connection on which nothing is heard any more still gets events, which come again elsewhere", async () => {
  await using world = await open();
  const { feishu, app, anna, chat, clock } = world;
  await using line = await openLine(feishu, app);
  const [connection] = feishu.connections.of(app);
  if (connection) connection.isHalfOpen = true;
  anna.say(chat, "hello");
  await clock.advance(3000);
  expect(line.frames).toEqual([]);
  line.send(PING);
  await using second = await openLine(feishu, app);
  connection?.kill();
  await line.closed;
  await pass(feishu, clock, 15_000, () => second.heard.length === 1);
  expect(connection?.pings).toBe(1);
});

test.each(["forward", "backward", "shuffled"] as const)(
  "a large event comes in pieces, %s",
  async (order) => {
    await using world = await open();
    const { feishu, app, anna, chat } = world;
    app.fragmentation = { bytes: 100, order };
    await using line = await openLine(feishu, app);
    const words = "字🙂".repeat(200);
    anna.say(chat, words);
    await feishu.until(() => feishu.pushes[0]?.state === "taken");
    expect(textsOf(line)).toEqual([words]);
    const places = line.frames.map((frame) => Number(headerOf(frame, "seq")));
    const sorted = places.toSorted((a, b) => a - b);
    expect(places.length).toBeGreaterThan(10);
    if (order === "forward") expect(places).toEqual(sorted);
    else if (order === "backward") expect(places).toEqual(sorted.toReversed());
    else expect(places).not.toEqual(sorted);
  },
);

test("a frame that is none, or an answer that does not say how long it took, fails the test", async () => {
  const feishu = await startFeishu({ clock: new FakeClock() });
  const app: AppAccount = feishu.addApp({ name: "Bot" });
  const line = await openLine(feishu, app);
  line.send({ seqId: 0n, logId: 0n, service: 1, method: 0, headers: [["type", "ping"]] });
  line.send({ seqId: 0n, logId: 0n, service: 1, method: 1, headers: [["type", "event"]] });
  line.send({ seqId: 0n, logId: 0n, service: 1, method: 2, headers: [["biz_rt", "1"]] });
  await feishu.until(() => feishu.world.complaints.length === 3);
  await line[Symbol.asyncDispose]();
  await expect(feishu[Symbol.asyncDispose]()).rejects.toThrow("names service 1");
});
