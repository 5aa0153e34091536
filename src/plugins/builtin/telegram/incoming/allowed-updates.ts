import type { Update } from "grammy/types";
import type { ChatSettings } from "../../../types.ts";

/** A kind of update that can be asked for. */
export type UpdateKind = Exclude<keyof Update, "update_id">;

/** What Telegram is asked to tell of: only what something here acts on. */
export function allowedUpdates(
  account: Pick<ChatSettings, "streamingMode" | "reactionNotifications">,
): readonly UpdateKind[] {
  return [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    ...(account.reactionNotifications === "off" ? [] : ["message_reaction" as const]),
    ...(account.streamingMode === "draft" ? ["stopped_message_generation" as const] : []),
  ];
}
