import { describe, expect, test } from "bun:test";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { FeishuWorld, type WorldGiven } from "../feishu-world.ts";

async function openWorld(given: WorldGiven = {}, section = {}) {
  const world = await FeishuWorld.open({ way: "webhook", ...given });
  const anna = world.feishu.addPerson({ name: "Anna" });
  const channel = await world.start(section);
  const chat = anna.dm(world.app);
  const close = () => world[Symbol.asyncDispose]();
  return { world, anna, chat, channel, [Symbol.asyncDispose]: close };
}

/** What the platform sends of a message, in its envelope. */
function eventFor(world: FeishuWorld, more: { header?: object; id?: string } = {}) {
  const { app } = world;
  const id = more.id ?? "om_1";
  return {
    schema: "2.0",
    header: {
      event_id: `e-${id}`,
      event_type: "im.message.receive_v1",
      create_time: "1700000000000",
      token: app.verificationToken,
      app_id: app.appId,
      tenant_key: "t",
      ...more.header,
    },
    event: {
      sender: { sender_id: { open_id: "ou_anna" }, sender_type: "user" },
      message: {
        message_id: id,
        create_time: "1700000000000",
        chat_id: "oc_1",
        chat_type: "p2p",
        message_type: "text",
        content: JSON.stringify({ text: "hi" }),
      },
    },
  };
}

describe("the question whose the address is", () => {
  test.each(["webhook", "token"] as const)("is answered (%s), also while nothing is taken", async (way) => {
    await using opened = await openWorld({ way });
    const { world, channel } = opened;
    expect(await world.feishu.webhooks.verify(world.app)).toBe(true);
    await channel.stop();
    expect(await world.feishu.webhooks.verify(world.app)).toBe(true);
  });

  test("is answered unsigned, to whoever could encrypt it; to nobody else", async () => {
    await using opened = await openWorld();
    const { feishu, app } = opened.world;
    const question = { challenge: "c", token: app.verificationToken, type: "url_verification" };
    const ask = async (manners: object) => (await feishu.webhooks.post(app, question, manners))?.status;
    expect(await ask({ signature: "none" })).toBe(200);
    expect(await ask({ signature: "wrong" })).toBe(401);
    expect(await ask({ encryptKey: "another" })).toBe(401);
    expect(await ask({ isPlain: true })).toBe(401);
    const token = { ...question, token: "another" };
    expect((await feishu.webhooks.post(app, token))?.status).toBe(401);
  });
});

describe("an event", () => {
  test("is Feishu's however its JSON is written: the signature is over the bytes", async () => {
    await using opened = await openWorld();
    const { world, anna, chat } = opened;
    world.feishu.webhooks.manners = { hasOddSpaces: true };
    anna.say(chat, "with spaces");
    expect(await world.host.texts(1)).toEqual(["with spaces"]);
  });

  test("of anybody else is turned away, and nothing of it is taken", async () => {
    await using opened = await openWorld();
    const { world } = opened;
    const { feishu, app, host } = world;
    const event = eventFor(world);
    const post = async (body: object, manners: object = {}) =>
      (await feishu.webhooks.post(app, body, manners))?.status;
    expect(await post(event, { signature: "wrong" })).toBe(401);
    expect(await post(event, { signature: "none" })).toBe(401);
    expect(await post(event, { encryptKey: "another" })).toBe(401);
    expect(await post(event, { isPlain: true })).toBe(401);
    expect(await post(eventFor(world, { header: { app_id: "cli_ffffffffffffffff" } }))).toBe(401);
    expect(await post(eventFor(world, { header: { token: "another" } }))).toBe(401);
    for (const body of ["", "[]", "no json", '{"encrypt":1}', '{"encrypt":"AAAA"}']) {
      expect((await fetch(world.door.url, { method: "POST", body })).status).toBe(401);
    }
    expect(host.received).toEqual([]);
    expect(await post(event)).toBe(200);
    expect(host.received.map(({ text }) => text)).toEqual(["hi"]);
  });

  test("that somebody has kept for more than eight hours is not taken again, and Feishu's own last try is", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world } = opened;
    const at = async (atMs: number, id: string) =>
      (await world.feishu.webhooks.post(world.app, eventFor(world, { id }), { atMs }))?.status;
    expect(await at(clock.now() - 8 * 3_600_000 - 1000, "om_1")).toBe(401);
    expect(await at(clock.now() + 3_601_000, "om_2")).toBe(401);
    expect(await at(clock.now() + 3_599_000, "om_3")).toBe(200);
    // After 15 s, 5 minutes, an hour and six more.
    expect(await at(clock.now() - 25_515_000, "om_4")).toBe(200);
    expect(await at(clock.now() - 25_515_000, "om_3")).toBe(200);
    expect(await at(Number.NaN, "om_5")).toBe(401);
    expect(world.host.received.map(({ id }) => id)).toEqual(["om_3", "om_4"]);
  });

  test("is known by the token where there is no key, and by nothing else", async () => {
    await using opened = await openWorld({ way: "token" });
    const { world } = opened;
    const { feishu, app, host } = world;
    const post = async (header: object) =>
      (await feishu.webhooks.post(app, eventFor(world, { header })))?.status;
    expect(await post({ token: "another" })).toBe(401);
    expect(await post({ token: undefined })).toBe(401);
    expect(await post({ token: "" })).toBe(401);
    expect(host.received).toEqual([]);
    expect(await post({})).toBe(200);
  });

  test("is acknowledged when it is on the disk; without room, or before the start, it comes again", async () => {
    const clock = new FakeClock();
    await using opened = await openWorld({ clock });
    const { world, anna, chat, channel } = opened;
    const { feishu, host, app } = world;
    let refusals = 1;
    host.answer = () => (refusals-- > 0 ? "busy" : "recorded");
    anna.say(chat, "patience");
    await feishu.until(() => feishu.pushes[0]?.atMs.length === 1 && refusals === 0, "the refusal");
    const refused = await fetch(world.door.url, { method: "POST", body: "{}" });
    expect(refused.status).toBe(401);
    await clock.advance(15_000);
    expect(await host.texts(1)).toEqual(["patience"]);
    await channel.stop();
    anna.say(chat, "too late");
    await feishu.until(() => feishu.pushes[1]?.atMs.length === 1, "the second");
    await feishu.until(() => feishu.pendingOf(app).length === 1, "the end of the first");
    await world.started(channel);
    await clock.advance(15_000);
    expect(await host.texts(2)).toEqual(["patience", "too late"]);
  });

  test.each(["websocket", "webhook"] as const)(
    "that answers a message of the bot's is for the bot, also if Feishu does not say at first whose it is (%s)",
    async (way) => {
      const clock = new FakeClock();
      await using opened = await openWorld({ clock, way }, { groupPolicy: "open" });
      const { world, anna, channel } = opened;
      const { feishu, app, host } = world;
      const group = feishu.addGroup({ name: "Team", members: [anna], apps: [app] });
      const signal = new AbortController().signal;
      const question = { kind: "text", markdown: "Tea or coffee?" } as const;
      await channel.send(channel.addressOf(group.id), question, { nonce: "1", style: "rich", signal });
      await world.stopped(channel);
      // Another process: it has not heard what this one has said.
      await world.start({ groupPolicy: "open" });
      feishu.faults.add({ kind: "5xx", match: { method: "im.message.get" } });
      anna.reply(group.last(app)!, "tea");
      const againMs = clock.now() + 15_000;
      await feishu.until(() => feishu.faults.left.length === 0 && clock.nextDueAtMs === againMs);
      expect(host.received).toEqual([]);
      await clock.advance(15_000);
      expect(await host.texts(1)).toEqual(["tea"]);
      expect(host.received[0]).toMatchObject({ isForBot: true, replyTo: { text: "Tea or coffee?" } });
    },
  );

  test("that is no event at all is a bad request, of whoever knows the secrets", async () => {
    await using opened = await openWorld();
    const { feishu, app } = opened.world;
    expect((await feishu.webhooks.post(app, { hello: 1, token: app.verificationToken }))?.status).toBe(400);
  });
});

describe("a pressed button in the older shape", () => {
  test("is signed with the token; another signature is turned away", async () => {
    await using opened = await openWorld();
    const { world } = opened;
    const { feishu, app, host } = world;
    app.cardShape = "v1";
    const press = {
      open_id: "ou_anna",
      open_message_id: "om_1",
      open_chat_id: "oc_1",
      token: "c-1",
      action: {},
    };
    const post = async (manners: object) => (await feishu.webhooks.post(app, press, manners, "card"))?.status;
    expect(await post({ signature: "wrong" })).toBe(401);
    expect(await post({ signature: "none" })).toBe(401);
    expect(await post({})).toBe(200);
    expect(host.reported).toEqual([]);
  });

  test("is turned away where there is only a key, with which it is not signed", async () => {
    await using opened = await openWorld({}, { verificationToken: undefined });
    const { world } = opened;
    const press = { open_id: "ou_anna", open_message_id: "om_1", token: "c-1", action: {} };
    expect((await world.feishu.webhooks.post(world.app, press, {}, "card"))?.status).toBe(401);
  });
});
