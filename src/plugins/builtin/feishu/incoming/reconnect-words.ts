import { PlatformError } from "../../../platform-error.ts";
import type { ReconnectWords } from "../../../reconnect.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";
import { FeishuRefusal } from "../outgoing/refusal-answer.ts";

/** What people read about an app that Feishu does not know. */
export const APP_REFUSED =
  "Feishu does not know the app by its appId and appSecret, so this account has stopped; copy both from the developer console, under Credentials & Basic Info, and look whether domain is right (feishu or lark)";

/** What people read about an app that has all the connections it may have. */
export const TOO_MANY_CONNECTIONS =
  "other programs hold all the connections that this app may have, and each event goes to one of them; stop the others or give them an app of their own";

/** The long connection's own numbers for an app that it does not know. */
const UNKNOWN_APP = new Set([514, 1000040345]);
const FORBIDDEN = 403;

/** How the line to Feishu is spoken of, and what ends it. */
export const feishuWords: ReconnectWords = {
  platform: "Feishu",
  toError: (error, call) => {
    if (error instanceof FeishuRefusal && error.code === FORBIDDEN) {
      const sentence =
        "Feishu does not let this app use the long connection: it has to be a self-built app, enabled, with a published version.";
      return new PlatformError("forbidden", "forbidden", sentence);
    }
    return toChannelError(error, call);
  },
  whyFinal: (error) => (isUnknownApp(error) ? APP_REFUSED : undefined),
};

/** Whether Feishu does not know the app, or not by this secret. */
export function isUnknownApp(error: unknown): boolean {
  if (error instanceof FeishuRefusal && UNKNOWN_APP.has(error.code)) return true;
  return refusedAs(error) === "bad-app";
}
