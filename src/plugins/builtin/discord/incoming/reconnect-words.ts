import type { ReconnectWords } from "../../../reconnect.ts";
import { ChannelError } from "../../../types.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";
import { GatewayClosed, TOKEN_REFUSED, whyClosedForGood } from "./gateway/closes.ts";

/** How the line to Discord is spoken of, and what ends it. */
export const discordWords: ReconnectWords = {
  platform: "Discord",
  toError: (error) =>
    error instanceof GatewayClosed
      ? new ChannelError("unreachable", error.message, { retry: "now" })
      : toChannelError(error, true),
  whyFinal: (error) => (refusedAs(error) === "bad-token" ? TOKEN_REFUSED : whyClosedForGood(error)),
};
