import { z } from "zod";
import { secret } from "../channel-config.ts";

const authSchema = z.strictObject({
  mode: z
    .enum(["off", "token", "password"])
    .default("token")
    .describe("What the page asks for. `off` only on loopback."),
  token: secret().optional().describe("Required by mode `token`."),
  password: secret().optional().describe("Required by mode `password`."),
  allowUnauthenticated: z
    .boolean()
    .default(false)
    .describe("Needed for mode `off` on any bind but loopback."),
});

/** `channels.webchat`: the page in the browser. On unless it is switched off. */
export const webchatSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the page is served."),
    auth: authSchema
      .optional()
      .describe("A credential for chatting only, beside the gateway's own. Omitted: the gateway's."),
  })
  .superRefine(({ enabled, auth }, context) => {
    if (!enabled || !auth || auth.mode === "off" || auth[auth.mode] !== undefined) return;
    context.addIssue({
      code: "custom",
      path: ["auth", auth.mode],
      message: `missing; mode "${auth.mode}" needs "${auth.mode}" beside it`,
    });
  })
  .prefault({})
  .describe("The page in the browser.");

export type WebchatConfig = z.output<typeof webchatSchema>;
