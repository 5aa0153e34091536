import type { Tool, ToolContext } from "../core/tool.ts";
import { isOwnersTurn } from "./owners-turn.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

interface Params {
  readonly action: "reload" | "restart";
}

/** `gateway`: reads the configuration again, or starts the gateway anew. */
export function gateway(parts: ToolParts): Tool<Params> {
  return {
    name: "gateway",
    description:
      "Manages the gateway that connects you to this chat. reload reads its configuration again and reports what changed; restart starts it anew once this turn has ended, for the owner only.",
    parameters: {
      type: "object",
      properties: { action: { type: "string", enum: ["reload", "restart"] } },
      required: ["action"],
      additionalProperties: false,
    },
    execute: ({ action }, context) => (action === "reload" ? reload(parts) : restart(context, parts)),
  };
}

async function reload({ control }: ToolParts): Promise<object> {
  const report = await control.reloadConfig();
  if (report.problems.length === 0) return { reloaded: true, ...report };
  throw new ToolError(
    `The configuration cannot be used and nothing was changed: ${report.problems.join("; ")}`,
  );
}

async function restart(context: ToolContext, parts: ToolParts): Promise<object> {
  assertMay(context, parts);
  const { turn, sessionKey, chat } = context;
  const plan = await parts.control.restart({ id: turn, session: sessionKey, chat });
  if (plan === "done") {
    return { restarted: true, note: "The gateway has been restarted for this turn already. Go on." };
  }
  if (plan === "impossible") {
    throw new ToolError("The gateway cannot restart itself here: whoever started it has to do it.");
  }
  return {
    restarting: true,
    note: "The gateway restarts as soon as this turn has ended, and says in this chat when it is back. End your turn now.",
  };
}

function assertMay(context: ToolContext, parts: ToolParts): void {
  if (parts.config().gateway.restartBy === "anyone" || isOwnersTurn(context, parts)) return;
  throw new ToolError("Only the gateway's owner can have it restarted. Tell the person so.");
}
