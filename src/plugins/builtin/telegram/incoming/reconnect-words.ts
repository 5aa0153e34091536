import type { ReconnectWords } from "../../../reconnect.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";

/** What people read about a token that Telegram does not know. */
export const TOKEN_REFUSED =
  "Telegram does not know the bot's token, so this account has stopped; get the token from @BotFather and set it anew";

/** How the line to Telegram is spoken of, and what ends it. */
export const telegramWords: ReconnectWords = {
  platform: "Telegram",
  toError: toChannelError,
  whyFinal: (error) => (refusedAs(error) === "bad-token" ? TOKEN_REFUSED : undefined),
};
