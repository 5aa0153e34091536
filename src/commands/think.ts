import type { Command } from "../core/command.ts";
import { builtin, change, type Conversations } from "./conversation.ts";
import type { ModelShelf } from "./model.ts";
import { rowsOf } from "./rows.ts";
import { asTyped } from "./typed.ts";
import type { CommandWords } from "./words.ts";

const PER_ROW = 3;

/** `/think`: how long the model thinks in this conversation. */
export function thinkCommand(
  conversations: Pick<Conversations, "open" | "sessions">,
  models: Pick<ModelShelf, "currentOf" | "levelsOf">,
  prefix: () => string,
  words: () => CommandWords,
): Command {
  return builtin("think", words, async (call) => {
    const said = words().think;
    const session = await conversations.sessions.get(call.sessionKey);
    const levels = models.levelsOf(await models.currentOf(session ?? call));
    const level = call.args.toLowerCase();
    if (level === "") {
      const buttons = levels.map((one) => ({
        id: `/think ${one}`,
        label: one === session?.thinkingLevel ? `✓ ${one}` : one,
      }));
      const text = `${said.current(session?.thinkingLevel)} ${said.levels(levels, prefix())}`;
      return call.reply(text, { buttons: rowsOf(buttons, PER_ROW) });
    }
    if (level === "default") {
      await change(call, { thinkingLevel: undefined }, conversations);
      return call.reply(said.reset);
    }
    if (!levels.includes(level)) return call.reply(said.notThere(asTyped(level), levels));
    await change(call, { thinkingLevel: level }, conversations);
    await call.reply(said.set(level));
  });
}
