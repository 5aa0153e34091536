import { z } from "zod";
import { readSpan } from "../../lib/span.ts";
import { count, target, timeZone } from "./common.ts";

/** A beat costs a turn: more often than this would be a mistake. */
const LEAST_EVERY_MS = 60_000;

const clockTime = () =>
  z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "expected a time of day such as 08:00");

const activeHoursSchema = z
  .strictObject({
    start: clockTime().default("00:00").describe("From when on, such as 08:00."),
    end: clockTime()
      .default("24:00")
      .describe("Until when, such as 22:00. Earlier than `start`: over midnight."),
    timezone: timeZone().optional().describe("Such as Asia/Shanghai; the machine's own when omitted."),
  })
  .refine(({ start, end }) => start !== end, {
    path: ["end"],
    error: "is the same as start, so it would never beat; leave activeHours out for the whole day",
  });

/** `heartbeat`: an agent that looks around by itself from time to time. */
export const heartbeatSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether it beats, where this section is there."),
  every: z
    .string()
    .refine((text) => readSpan(text) !== undefined, {
      error: "expected a span such as 30m or 1h",
      abort: true,
    })
    .refine((text) => (readSpan(text) ?? 0) >= LEAST_EVERY_MS, "must be at least 1m: every beat costs a turn")
    .default("30m")
    .describe("How often, such as `30m` or `2h`."),
  activeHours: activeHoursSchema.optional().describe("Only then. Always, when omitted."),
  prompt: z
    .string()
    .min(1)
    .default(
      "Look around: read HEARTBEAT.md in your workspace if it is there, and do what it says. If nothing needs your owner's attention, answer HEARTBEAT_OK.",
    )
    .describe("What the agent is asked."),
  to: target().optional().describe("The chat in which it is asked and answers; the owner's when omitted."),
  session: z
    .enum(["chat", "own"])
    .default("chat")
    .describe(
      "`chat`: it knows what was said in the chat. `own`: it begins with nothing each time, which costs less.",
    ),
  model: z.string().min(1).optional().describe("The model for it; the agent's own when omitted."),
  dailyTokens: count()
    .default(500_000)
    .describe(
      "Tokens that its beats may use in a day, by the machine's clock; then it rests until tomorrow.",
    ),
  dailyUsd: z.number().min(0).optional().describe("Dollars that they may cost in a day."),
});
