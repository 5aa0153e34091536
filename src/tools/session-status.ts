import type { SessionStatus } from "../core/session-status.ts";
import type { Tool } from "../core/tool.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

/** `session_status`: tokens, cost, model, and how full the context is. */
export function sessionStatus({ control }: Pick<ToolParts, "control">): Tool {
  return {
    name: "session_status",
    description:
      "Tells how this conversation is: the tokens used so far, what they cost, the model that answers, and how much of its context is used.",
    parameters: { type: "object", properties: {}, additionalProperties: false },
    async execute(_params, { sessionKey }) {
      const status = await control.sessionStatus(sessionKey);
      if (!status) throw new ToolError("This conversation has no record yet.");
      return shown(status);
    },
  };
}

/** With the guide's words for what people ask about. */
function shown({ usage, context, model, ...status }: SessionStatus): object {
  return {
    model: model ?? "unknown",
    tokens: { input: usage.inputTokens, output: usage.outputTokens },
    costUsd: usage.costUsd,
    context,
    ...status,
  };
}
