import { GatewayError } from "../core/errors.ts";
import type { HookName } from "../core/hooks.ts";
import { nearest } from "../lib/nearest.ts";
import { HOOK_RULES } from "./hook-rules.ts";

/** A name that cannot be one; the message says what would. */
export class NameError extends GatewayError {
  readonly code = "bad-name";
}

/** pi has them already, and a second one would take their place. */
const PI_TOOLS: ReadonlySet<string> = new Set(["bash", "read", "edit", "write", "grep", "find", "ls"]);

/** Throws {@link NameError} where a model could not call a tool by this name, or pi has one. */
export function checkToolName(name: string): string {
  if (PI_TOOLS.has(name)) throw new NameError(`the tool ${name} is already registered by pi`);
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new NameError(`a tool's name is 1 to 64 letters, digits, _ and -: ${JSON.stringify(name)} is not`);
}

/** Throws {@link NameError} where platforms could not offer a command by this name. */
export function checkCommandName(name: string): string {
  if (/^[a-z0-9_-]{1,32}$/.test(name)) return name;
  throw new NameError(
    `a command's name is 1 to 32 lower-case letters, digits, _ and -: ${JSON.stringify(name)} is not`,
  );
}

/** Words of session keys, and what the gateway itself asks by: `agent:main:cron:job:daily-report`. */
const NO_CHANNELS: ReadonlySet<string> = new Set([
  "dm",
  "group",
  "topic",
  "channel",
  "thread",
  "job",
  "cron",
  "webhook",
  "heartbeat",
  "agent",
]);

/** Throws {@link NameError} where a channel of that name would be taken for something else. */
export function checkChannelName(name: string): string {
  if (!NO_CHANNELS.has(name)) return name;
  throw new NameError(`"${name}" cannot be the name of a channel: it is a word of session keys`);
}

/** Throws {@link NameError} for what is no word of one piece. */
export function checkWord(name: string, kind: string): string {
  if (/^[A-Za-z0-9][\w.:-]{0,99}$/.test(name)) return name;
  throw new NameError(`${JSON.stringify(name)} cannot be the name of a ${kind}`);
}

/** Throws {@link NameError} for a hook that does not exist, and says which one was probably meant. */
export function checkHookNames(names: readonly HookName[]): void {
  const known = Object.keys(HOOK_RULES);
  for (const name of names) {
    if (known.includes(name)) continue;
    const close = nearest(name, known);
    const hint = close === undefined ? `There are: ${known.join(", ")}.` : `Did you mean ${close}?`;
    throw new NameError(`There is no hook ${JSON.stringify(name)}. ${hint}`);
  }
}
