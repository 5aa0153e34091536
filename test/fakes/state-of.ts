import { silentLogger } from "../../src/lib/logger.ts";
import type { ChannelState } from "../../src/plugins/types.ts";

/** What a channel keeps, in `values`, as the gateway hands it to the channel. */
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
