import type { Command } from "../core/command.ts";
import { builtin, type Conversations } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

/** `/stop`: nothing of what was asked before it goes on. */
export function stopCommand(conversations: Pick<Conversations, "stop">, words: () => CommandWords): Command {
  return builtin("stop", words, async ({ sessionKey, reply }) => {
    const { stopped, cancelled } = await conversations.stop(sessionKey);
    if (stopped) return reply(words().stopped(cancelled));
    await reply(cancelled > 0 ? words().cancelled(cancelled) : words().nothingToStop);
  });
}
