import type { Tool } from "../core/tool.ts";
import { chatOf, TARGET_PARAMETER } from "./chats.ts";
import type { ToolParts } from "./parts.ts";
import { HOW_TO_END, sendAs } from "./send.ts";

interface Params {
  readonly text: string;
  readonly replyTo?: string;
  readonly to?: string;
}

/** `send_message`: a text into the chat of the turn, or into another one that the agent may reach. */
export function sendMessage(parts: ToolParts): Tool<Params> {
  return {
    name: "send_message",
    description: `Sends a text message to the chat at once, while you go on working. Returns its messageId. ${HOW_TO_END}`,
    parameters: {
      type: "object",
      properties: {
        text: { type: "string", minLength: 1, description: "What to say, as Markdown." },
        replyTo: {
          type: "string",
          minLength: 1,
          description: "The message_id of the message that this answers.",
        },
        to: TARGET_PARAMETER,
      },
      required: ["text"],
      additionalProperties: false,
    },
    async execute({ text, replyTo, to }, context) {
      const chat = await chatOf(to, context, parts);
      const message = {
        kind: "text",
        markdown: text,
        ...(replyTo === undefined ? {} : { replyTo }),
      } as const;
      return sendAs(message, chat, context, parts);
    },
  };
}
