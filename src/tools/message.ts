import type { MessageRef } from "../core/message.ts";
import type { MessageChange } from "../core/outlet.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Tool, ToolContext } from "../core/tool.ts";
import { channelOf, chatOf, sessionIn, TARGET_PARAMETER } from "./chats.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

interface Params {
  readonly action: "react" | "edit" | "delete" | "pin";
  readonly messageId: string;
  readonly emoji?: string;
  readonly text?: string;
  readonly to?: string;
}

/** `message`: does something to a message that is there. */
export function message(parts: ToolParts): Tool<Params> {
  return {
    name: "message",
    description:
      "Does something to a message in the chat: reacts to it with an emoji, edits, deletes or pins it. Ids of people's messages stand under them as message_id; send_message and send_media return those of yours. Only your own messages can be edited.",
    parameters: {
      type: "object",
      properties: {
        action: { type: "string", enum: ["react", "edit", "delete", "pin"] },
        messageId: {
          type: "string",
          minLength: 1,
          description: "The message's id, or the handle of one on its way.",
        },
        emoji: { type: "string", minLength: 1, maxLength: 64, description: "For react, such as 👍." },
        text: { type: "string", minLength: 1, description: "For edit: the new text, as Markdown." },
        to: TARGET_PARAMETER,
      },
      required: ["action", "messageId"],
      additionalProperties: false,
    },
    async execute(params, context) {
      const change = changeOf(params);
      const { ref, session } = await messageOf(params, context, parts);
      assertAble(change, ref, parts);
      await parts.outlet.change(ref, session, change, context.signal);
      return { done: params.action, messageId: params.messageId };
    },
  };
}

function changeOf({ action, emoji, text }: Params): MessageChange {
  switch (action) {
    case "react":
      if (emoji === undefined) throw new ToolError('message: "emoji" is missing; react needs one.');
      return { kind: "react", emoji };
    case "edit":
      if (text === undefined) throw new ToolError('message: "text" is missing; edit needs the new text.');
      return { kind: "edit", markdown: text };
    case "delete":
      return { kind: "remove" };
    default:
      return { kind: "pin" };
  }
}

/** The message that an id or a handle names, and the conversation that it belongs to. */
async function messageOf(
  { messageId, to }: Params,
  context: ToolContext,
  parts: ToolParts,
): Promise<{ ref: MessageRef; session: SessionKey }> {
  const delivery = await parts.outbox.find(messageId);
  if (!delivery) {
    const { address, session } = await chatOf(to, context, parts);
    return { ref: { address, id: messageId }, session };
  }
  if (delivery.state === "dead") throw new ToolError(`That message was not delivered: ${delivery.error}`);
  if (delivery.state !== "sent") throw new ToolError("That message is not delivered yet. Try again later.");
  return { ref: delivery.ref, session: await sessionIn(delivery.ref.address, context, parts) };
}

const METHODS = { react: "react", edit: "edit", remove: "remove", pin: "pin" } as const;
const WORDS = {
  react: "react to messages",
  edit: "edit messages",
  remove: "delete messages",
  pin: "pin messages",
};

/** An optional method is there iff the platform can do it. */
function assertAble({ kind }: MessageChange, { address }: MessageRef, parts: ToolParts): void {
  const channel = channelOf(address, parts);
  if (channel[METHODS[kind]]) return;
  throw new ToolError(`${channel.name} cannot ${WORDS[kind]}.`);
}
