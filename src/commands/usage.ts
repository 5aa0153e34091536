import type { BudgetState } from "../core/budget.ts";
import type { Command, CommandCall } from "../core/command.ts";
import type { Usage } from "../core/agent.ts";
import { senderOf, type SpentSoFar, type UsageLedger, type UsageSubject } from "../core/usage.ts";
import { builtin } from "./conversation.ts";
import type { CommandWords, UsageWords } from "./words.ts";

/** `/usage`: what this conversation and its person have used; owners see what all have, and the limits. */
export function usageCommand(
  ledger: Pick<UsageLedger, "spentBy">,
  budgets: () => Promise<readonly BudgetState[]>,
  words: () => CommandWords,
): Command {
  return builtin("usage", words, async (call) => {
    const said = words().usage;
    const parts: string[] = [];
    for (const { title, subject } of accountsOf(call, said)) {
      parts.push(`**${title}**\n\n${listed(await ledger.spentBy(subject), said)}`);
    }
    const limits = call.isOwner ? await budgets() : [];
    if (limits.length > 0) {
      parts.push(`**${said.limits}**\n\n${limits.map((limit) => limitLine(limit, said)).join("\n")}`);
    }
    await call.reply(parts.join("\n\n"));
  });
}

interface Account {
  readonly title: string;
  readonly subject: UsageSubject;
}

function accountsOf({ sessionKey, channel, sender, isOwner }: CommandCall, said: UsageWords): Account[] {
  return [
    { title: said.conversation, subject: `session:${sessionKey}` },
    { title: said.you, subject: `sender:${senderOf(channel, sender.id)}` },
    ...(isOwner ? [{ title: said.all, subject: "all" } as const] : []),
  ];
}

function listed({ day, month, ever }: SpentSoFar, said: UsageWords): string {
  return [
    `- ${said.today}: ${sum(day, said)}`,
    `- ${said.month}: ${sum(month, said)}`,
    `- ${said.ever}: ${sum(ever, said)}`,
  ].join("\n");
}

function limitLine({ account, period, spentUsd, limitUsd }: BudgetState, said: UsageWords): string {
  const whose = account.name === undefined ? said.all : `\`${account.name}\``;
  const when = period === "day" ? said.today : said.month;
  return `- ${whose}, ${when.toLowerCase()}: ${said.spentOf(dollars(spentUsd), dollars(limitUsd))}`;
}

function sum({ inputTokens, outputTokens, costUsd }: Usage, said: UsageWords): string {
  return `${said.tokens(inputTokens, outputTokens)}${costUsd > 0 ? `, ${dollars(costUsd)}` : ""}`;
}

/** Small sums would otherwise be nothing. */
export const dollars = (amount: number) => `$${amount.toFixed(amount < 0.1 ? 4 : 2)}`;
