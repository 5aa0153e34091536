import pc from "picocolors";
import { z } from "zod";
import { callGateway, type GatewayAddress } from "./client.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { findGateway } from "./find-gateway.ts";
import type { ConfigOptions } from "./load-config.ts";
import { startedAs } from "./started-as.ts";

const deliverySchema = z.object({
  key: z.string(),
  to: z.string(),
  state: z.enum(["pending", "sending", "dead"]),
  text: z.string(),
  attempts: z.number(),
  postedAtMs: z.number(),
  dueAtMs: z.number().optional(),
  behind: z.number(),
  error: z.string().optional(),
});

type Listed = z.output<typeof deliverySchema>;

const listSchema = z.object({ open: z.array(deliverySchema), dead: z.array(deliverySchema) });

/** `pi-gw queue list`: what has not arrived, why, and what can be done. */
export async function listQueue(options: ConfigOptions): Promise<ExitCode> {
  const { open, dead } = await readQueue(await findGateway(options));
  if (open.length + dead.length === 0) console.log("Everything that was said has arrived.");
  for (const line of [...open, ...dead].flatMap((one) => linesOf(one, Date.now()))) console.log(line);
  if (dead.length > 0) {
    console.log(
      pc.dim(`→ ${startedAs()} queue retry <key>, or ${startedAs()} queue drop <key>; \`all\` for all.`),
    );
  }
  return EXIT.ok;
}

/** `pi-gw queue retry <key>`: puts what was given up back in the line of its chat. */
export function retryQueued(key: string, options: ConfigOptions): Promise<ExitCode> {
  return forEach("queue.retry", key, "tried again", options);
}

/** `pi-gw queue drop <key>`: nobody will read it. */
export function dropQueued(key: string, options: ConfigOptions): Promise<ExitCode> {
  return forEach("queue.drop", key, "dropped", options);
}

async function forEach(method: string, key: string, done: string, options: ConfigOptions): Promise<ExitCode> {
  const gateway = await findGateway(options);
  const keys = key === "all" ? (await readQueue(gateway)).dead.map((one) => one.key) : [key];
  for (const one of keys) await callGateway(gateway, method, { key: one });
  console.log(keys.length === 1 ? `1 message is ${done}.` : `${keys.length} messages are ${done}.`);
  return EXIT.ok;
}

async function readQueue(gateway: GatewayAddress): Promise<z.output<typeof listSchema>> {
  return listSchema.parse(await callGateway(gateway, "queue.list", {}));
}

function linesOf({ key, to, text, error, behind, ...rest }: Listed, nowMs: number): string[] {
  const more = behind === 0 ? "" : `, ${behind} more behind it`;
  return [
    `${pc.bold(key)}  ${to}  ${stateOf(rest, nowMs)}${more}`,
    ...(text === "" ? [] : [`    ${pc.dim(text)}`]),
    ...(error === undefined ? [] : [`    ${error}`]),
  ];
}

function stateOf(
  { state, attempts, dueAtMs }: Pick<Listed, "state" | "attempts" | "dueAtMs">,
  nowMs: number,
): string {
  const tries = attempts === 1 ? "1 try" : `${attempts} tries`;
  if (state === "dead") return pc.red(`given up after ${tries}`);
  if (state === "sending") return pc.green("being sent");
  const seconds = Math.ceil(Math.max(0, (dueAtMs ?? nowMs) - nowMs) / 1000);
  if (attempts === 0) return "waits";
  return pc.yellow(`failed, ${tries}; the next in ${seconds} s`);
}
