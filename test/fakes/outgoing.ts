import { silentLogger } from "../../src/lib/logger.ts";
import type { ChannelState, SendOptions } from "../../src/plugins/types.ts";

/** How tests send what has no wishes of its own. */
export const options: SendOptions = { nonce: "n1", style: "rich", signal: new AbortController().signal };

export const text = (markdown: string) => ({ kind: "text", markdown }) as const;

/** Small values in memory, and a log for them, as a channel attaches both. */
export function stateOf(values: Map<string, string>): { state: ChannelState; log: typeof silentLogger } {
  return {
    state: {
      get: async (key) => values.get(key),
      set: async (key, value) => {
        values.set(key, value);
      },
    },
    log: silentLogger,
  };
}

/** What a promise rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not reject");
}
