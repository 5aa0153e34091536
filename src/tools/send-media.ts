import type { Attachment } from "../core/message.ts";
import type { Tool } from "../core/tool.ts";
import { chatOf, TARGET_PARAMETER } from "./chats.ts";
import { keepFile } from "./media-file.ts";
import { kindOf, mediaProblem } from "./media-type.ts";
import type { ToolParts } from "./parts.ts";
import { HOW_TO_END, sendAs } from "./send.ts";
import { ToolError } from "./tool-error.ts";

interface Params {
  readonly path: string;
  readonly type?: Attachment["kind"];
  readonly asNote?: boolean;
  readonly caption?: string;
  readonly replyTo?: string;
  readonly to?: string;
}

const MB = 1024 * 1024;

/** `send_media`: a file of the workspace into a chat. What is sent is a copy of what was checked. */
export function sendMedia(parts: ToolParts): Tool<Params> {
  return {
    name: "send_media",
    description: `Sends a file from your workspace to the chat at once. Returns its messageId. ${HOW_TO_END}`,
    parameters: {
      type: "object",
      properties: {
        path: { type: "string", minLength: 1, description: "The file, from the workspace on or absolute." },
        type: {
          type: "string",
          enum: ["photo", "audio", "document", "video", "sticker"],
          description: "How it is shown. Default: what fits the file.",
        },
        asNote: {
          type: "boolean",
          description:
            "Shows sound as a voice message and a video as a round one, where the platform has those.",
        },
        caption: { type: "string", description: "A text that goes with it." },
        replyTo: {
          type: "string",
          minLength: 1,
          description: "The message_id of the message that this answers.",
        },
        to: TARGET_PARAMETER,
      },
      required: ["path"],
      additionalProperties: false,
    },
    async execute({ path, type, asNote, caption, replyTo, to }, context) {
      const chat = await chatOf(to, context, parts);
      const { folders, maxFileMb } = parts.config().media;
      const file = await keepFile(path, {
        workspace: parts.folders.workspace(context.agent),
        folders,
        closed: parts.folders.closed(),
        into: parts.folders.media,
        maxBytes: maxFileMb * MB,
        signal: context.signal,
      });
      const media = type ?? kindOf(file.mimeType);
      const problem = mediaProblem(media, file.mimeType);
      if (problem !== undefined) throw new ToolError(`${file.name} ${problem}`);
      if (asNote && media !== "audio" && media !== "video") {
        throw new ToolError(`${file.name} cannot be sent with asNote: only sound and videos can.`);
      }
      const message = {
        kind: "media",
        media,
        ...file,
        ...(asNote ? { isNote: true } : {}),
        ...(caption === undefined || caption === "" ? {} : { caption }),
        ...(replyTo === undefined ? {} : { replyTo }),
      } as const;
      return sendAs(message, chat, context, parts);
    },
  };
}
