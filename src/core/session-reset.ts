import type { Config } from "./config-schema.ts";
import type { Address } from "./message.ts";

type SessionSection = Config["session"];
export type ResetPolicy = SessionSection["reset"];

/** The policy for a chat: its channel's, else that of its kind, else the common one. */
export function resetPolicyOf(
  { reset, resetByType, resetByChannel }: SessionSection,
  { channel, scope }: Address,
): ResetPolicy {
  // Whoever asks for something says itself whether it begins anew.
  if (scope === "job") return { ...reset, mode: "off" };
  const ofChannel = Object.hasOwn(resetByChannel, channel) ? resetByChannel[channel] : undefined;
  return ofChannel ?? resetByType[TYPES[scope]] ?? reset;
}

const TYPES = {
  dm: "direct",
  group: "group",
  channel: "group",
  topic: "thread",
  thread: "thread",
} as const;

export interface SessionTimes {
  /** When the conversation began, or last began anew. */
  readonly startedAtMs: number;
  /** When a person last wrote in it; absent if nobody has. */
  readonly lastHeardAtMs?: number | undefined;
}

/** Whether a conversation begins anew with a message that comes at `nowMs`. */
export function isPastReset(
  { mode, atHour, idleMinutes }: ResetPolicy,
  { startedAtMs, lastHeardAtMs = startedAtMs }: SessionTimes,
  nowMs: number,
): boolean {
  if (mode === "off") return false;
  const isIdle = idleMinutes !== undefined && nowMs - lastHeardAtMs >= idleMinutes * 60_000;
  return isIdle || (mode === "daily" && startedAtMs < latestHour(atHour, nowMs));
}

/** When it last was `hour` o'clock, by this machine's clock on the wall. */
function latestHour(hour: number, nowMs: number): number {
  const at = new Date(nowMs);
  at.setHours(hour, 0, 0, 0);
  if (at.getTime() > nowMs) at.setDate(at.getDate() - 1);
  return at.getTime();
}
