import { z } from "zod";
import type { MethodTable } from "../methods.ts";

/** Says something in a chat as the gateway. Resolves once it is durable, with the key of the delivery. */
export type Say = (to: string, text: string, idempotencyKey: string) => Promise<{ readonly key: string }>;

const sendSchema = z.looseObject({
  to: z.string().min(1).max(1000),
  text: z.string().min(1).max(1_000_000),
  idempotencyKey: z.string().min(1).max(200).optional(),
});

/** Registers `message.send`: the same `idempotencyKey` says it no second time. */
export function registerMessageMethods(methods: MethodTable, say: Say): void {
  methods.register("message.send", {
    access: "admin",
    params: sendSchema,
    run: ({ to, text, idempotencyKey }) => say(to, text, idempotencyKey ?? crypto.randomUUID()),
  });
}
