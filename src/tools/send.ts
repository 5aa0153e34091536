import type { OutboundMessage } from "../core/message.ts";
import type { ToolContext } from "../core/tool.ts";
import type { ToolChat } from "./chats.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

/** How long a tool waits for the platform before the model goes on with a handle. */
const WAIT_MS = 20_000;

/** What every sending tool tells the model. */
export const HOW_TO_END =
  "Your answer at the end of the turn is sent by itself, so use this only for something beside it. When all is said with this tool, end the turn with exactly NO_REPLY and nothing else.";

/** Sends under the key of the tool call, so that no crash repeats it, and says what the model may refer to. */
export async function sendAs(
  message: OutboundMessage,
  chat: ToolChat,
  { turn, callId, sessionKey, signal }: ToolContext,
  { outlet }: Pick<ToolParts, "outlet">,
): Promise<object> {
  const utterance = {
    to: chat.address,
    session: chat.session,
    message,
    key: `${turn}/tool/${callId}`,
  };
  const said = await outlet.say(utterance, sessionKey, WAIT_MS, signal);
  switch (said.state) {
    case "sent": {
      const [messageId, ...others] = said.refs.map((ref) => ref.id);
      return { messageId, ...(others.length > 0 ? { furtherMessageIds: others } : {}) };
    }
    case "pending":
      return {
        handle: said.key,
        delivered: false,
        note: "It will be delivered as soon as the platform takes it; do not send it again. The handle stands for the message's id.",
      };
    case "withheld":
      throw new ToolError(
        "A plugin of the gateway withheld this message. Do not try to send it in another way.",
      );
    default:
      throw new ToolError(`${chat.channel.name} did not take it: ${said.error}`);
  }
}
