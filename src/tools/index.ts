import type { Tool } from "../core/tool.ts";
import { cron } from "./cron.ts";
import { delegate } from "./delegate.ts";
import { gateway } from "./gateway.ts";
import { message } from "./message.ts";
import type { ToolParts } from "./parts.ts";
import { sendMedia } from "./send-media.ts";
import { sendMessage } from "./send-message.ts";
import { sessionStatus } from "./session-status.ts";
import { sessionsSend } from "./sessions-send.ts";

export { ToolBox } from "./tool-box.ts";
export type { ToolParts, ToolTurn } from "./parts.ts";

/** The gateway's own tools. */
export function ownTools(parts: ToolParts): readonly Tool[] {
  return [
    sendMessage(parts),
    sendMedia(parts),
    message(parts),
    cron(parts),
    gateway(parts),
    sessionStatus(parts),
    delegate(parts),
    sessionsSend(parts),
    // Each says more exactly what it takes, and is only called with that.
  ] as readonly Tool<never>[];
}
