import { z } from "zod";
import { count, milliseconds } from "./common.ts";

/** `queue`: how much may wait, and what waiting messages become. */
export const queueSchema = z.strictObject({
  mode: z
    .enum(["collect", "followup"])
    .default("collect")
    .describe("What waits in a session becomes one turn (`collect`) or one turn each (`followup`)."),
  maxPerSession: count().default(20).describe("Messages that may wait in one session."),
  globalMaxPending: count().default(1000).describe("Messages that may wait in all sessions together."),
  mergeLimit: count().default(10).describe("Most messages in one turn."),
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
