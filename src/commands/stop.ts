import type { Command } from "../core/command.ts";
import { turnToStop } from "../core/stop-button.ts";
import { builtin, type Conversations } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

/** `/stop`: nothing of what was asked before it goes on. The button of an answer that is over does nothing, and says so by being gone. */
export function stopCommand(conversations: Pick<Conversations, "stop">, words: () => CommandWords): Command {
  return builtin("stop", words, async ({ sessionKey, args, reply }) => {
    const turn = turnToStop(args);
    const { stopped, cancelled } = await conversations.stop(sessionKey, turn);
    if (stopped) return reply(words().stopped(cancelled));
    if (turn !== undefined && cancelled === 0) return;
    await reply(cancelled > 0 ? words().cancelled(cancelled) : words().nothingToStop);
  });
}
