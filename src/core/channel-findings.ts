import { accountTitle } from "../lib/account-title.ts";
import type { Channel, Finding } from "./channel.ts";

/** A platform that says nothing for this long is not waited for. */
const PATIENCE_MS = 15_000;

/** What the channels found when they looked at themselves, side by side. Never rejects. */
export async function findingsOf(
  channels: readonly Channel[],
  patienceMs = PATIENCE_MS,
): Promise<readonly Finding[]> {
  return (await Promise.all(channels.map((channel) => lookAt(channel, patienceMs)))).flat();
}

async function lookAt(channel: Channel, patienceMs: number): Promise<readonly Finding[]> {
  const { name, account = "default" } = channel;
  const subject = accountTitle(name, account);
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const looked = channel.findings?.() ?? Promise.resolve([]);
    return await Promise.race([looked, rejected(patience)]);
  } catch (error) {
    const text = patience.aborted
      ? `it did not say how it is within ${patienceMs / 1000} s`
      : error instanceof Error
        ? error.message
        : String(error);
    return [{ level: "warning", subject, text }];
  }
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("too late")), { once: true });
  });
}
