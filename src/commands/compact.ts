import type { Command } from "../core/command.ts";
import { builtin, type Conversations } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

/**
 * `/compact`: shortens the conversation, as a turn: it survives a crash, waits for a process, can be stopped, and
 * never runs beside another turn. See `pipeline/compaction.ts`.
 */
export function compactCommand(
  conversations: Pick<Conversations, "sessions" | "isBusy">,
  prefix: () => string,
  words: () => CommandWords,
): Command {
  return builtin("compact", words, async ({ sessionKey, args, reply }) => {
    if (await conversations.isBusy(sessionKey)) return reply(words().busy(prefix()));
    const session = await conversations.sessions.get(sessionKey);
    if (!session || session.hasEnded || session.turns === 0) return reply(words().nothingToCompact);
    return { prompt: `${prefix()}compact ${args}`.trim(), isPiCommand: true };
  });
}
