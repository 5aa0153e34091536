import { describe, expect, test } from "bun:test";
import { GrammyError } from "grammy";
import type { Update } from "grammy/types";
import type { BotCalls } from "../../../../../src/plugins/builtin/telegram/incoming/bot-calls.ts";
import { Connection } from "../../../../../src/plugins/connection.ts";
import { HAS_RIVAL, Poll } from "../../../../../src/plugins/builtin/telegram/incoming/poll.ts";
import { TOKEN_REFUSED } from "../../../../../src/plugins/builtin/telegram/incoming/reconnect-words.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { keepLines } from "../../../../fakes/log-lines.ts";

type Answer = readonly Update[] | Error | "never";
type Asked = Parameters<BotCalls["getUpdates"]>[0];

const updates = (...ids: readonly number[]): Update[] => ids.map((update_id) => ({ update_id }));

function refusal(error_code: number, description: string, parameters = {}): GrammyError {
  return new GrammyError("refused", { ok: false, error_code, description, parameters }, "getUpdates", {});
}

/** A poll against a platform that gives these answers, one each, and then has nothing to tell. */
function pollOver(...answers: readonly Answer[]) {
  const clock = new FakeClock();
  const connection = new Connection(clock);
  const { log, lines } = keepLines();
  const waiting = [...answers];
  const asked: Asked[] = [];
  const taken: number[] = [];
  const world = {
    webhook: "",
    deleted: 0,
    take: async (update: Update): Promise<"taken" | "busy"> => {
      taken.push(update.update_id);
      return "taken";
    },
  };
  const calls = {
    getUpdates: (given: Asked, _kinds: unknown, signal: AbortSignal) => {
      asked.push(given);
      const answer = waiting.shift() ?? "never";
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer !== "never") return Promise.resolve(answer);
      return new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(new CallFailure("stopped", "ended")));
      });
    },
    getWebhookInfo: async () => ({
      url: world.webhook,
      has_custom_certificate: false,
      pending_update_count: 0,
    }),
    deleteWebhook: async () => {
      world.webhook = "";
      world.deleted += 1;
    },
  };
  const stop = new AbortController();
  const intake = { take: (update: Update) => world.take(update) };
  const poll = new Poll({ calls, intake, connection, kinds: ["message"], clock, log });
  const ended = poll.run(stop.signal);
  const offsets = () => asked.map(({ offset }) => offset);
  const end = async () => {
    stop.abort();
    await ended;
  };
  return { world, clock, connection, lines, asked, offsets, taken, ended, end };
}

test("each poll confirms what is on the disk, and nothing else", async () => {
  const { clock, asked, taken, end } = pollOver(updates(5, 6), updates(9));
  await clock.advance(0);
  expect(taken).toEqual([5, 6, 9]);
  expect(asked).toEqual([
    { limit: 100, timeout: 30 },
    { offset: 7, limit: 100, timeout: 30 },
    { offset: 10, limit: 100, timeout: 30 },
  ]);
  await end();
  // The poll that was open has told Telegram everything.
  expect(asked).toHaveLength(3);
});

test("what the gateway has no room for is handed to it again, and not confirmed before", async () => {
  const { world, clock, offsets, end } = pollOver(updates(5, 6));
  const tries: number[] = [];
  let isBusy = true;
  world.take = async ({ update_id }) => {
    tries.push(update_id);
    return isBusy ? "busy" : "taken";
  };
  await clock.advance(2500);
  expect(tries).toEqual([5, 5, 5]);
  expect(offsets()).toEqual([undefined]);
  isBusy = false;
  await clock.advance(1000);
  expect(tries).toEqual([5, 5, 5, 5, 6]);
  expect(offsets()).toEqual([undefined, 7]);
  await end();
});

test("a stop while the gateway has no room confirms only what was taken", async () => {
  const { world, clock, asked, end } = pollOver(updates(5, 6), []);
  world.take = async ({ update_id }) => (update_id === 5 ? "taken" : "busy");
  await clock.advance(0);
  await end();
  expect(asked.slice(1)).toEqual([{ offset: 6, limit: 1, timeout: 0 }]);
});

test("a stop before anything was taken confirms nothing", async () => {
  const { world, clock, asked, end } = pollOver(updates(5, 6));
  world.take = async () => "busy";
  await clock.advance(0);
  await end();
  expect(asked).toHaveLength(1);
});

test("a fault of the gateway costs one message after several tries, and never the ones behind it", async () => {
  const { world, clock, offsets, lines, end } = pollOver(updates(5, 6));
  const taken: number[] = [];
  world.take = async ({ update_id }) => {
    if (update_id === 5) throw new TypeError("broken");
    taken.push(update_id);
    return "taken";
  };
  await clock.advance(10_000);
  expect(taken).toEqual([6]);
  expect(offsets().at(-1)).toBe(7);
  expect(lines.filter(({ level }) => level === "error")).toHaveLength(5);
  await end();
});

test("a stop ends the open poll, and no further one is made", async () => {
  const { clock, asked, connection, ended, end } = pollOver();
  await clock.advance(0);
  expect(asked).toHaveLength(1);
  await end();
  await ended;
  expect(asked).toHaveLength(1);
  expect(clock.sleeping).toBe(0);
  expect(connection.status().lastError).toBeUndefined();
});

test("a poll on a dead line is replaced ten seconds after its time", async () => {
  const { clock, asked, connection, taken, end } = pollOver("never", updates(5));
  await clock.advance(39_999);
  expect(asked).toHaveLength(1);
  await clock.advance(1);
  expect(connection.status()).toMatchObject({
    state: "connecting",
    lastError: "Telegram did not answer in time.",
  });
  await clock.advance(1000);
  expect(taken).toEqual([5]);
  expect(connection.status()).toMatchObject({ state: "connected" });
  await end();
});

test("what cannot be reached is tried after 1, 2, 4 … and at most 30 seconds, and shown as failed after a minute", async () => {
  const failure = new CallFailure("not-sent", "ECONNREFUSED");
  const { clock, asked, connection, lines, end } = pollOver(...Array.from({ length: 20 }, () => failure));
  const at: number[] = [];
  const startMs = clock.now();
  for (let seconds = 0; seconds <= 125; seconds++) {
    await clock.advance(seconds === 0 ? 0 : 1000);
    while (at.length < asked.length) at.push((clock.now() - startMs) / 1000);
    if (seconds === 59) expect(connection.status().state).toBe("connecting");
    if (seconds === 61) expect(connection.status().state).toBe("failed");
  }
  expect(at).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  expect(connection.status().lastError).toContain("ECONNREFUSED");
  expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  await end();
});

test("Telegram's own wish for a pause is obeyed", async () => {
  const { clock, asked, end } = pollOver(refusal(429, "Too Many Requests", { retry_after: 17 }));
  await clock.advance(16_999);
  expect(asked).toHaveLength(1);
  await clock.advance(1);
  expect(asked).toHaveLength(2);
  await end();
});

describe("a conflict", () => {
  const rival = () => refusal(409, "Conflict: terminated by other getUpdates request");

  test("with another poller backs off for three seconds and more, is shown, and ends", async () => {
    const { clock, asked, connection, lines, end } = pollOver(rival(), rival(), updates(5));
    await clock.advance(2999);
    expect(asked).toHaveLength(1);
    expect(connection.status()).toMatchObject({ state: "failed", lastError: HAS_RIVAL });
    await clock.advance(1);
    expect(asked).toHaveLength(2);
    await clock.advance(5999);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect(connection.status()).toMatchObject({ state: "connected" });
    expect(connection.hasRival).toBe(true);
    expect(lines.filter(({ message }) => message === HAS_RIVAL && message.length > 0)).toHaveLength(2);
    await end();
  });

  test("with a webhook takes that away, and keeps what waits", async () => {
    const { world, clock, taken, end } = pollOver(refusal(409, "Conflict: webhook is active"), updates(5));
    world.webhook = "https://example.com/hook";
    await clock.advance(0);
    expect(world.deleted).toBe(1);
    expect(taken).toEqual([5]);
    await end();
  });
});

test("a token that Telegram does not know stops the account, with one sentence", async () => {
  const { clock, asked, connection, lines, ended } = pollOver(updates(5), refusal(401, "Unauthorized"));
  await clock.advance(600_000);
  await ended;
  expect(asked).toHaveLength(2);
  expect(connection.status()).toMatchObject({ state: "failed", lastError: TOKEN_REFUSED });
  expect(lines).toMatchObject([{ level: "error", message: TOKEN_REFUSED }]);
});
