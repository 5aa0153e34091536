import type { ToolContext } from "../core/tool.ts";
import type { ToolParts } from "./parts.ts";

/** Whether owners alone have written what the turn answers: not where one message is a stranger's, or nobody's. */
export function isOwnersTurn(
  { sessionKey }: Pick<ToolContext, "sessionKey">,
  { turn, owners }: Pick<ToolParts, "turn" | "owners">,
): boolean {
  const messages = turn(sessionKey)?.messages ?? [];
  return messages.length > 0 && messages.every((message) => owners.isOwner(message));
}
