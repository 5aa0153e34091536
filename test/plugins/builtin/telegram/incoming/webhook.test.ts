import { describe, expect, test } from "bun:test";
import type { Update } from "grammy/types";
import { Connection } from "../../../../../src/plugins/connection.ts";
import type { WebhookWish } from "../../../../../src/plugins/builtin/telegram/incoming/bot-calls.ts";
import { Webhook } from "../../../../../src/plugins/builtin/telegram/incoming/webhook.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { keepLines } from "../../../../fakes/log-lines.ts";

const URL_ = "https://example.com/telegram/work";
const KINDS = ["message", "edited_message"] as const;

/** A webhook at a platform that remembers what it was told, as the store does. */
function webhookAt(given: { secret?: string; kept?: Map<string, string>; set?: WebhookWish } = {}) {
  const clock = new FakeClock();
  const kept = given.kept ?? new Map<string, string>();
  const { log, lines } = keepLines();
  const world = {
    set: given.set,
    told: [] as WebhookWish[],
    failures: [] as Error[],
    take: async (_update: Update): Promise<"taken" | "busy"> => "taken",
  };
  const calls = {
    getWebhookInfo: async () => {
      const failure = world.failures.shift();
      if (failure) throw failure;
      const { url = "", kinds } = world.set ?? {};
      return {
        url,
        has_custom_certificate: false,
        pending_update_count: 0,
        ...(kinds ? { allowed_updates: [...kinds] } : {}),
      };
    },
    setWebhook: async (wish: WebhookWish) => {
      world.told.push(wish);
      world.set = wish;
    },
  };
  const connection = new Connection(clock);
  const state = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: string) => void kept.set(key, value),
  };
  const stop = new AbortController();
  const intake = { take: (update: Update) => world.take(update) };
  const place = { url: URL_, secret: given.secret };
  const webhook = new Webhook({ calls, intake, connection, kinds: KINDS, clock, log, state, place });
  const ended = webhook.run(stop.signal);
  const bring = async (body: unknown, secret?: string) =>
    webhook.answer({
      headers: new Headers(
        secret === undefined ? {} : { "x-telegram-bot-api-secret-token": secret },
      ) as never,
      json: () => body,
    });
  const end = async () => {
    stop.abort();
    await ended;
  };
  return { world, clock, kept, connection, lines, bring, end };
}

describe("Telegram is told where to call", () => {
  test("with the secret of the configuration, and what it is to tell", async () => {
    const { world, clock, connection, end } = webhookAt({ secret: "s3cret" });
    await clock.advance(0);
    expect(world.told).toEqual([{ url: URL_, secret: "s3cret", kinds: KINDS }]);
    expect(connection.status().state).toBe("connected");
    await end();
  });

  test("once: a restart with the same configuration says nothing", async () => {
    const first = webhookAt();
    await first.clock.advance(0);
    await first.end();
    const [set] = first.world.told;
    const second = webhookAt({ kept: first.kept, ...(set ? { set } : {}) });
    await second.clock.advance(0);
    expect(second.world.told).toEqual([]);
    await second.end();
  });

  test("again where the address, the secret or the kinds of updates are others", async () => {
    const first = webhookAt({ secret: "one" });
    await first.clock.advance(0);
    await first.end();
    const set = first.world.told[0] as WebhookWish;
    const changed = { url: { ...set, url: "https://else.example/" }, kinds: { ...set, kinds: [] as const } };
    for (const now of [changed.url, changed.kinds]) {
      const next = webhookAt({ secret: "one", kept: new Map(first.kept), set: now });
      await next.clock.advance(0);
      expect(next.world.told).toHaveLength(1);
      await next.end();
    }
    const other = webhookAt({ secret: "two", kept: new Map(first.kept), set });
    await other.clock.advance(0);
    expect(other.world.told).toMatchObject([{ secret: "two" }]);
    await other.end();
  });

  test("again where somebody has taken it away meanwhile", async () => {
    const { world, clock, end } = webhookAt();
    await clock.advance(0);
    world.set = undefined;
    await clock.advance(600_000);
    expect(world.told).toHaveLength(2);
    await end();
  });

  test("with a secret of our own where none is configured, the same after a restart", async () => {
    const first = webhookAt();
    await first.clock.advance(0);
    await first.end();
    const secret = first.world.told[0]?.secret ?? "";
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const second = webhookAt({ kept: first.kept });
    await second.clock.advance(0);
    expect(second.world.told[0]?.secret).toBe(secret);
    await second.end();
  });

  test("as soon as it can be reached", async () => {
    const { world, clock, connection, end } = webhookAt();
    world.failures.push(new CallFailure("not-sent", "ECONNREFUSED"));
    await clock.advance(0);
    expect(connection.status()).toMatchObject({ state: "connecting" });
    await clock.advance(1000);
    expect(world.told).toHaveLength(1);
    expect(connection.status()).toMatchObject({ state: "connected" });
    await end();
  });
});

describe("an update that is brought", () => {
  test("is acknowledged once it is on the disk", async () => {
    const { world, clock, bring, end } = webhookAt({ secret: "s" });
    await clock.advance(0);
    const isOnDisk = Promise.withResolvers<"taken">();
    world.take = () => isOnDisk.promise;
    let isAnswered = false;
    const answer = bring({ update_id: 1 }, "s").finally(() => (isAnswered = true));
    await clock.advance(0);
    expect(isAnswered).toBe(false);
    isOnDisk.resolve("taken");
    const { status } = await answer;
    expect(status).toBe(200);
    await end();
  });

  test("is turned away without the secret, and not looked at", async () => {
    const { world, clock, bring, end } = webhookAt({ secret: "secret" });
    let taken = 0;
    world.take = async () => (++taken, "taken");
    await clock.advance(0);
    for (const wrong of [undefined, "", "secre", "secret2", "SECRET"]) {
      expect((await bring({ update_id: 1 }, wrong)).status).toBe(401);
    }
    expect(taken).toBe(0);
    await end();
  });

  test("is to come again where the gateway has no room", async () => {
    const { world, clock, bring, end } = webhookAt({ secret: "s" });
    world.take = async () => "busy";
    await clock.advance(0);
    const { status, headers } = await bring({ update_id: 1 }, "s");
    expect(status).toBe(503);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    await end();
  });

  test("is none if it is not one", async () => {
    const { clock, bring, end } = webhookAt({ secret: "s" });
    await clock.advance(0);
    for (const body of [null, 1, "x", [], {}]) expect((await bring(body, "s")).status).toBe(400);
    await end();
  });

  test("is to come again after a stop, which waits for what is being taken", async () => {
    const { world, clock, bring, end } = webhookAt({ secret: "s" });
    await clock.advance(0);
    const isOnDisk = Promise.withResolvers<"taken">();
    world.take = () => isOnDisk.promise;
    const open = bring({ update_id: 1 }, "s");
    let hasEnded = false;
    const ending = end().finally(() => (hasEnded = true));
    await clock.advance(0);
    expect((await bring({ update_id: 2 }, "s")).status).toBe(503);
    expect(hasEnded).toBe(false);
    isOnDisk.resolve("taken");
    expect((await open).status).toBe(200);
    await ending;
  });
});
