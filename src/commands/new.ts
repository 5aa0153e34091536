import type { Command } from "../core/command.ts";
import { builtin, type Conversations } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

/** `/new` and `/reset`: the next message, or the text behind the command, begins a new transcript. */
export function newCommands(conversations: Pick<Conversations, "end">, words: () => CommandWords): Command[] {
  return (["new", "reset"] as const).map((name) =>
    builtin(name, words, async (call) => {
      await conversations.end(call.sessionKey);
      const begins = call.args !== "" || call.message.attachments.length > 0;
      if (begins) return { prompt: call.args };
      return call.reply(words().newConversation);
    }),
  );
}
