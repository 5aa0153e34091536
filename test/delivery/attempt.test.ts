import { describe, expect, test } from "bun:test";
import type { ChannelCapabilities } from "../../src/core/channel.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type { Address } from "../../src/core/message.ts";
import type { AttemptMemory, PendingDelivery } from "../../src/core/store.ts";
import { attempt, nextStep } from "../../src/delivery/attempt.ts";
import { nonceOf } from "../../src/delivery/keys.ts";
import { EditingPlatform } from "../fakes/platforms.ts";

const to: Address = { channel: "fake", account: "default", scope: "dm", chat: "1" };
const ref = { address: to, id: "preview" };
const fresh: AttemptMemory = { maybeSent: false, plain: false, previewGone: false };
const capabilities = (nonceWindowMs: number): ChannelCapabilities => ({
  text: { limit: 4096 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs,
});
const pending = (facts: Partial<PendingDelivery> = {}): PendingDelivery => ({
  key: "turn/0",
  to,
  message: { kind: "text", markdown: "hello" },
  attempt: 1,
  firstAttemptAtMs: 1000,
  known: fresh,
  ...facts,
});
const able = (nonceWindowMs = 0, canEdit = true) => ({ canEdit, capabilities: capabilities(nonceWindowMs) });
const never = new AbortController().signal;

describe("what to do with a delivery that may already be visible", () => {
  const doubtful = { ...fresh, maybeSent: true };

  test("one that replaces a preview is edited, as often as need be", () => {
    expect(nextStep(pending({ replaces: ref, known: doubtful }), able(), "drop", 9e9)).toEqual({
      do: "edit",
      ref,
    });
  });

  test("one whose nonce the platform still knows is sent again", () => {
    expect(nextStep(pending({ known: doubtful }), able(5000), "drop", 3000)).toEqual({ do: "send" });
  });

  test("one whose nonce is forgotten is the first hole: the policy decides", () => {
    expect(nextStep(pending({ known: doubtful }), able(5000), "resend", 7000).do).toBe("send");
    expect(nextStep(pending({ known: doubtful }), able(5000), "drop", 7000).do).toBe("give-up");
  });

  test("one that surely was not sent is sent", () => {
    expect(nextStep(pending(), able(), "drop", 9e9).do).toBe("send");
  });

  test("one that its preview says already needs nothing more, however often it is tried", () => {
    const shown = pending({ replaces: ref, isShown: true, known: doubtful });
    expect(nextStep(shown, able(), "drop", 9e9)).toEqual({ do: "keep", ref });
  });

  test("a withdrawal takes its preview back", () => {
    const withdrawal = pending({ message: { kind: "withdrawal" }, replaces: ref });
    expect(nextStep(withdrawal, able(), "drop", 0)).toEqual({ do: "remove", ref });
  });
});

describe("what a failure means", () => {
  const failing = async (error: unknown, facts: Partial<PendingDelivery> = {}, most = 8) => {
    const platform = new EditingPlatform("fake", capabilities(0));
    platform.failures.push(error as ChannelError);
    const delivery = pending(facts);
    const step = nextStep(delivery, able(), "resend", 0);
    if (step.do === "give-up" || step.do === "keep") throw new Error("there is no call");
    return attempt(delivery, step, platform, most, never);
  };

  test("a rate limit waits as long as the platform says", async () => {
    const error = new ChannelError("rate-limited", "429", { retry: { afterMs: 3000 } });
    expect(await failing(error)).toEqual({
      state: "retry",
      afterMs: 3000,
      known: fresh,
      error: error.message,
    });
  });

  test("an answer that never came leaves a doubt", async () => {
    const error = new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" });
    expect(await failing(error)).toMatchObject({ state: "retry", known: { maybeSent: true } });
  });

  test("refused formatting is tried again as plain text, once", async () => {
    const error = new ChannelError("format-refused", "can't parse");
    expect(await failing(error)).toMatchObject({
      state: "retry",
      afterMs: 0,
      known: { ...fresh, plain: true },
    });
    expect(await failing(error, { known: { ...fresh, plain: true } })).toMatchObject({ state: "dead" });
  });

  test("a preview that is gone makes room for a new message", async () => {
    const error = new ChannelError("not-found", "no such message");
    expect(await failing(error, { replaces: ref })).toMatchObject({
      state: "retry",
      known: { previewGone: true },
    });
  });

  test("tries end", async () => {
    const error = new ChannelError("unreachable", "down", { retry: "now" });
    expect(await failing(error, { attempt: 3 }, 3)).toMatchObject({ state: "dead" });
  });

  test("a credential that the platform does not know costs no message: it waits for a better one, and all chats with it", async () => {
    const error = new ChannelError("unauthorized", "the token is wrong");
    const why = "the token is wrong";
    const waits = { state: "retry", afterMs: 30_000, known: fresh, isAccountWide: true, error: why } as const;
    expect(await failing(error, { attempt: 1 }, 8)).toEqual(waits);
    expect(await failing(error, { attempt: 79 }, 8)).toEqual(waits);
    expect(await failing(error, { attempt: 80 }, 8)).toEqual({ state: "dead", error: why });
  });

  test("each try waits longer than the one before, and no try more than a minute", async () => {
    const error = new ChannelError("unreachable", "down", { retry: "now" });
    const waits = await Promise.all([1, 2, 3, 20].map((n) => failing(error, { attempt: n }, 99)));
    expect(waits.map((result) => (result.state === "retry" ? result.afterMs : -1))).toEqual([
      1000, 2000, 4000, 60_000,
    ]);
  });

  test("a bug in a channel costs that delivery and says so", async () => {
    expect(await failing(new TypeError("x is undefined"))).toEqual({
      state: "dead",
      error: "TypeError: x is undefined",
    });
  });
});

test("a nonce is the same for every attempt and short enough for every platform", () => {
  expect(nonceOf("turn/0")).toBe(nonceOf("turn/0"));
  expect(nonceOf("turn/0")).not.toBe(nonceOf("turn/1"));
  expect(nonceOf("x".repeat(10_000)).length).toBeLessThanOrEqual(25);
});
