import { z } from "zod";
import { count } from "./common.ts";

const resetSchema = z
  .strictObject({
    mode: z
      .enum(["off", "daily", "idle"])
      .default("off")
      .describe("`daily`: at `atHour`. `idle`: after `idleMinutes`, which also works beside `daily`."),
    atHour: z
      .int()
      .min(0)
      .max(23)
      .default(4)
      .describe("Hour of the day, in this machine's time zone, for `daily`."),
    idleMinutes: count().optional().describe("Minutes since the last message of a person."),
  })
  .superRefine(({ mode, idleMinutes }, context) => {
    if (mode !== "idle" || idleMinutes !== undefined) return;
    const message = 'missing; mode "idle" needs "idleMinutes" beside it';
    context.addIssue({ code: "custom", path: ["idleMinutes"], message });
  });

/** `session`: which messages share a conversation, and when one begins anew. */
export const sessionSchema = z.strictObject({
  dmScope: z
    .enum(["main", "per-peer", "per-channel-peer", "per-account-channel-peer"])
    .default("per-channel-peer")
    .describe(
      "What private messages share. `per-channel-peer`, the same as `per-account-channel-peer`: a session per person, channel and account. `per-peer`: one per person's id, on all channels. `main`: one for everybody who may write to the agent privately, who then see what the others say.",
    ),
  identityLinks: z
    .record(
      z.string().regex(/^[A-Za-z0-9][\w.-]*$/, "expected a name of letters, digits, -, _ and ."),
      z.array(z.string().regex(/^[^:]+:.+/, "expected channel:id, such as telegram:123456789")),
    )
    .default({})
    .describe("One person's accounts, by a name for the person: they share a session."),
  reset: resetSchema
    .prefault({})
    .describe("When a session begins anew: pi forgets, the history stays. Never, when omitted."),
  resetByType: z
    .strictObject({
      direct: resetSchema.optional().describe("Private chats."),
      group: resetSchema.optional().describe("Groups and channels."),
      thread: resetSchema.optional().describe("Threads and topics."),
    })
    .prefault({})
    .describe("The same for one kind of chat, in place of `reset`."),
  resetByChannel: z
    .record(z.string(), resetSchema)
    .default({})
    .describe("The same for one channel, in place of both."),
});
