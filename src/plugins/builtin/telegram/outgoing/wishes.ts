import type { ReplyParameters } from "grammy/types";
import type { Address, OutboundMessage } from "../../../types.ts";
import { messageNumber } from "../message-names.ts";
import { threadOf } from "./place.ts";

/** What every kind of message may ask for. */
export interface Wishes {
  readonly message_thread_id?: number;
  readonly disable_notification?: boolean;
  readonly reply_parameters?: ReplyParameters;
}

/** Where in the chat a message goes, whether it makes a sound, and what it answers, in Telegram's words. */
export function wishesOf(to: Address, message: OutboundMessage, isSilent: boolean): Wishes {
  const answered = messageNumber(message.replyTo ?? "");
  return {
    ...threadOf(to),
    ...((message.silent ?? isSilent) ? { disable_notification: true } : {}),
    ...(Number.isSafeInteger(answered) && answered > 0
      ? { reply_parameters: { message_id: answered, allow_sending_without_reply: true } }
      : {}),
  };
}
