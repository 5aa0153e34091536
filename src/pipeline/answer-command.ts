import type { ReplyOptions } from "../core/command.ts";
import type { DeliveryKey, InboxEntry } from "../core/store.ts";
import type { SessionKey } from "../core/session-key.ts";
import { commandKey } from "../delivery/keys.ts";
import { quotedIn } from "./notice.ts";
import { postAs, type PostDeps } from "./post.ts";

/** One answer of a command. */
export interface CommandAnswer extends InboxEntry, ReplyOptions {
  readonly session: SessionKey;
  /** Which of the command's answers it is, from 0. */
  readonly part: number;
  readonly markdown: string;
}

/**
 * Answers a command once, however often it runs around a crash. `text` is what people read; absent when hooks
 * withheld it, or when it was said by an earlier run.
 */
export async function answerCommand(
  { id, message, session, part, markdown, buttons }: CommandAnswer,
  deps: PostDeps,
): Promise<{ readonly key: DeliveryKey; readonly text?: string }> {
  const key = commandKey(id, part);
  if (await deps.outbox.find(key)) return { key };
  const below = buttons && buttons.length > 0 ? { buttons } : {};
  const posting = { kind: "text", markdown, replyTo: quotedIn(message), ...below } as const;
  const said = await postAs({ to: message.address, session, message: posting, key }, deps);
  return { key, ...(said?.kind === "text" ? { text: said.markdown } : {}) };
}
