import type { BudgetState } from "../core/budget.ts";
import type { Command, CommandCall, ListedCommand } from "../core/command.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { SessionStatus } from "../core/session-status.ts";
import type { UsageLedger } from "../core/usage.ts";
import type { CronEngine } from "../core/cron-port.ts";
import { compactCommand } from "./compact.ts";
import type { Conversations } from "./conversation.ts";
import { cronCommand } from "./cron.ts";
import { helpCommand } from "./help.ts";
import { type ModelShelf, modelCommand } from "./model.ts";
import { newCommands } from "./new.ts";
import { pairCommand, type PairingBook } from "./pair.ts";
import { type QueueDefaults, queueCommand } from "./queue.ts";
import { statusCommand } from "./status.ts";
import { stopCommand } from "./stop.ts";
import { thinkCommand } from "./think.ts";
import { usageCommand } from "./usage.ts";
import { whoamiCommand } from "./whoami.ts";
import type { CommandWords } from "./words.ts";

/** What the gateway's own commands work with. */
export interface BuiltinParts {
  readonly conversations: Conversations;
  readonly models: ModelShelf;
  readonly statusOf: (session: SessionKey) => Promise<SessionStatus | undefined>;
  /** How the queue is set for a chat where nobody said otherwise. */
  readonly queueDefaults: (call: Pick<CommandCall, "channel">) => QueueDefaults;
  readonly usage: Pick<UsageLedger, "spentBy">;
  readonly cron: () => CronEngine;
  readonly pairing: PairingBook;
  readonly budgets: () => Promise<readonly BudgetState[]>;
  readonly offered: (call: CommandCall) => Promise<readonly ListedCommand[]>;
  readonly prefix: () => string;
  readonly words: () => CommandWords;
}

/** The gateway's own commands, in the order of `/help`. */
export function builtinCommands(parts: BuiltinParts): readonly Command[] {
  const { conversations, models, queueDefaults, prefix, words } = parts;
  return [
    ...newCommands(conversations, words),
    stopCommand(conversations, words),
    statusCommand(parts, words),
    modelCommand(conversations, models, prefix, words),
    thinkCommand(conversations, models, prefix, words),
    compactCommand(conversations, prefix, words),
    queueCommand(conversations, queueDefaults, prefix, words),
    usageCommand(parts.usage, parts.budgets, words),
    cronCommand(parts.cron, prefix, words),
    pairCommand(parts.pairing, prefix, words),
    whoamiCommand(words),
    helpCommand(parts.offered, prefix, words),
  ];
}
