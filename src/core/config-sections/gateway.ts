import { z } from "zod";
import { milliseconds, path, port, secret } from "./common.ts";

const authSchema = z.strictObject({
  mode: z
    .enum(["off", "token", "password"])
    .default("token")
    .describe("Who may use the HTTP and WebSocket doors. `off` only on loopback."),
  token: secret().optional().describe("Made and kept in a file of its own when omitted."),
  password: secret().optional().describe("Required by mode `password`."),
  allowUnauthenticated: z
    .boolean()
    .default(false)
    .describe(
      "Needed for mode `off` on any bind but loopback. Anybody who reaches the port can then run the agent.",
    ),
});

/** `gateway`: the port, who may use it, and where state lives. */
export const gatewaySchema = z.strictObject({
  port: port().default(52_134).describe("HTTP and WebSocket port. 0 lets the system choose."),
  bind: z
    .enum(["loopback", "lan", "auto"])
    .default("loopback")
    .describe("`auto`: loopback, except in a container, or when auth and publicUrl are set."),
  auth: authSchema.prefault({}),
  publicUrl: z.url().optional().describe("The address people use, such as https://pi.example.com."),
  allowedOrigins: z.array(z.string()).default([]).describe("Further web origins whose pages may connect."),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("Further host names under which the gateway is reached."),
  stateDir: path().default("~/.pi/gateway").describe("Everything the gateway keeps."),
  graceMs: milliseconds().default(10_000).describe("How long turns may finish after the first SIGTERM."),
  language: z.enum(["en", "zh"]).default("en").describe("Language of the gateway's own sentences."),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
