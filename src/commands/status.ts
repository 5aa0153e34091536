import type { Command, CommandCall } from "../core/command.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { SessionStatus } from "../core/session-status.ts";
import { builtin, type Conversations } from "./conversation.ts";
import type { QueueDefaults } from "./queue.ts";
import { dollars } from "./usage.ts";
import type { CommandWords } from "./words.ts";

/** `/status`: how this conversation is, also while its answer is being written. */
export function statusCommand(parts: StatusParts, words: () => CommandWords): Command {
  return builtin("status", words, async (call) => {
    const status = await parts.statusOf(call.sessionKey);
    if (!status) return call.reply(words().nothingYet);
    const own = (await parts.conversations.sessions.get(call.sessionKey))?.queue;
    const { mode = "steer" } = { ...parts.queueDefaults(call), ...own };
    await call.reply(listed(status, mode, words()));
  });
}

interface StatusParts {
  readonly conversations: Pick<Conversations, "sessions">;
  readonly statusOf: (session: SessionKey) => Promise<SessionStatus | undefined>;
  readonly queueDefaults: (call: CommandCall) => QueueDefaults;
}

function listed(status: SessionStatus, mode: string, { status: said }: CommandWords): string {
  const { model, thinkingLevel, context, usage, isRunning, waiting } = status;
  const thinking = thinkingLevel === undefined ? "" : ` (${said.thinking(thinkingLevel)})`;
  const { tokens, window, percent } = context;
  const filled =
    window === undefined || percent === undefined
      ? said.tokens(tokens)
      : said.contextOf(tokens, window, percent);
  const cost = usage.costUsd > 0 ? `, ${dollars(usage.costUsd)}` : "";
  const now = [isRunning ? said.answering : said.idle, ...(waiting > 0 ? [said.waiting(waiting)] : [])];
  return [
    `**${said.title}**`,
    "",
    `- ${said.model}: ${model === undefined ? said.noModel : `\`${model}\``}${thinking}`,
    `- ${said.context}: ${filled}`,
    `- ${said.used}: ${said.usedTokens(usage.inputTokens, usage.outputTokens)}${cost}`,
    `- ${said.now}: ${now.join(", ")}`,
    `- ${said.queue}: ${mode}`,
    `- ${said.turns}: ${status.turns}`,
  ].join("\n");
}
