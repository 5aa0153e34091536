import { randomUUID } from "node:crypto";
import { callGateway } from "./client.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { findGateway } from "./find-gateway.ts";
import type { ConfigOptions } from "./load-config.ts";

export interface SendOptions extends ConfigOptions {
  readonly to: string;
  readonly message: string;
}

/** `pi-gw send`: says something in a chat as the gateway. Done once the running gateway has it on disk. */
export async function sendMessage({ to, message, ...options }: SendOptions): Promise<ExitCode> {
  const gateway = await findGateway(options);
  await callGateway(gateway, "message.send", { to, text: message, idempotencyKey: randomUUID() });
  console.log(`Sent to ${to}.`);
  return EXIT.ok;
}
