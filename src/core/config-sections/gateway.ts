import { z } from "zod";
import { count, milliseconds, path, port, secret, webAddress } from "./common.ts";

const authSchema = z.strictObject({
  mode: z
    .enum(["off", "token", "password"])
    .default("token")
    .describe("Who may use the HTTP and WebSocket doors. `off` only on loopback."),
  token: secret().optional().describe("Made, and kept in a file of its own, when omitted."),
  password: secret().optional().describe("Required by mode `password`."),
  allowUnauthenticated: z
    .boolean()
    .default(false)
    .describe(
      "Needed for mode `off` on any bind but loopback. Anybody who reaches the port can then run the agent.",
    ),
});

const logFilesSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Also write the log to `logs/gateway.log` in the state folder."),
  maxMb: count().default(10).describe("A file that reaches this size is put aside and a new one begun."),
  keep: count().default(5).describe("How many files are kept, the current one included."),
});

/** `gateway`: the port, who may use it, and where state lives. */
export const gatewaySchema = z.strictObject({
  port: port().default(52_134).describe("HTTP and WebSocket port. 0 lets the system choose."),
  bind: z
    .enum(["loopback", "lan", "auto"])
    .default("loopback")
    .describe(
      "`loopback`: this machine only. `lan`: all interfaces. `auto`: loopback, except in a container, or when auth and publicUrl are set.",
    ),
  auth: authSchema.prefault({}).describe("Who may use the gateway's doors."),
  publicUrl: webAddress().optional().describe("The address people use, such as https://pi.example.com."),
  allowedOrigins: z
    .array(webAddress())
    .default([])
    .describe("Further web origins whose pages may connect, such as https://app.example.com."),
  allowedHosts: z
    .array(z.string().min(1))
    .default([])
    .describe("Further host names under which the gateway is reached."),
  stateDir: path().default("~/.pi/gateway").describe("Everything the gateway keeps."),
  graceMs: milliseconds().default(10_000).describe("How long turns may finish after the first SIGTERM."),
  restartBy: z
    .enum(["owners", "anyone"])
    .default("owners")
    .describe("Whose messages may have the agent restart the gateway."),
  language: z.enum(["en", "zh"]).default("en").describe("Language of the gateway's own sentences."),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info").describe("What is worth a log line."),
  logFiles: logFilesSchema.prefault({}).describe("The log on disk."),
});
