import type { Channel } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";

/** Where something takes place that is no chat: nothing can be said there, and nothing is shown. */
export function nowhere(name: string): Channel {
  return {
    name,
    capabilities: {
      text: { limit: Number.MAX_SAFE_INTEGER },
      pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
      nonceWindowMs: 0,
      showsTurnEvents: true,
    },
    start: async () => {},
    stop: async () => {},
    send: () => Promise.reject(new ChannelError("not-found", "this is no chat: nobody reads it")),
  };
}
