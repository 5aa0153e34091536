import { z } from "zod";
import { count, milliseconds } from "./common.ts";

const queueMode = z.enum(["steer", "followup", "collect", "interrupt"]);
const dropPolicy = z.enum(["summarize", "old", "new"]);

/** What a channel, or a session with `/queue`, may have otherwise. */
const queueWishes = z.strictObject({
  mode: queueMode.optional().describe("Instead of `queue.mode`."),
  debounceMs: milliseconds().optional().describe("Instead of `queue.debounceMs`."),
  cap: count().optional().describe("Instead of `queue.maxPerSession`."),
  drop: dropPolicy.optional().describe("Instead of `queue.drop`."),
});

/** `queue`: how much may wait, and what waiting messages become. */
export const queueSchema = z.strictObject({
  mode: queueMode
    .default("steer")
    .describe(
      "What becomes of a message that comes while an answer is being written: `steer`, the agent reads it before its next step; `followup`, a turn of its own, later; `collect`, one later turn with all that waits; `interrupt`, the running turn is stopped.",
    ),
  byChannel: z.record(z.string(), queueWishes).default({}).describe("Other settings for single channels."),
  debounceMs: milliseconds()
    .default(500)
    .describe(
      "In `collect`, after a turn: how long nobody must have written before what waits becomes the next turn. A chat in which nothing runs never waits.",
    ),
  maxPerSession: count().default(20).describe("Messages that may wait in one session."),
  drop: dropPolicy
    .default("summarize")
    .describe(
      "What happens when one more comes: the oldest become short lines of the next prompt (`summarize`), are cancelled (`old`), or the new one is refused (`new`).",
    ),
  globalMaxPending: count().default(1000).describe("Messages that may wait in all sessions together."),
  mergeLimit: count().default(10).describe("Most messages in one turn, lines not counted."),
  maxAttempts: count().default(3).describe("A turn that failed this often is given up, and the person told."),
  stuckMs: milliseconds()
    .default(300_000)
    .describe(
      "A turn without any sign of life for this long is aborted; open tools and questions do not count.",
    ),
});

/** `delivery`: what happens when it is not certain whether a message was sent. */
export const deliverySchema = z.strictObject({
  onDoubt: z
    .enum(["resend", "drop"])
    .default("resend")
    .describe("A message that may or may not have arrived: better twice than lost, or the other way."),
  maxAttempts: count().default(8).describe("Tries at one message before it is given up."),
});

/** `store`: how long finished things are kept. */
export const storeSchema = z.strictObject({
  finishedDays: count().default(30).describe("Ended turns, refused messages, dead deliveries."),
  historyDays: count().optional().describe("What was said. Unlimited when omitted."),
});
