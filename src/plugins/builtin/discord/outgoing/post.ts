import type { RESTPostAPIChannelMessageResult } from "discord-api-types/v10";
import type { Address } from "../../../types.ts";
import type { UploadedFile } from "./api.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";
import type { Wishes } from "./wishes.ts";

export interface NewMessage extends Wishes {
  readonly content?: string | undefined;
  readonly components?: readonly object[];
}

/** A message as it is in its chat. */
export type Posted = Pick<RESTPostAPIChannelMessageResult, "id" | "content">;

/**
 * Puts a message into a chat and resolves with what is there then: the older message where one with the same nonce was
 * put there before. Where the bot may not answer, it says it all the same.
 */
export async function post(
  calls: Calls,
  to: Address,
  message: NewMessage,
  { signal, files }: { readonly signal: AbortSignal; readonly files?: readonly UploadedFile[] },
): Promise<Posted> {
  const make = (body: NewMessage) =>
    calls.at<RESTPostAPIChannelMessageResult>(
      to,
      (channel) => ({
        method: "POST",
        path: `/channels/${channel}/messages`,
        body,
        ...(files ? { files } : {}),
      }),
      { signal, adds: true },
    );
  try {
    return await make(message);
  } catch (error) {
    if (!message.message_reference || !isKind(error, "cannot-answer")) throw error;
    const { message_reference: _, ...alone } = message;
    return make(alone);
  }
}
