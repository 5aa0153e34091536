import type { DelegationResult } from "../core/delegations.ts";
import type { Tool } from "../core/tool.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

interface Params {
  readonly agent: string;
  readonly task: string;
  readonly mode?: "wait" | "later";
  readonly timeoutSeconds?: number;
}

/** `delegate`: a task for another agent, in a conversation of its own. */
export function delegate(parts: Pick<ToolParts, "delegations" | "turn">): Tool<Params> {
  return {
    name: "delegate",
    description:
      "Gives a task to another agent, which works on it in a conversation of its own and knows nothing of this one. Its answer is the result, or with mode later a message that comes when it is done. Several at once are possible.",
    parameters: {
      type: "object",
      properties: {
        agent: {
          type: "string",
          minLength: 1,
          maxLength: 64,
          description: "Whose task it is: the agent's id.",
        },
        task: {
          type: "string",
          minLength: 1,
          maxLength: 50_000,
          description: "What it is to do, with all that it must know for that.",
        },
        mode: {
          type: "string",
          enum: ["wait", "later"],
          description: "wait (default): you go on when it has answered. later: you go on at once.",
        },
        timeoutSeconds: {
          type: "integer",
          minimum: 1,
          maximum: 86_400,
          description: "It is stopped after this long.",
        },
      },
      required: ["agent", "task"],
      additionalProperties: false,
    },
    async execute(
      { agent, task, mode = "wait", timeoutSeconds },
      { sessionKey, turn, chat, signal, ...from },
    ) {
      const attempt = parts.turn(sessionKey)?.attempt ?? "";
      const timeoutMs = timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 };
      return shown(
        agent,
        await parts
          .delegations()
          .ask(
            { agent, task, mode, ...timeoutMs },
            { session: sessionKey, agent: from.agent, turn, attempt, chat },
            signal,
          ),
      );
    },
  };
}

function shown(agent: string, { state, session, answer }: DelegationResult): string | object {
  switch (state) {
    case "done":
      return answer === undefined || answer === "" ? `${agent} has done it and says nothing.` : answer;
    case "asked":
      return {
        asked: agent,
        session,
        note: "Its answer comes as a message. Do not wait for it, and do not ask again.",
      };
    default:
      throw new ToolError(
        `${agent} did not do it: ${answer ?? (state === "cancelled" ? "it was stopped" : "it gave no reason")}`,
      );
  }
}
