import { z } from "zod";

const SHARD = z.tuple([z.int(), z.int()]);

/** What a bot may send. Fields that Discord does not look at are let through, as it does. */
export const PACKET = z.discriminatedUnion("op", [
  z.object({ op: z.literal(1), d: z.int().nullable() }),
  z.object({
    op: z.literal(2),
    d: z.looseObject({
      token: z.string(),
      intents: z.number(),
      properties: z.looseObject({}),
      shard: SHARD.optional(),
    }),
  }),
  z.object({ op: z.literal(3), d: z.looseObject({ status: z.string() }) }),
  z.object({ op: z.literal(4), d: z.unknown() }),
  z.object({
    op: z.literal(6),
    d: z.looseObject({ token: z.string(), session_id: z.string(), seq: z.int().nullable() }),
  }),
  z.object({
    op: z.literal(8),
    d: z.looseObject({
      guild_id: z.string(),
      query: z.string().optional(),
      limit: z.int().optional(),
      user_ids: z.union([z.string(), z.array(z.string())]).optional(),
      nonce: z.string().optional(),
    }),
  }),
  z.object({ op: z.literal(31), d: z.unknown() }),
  z.object({ op: z.literal(43), d: z.unknown() }),
]);

export type Packet = z.infer<typeof PACKET>;
export type Sent<O extends Packet["op"]> = Extract<Packet, { op: O }>["d"];
