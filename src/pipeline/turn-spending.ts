import type { ModelUsage, Usage } from "../core/agent.ts";
import { addUsage } from "../core/rpc-events.ts";
import { agentOfKey } from "../core/session-key.ts";
import type { Turn } from "../core/store.ts";
import { senderOf, type TurnUsage } from "../core/usage.ts";

/** On whose account a turn goes: that of whoever wrote the latest message, in its channel, with its agent. */
export function accountOf({ session, messages }: Turn): Omit<TurnUsage, "spent"> {
  const latest = messages.at(-1);
  const channel = latest?.address.channel ?? "";
  return { agent: agentOfKey(session), channel, sender: senderOf(channel, latest?.sender.id ?? "") };
}

/** What one turn has used, model by model: in this attempt, and in earlier ones as the transcript tells. */
export class TurnSpending {
  readonly #spent = new Map<string, Usage>();

  add(spent: readonly ModelUsage[]): void {
    for (const { model, usage } of spent) {
      const known = this.#spent.get(model);
      this.#spent.set(model, known ? addUsage(known, usage) : usage);
    }
  }

  /** For the ledger; nothing if nothing was used. */
  of(turn: Turn): { readonly usage?: TurnUsage } {
    if (this.#spent.size === 0) return {};
    const spent = Array.from(this.#spent, ([model, usage]) => ({ model, usage }));
    return { usage: { ...accountOf(turn), spent } };
  }
}
