import type { Address } from "./message.ts";
import type { DeliveryKey, SaidByTool } from "./outbox-ledger.ts";
import { isSameChat } from "./target.ts";

/**
 * The key of what a tool has said in `to` during a turn, where that is what the turn has answered, word for word:
 * then the answer is there and need not be said again. Undefined where it was not said, or not in one message of the
 * tool's; white space aside, a long text in several pieces is one.
 */
export function saidAlready(
  said: readonly SaidByTool[],
  to: Address,
  answer: string,
): DeliveryKey | undefined {
  const texts = new Map<string, string>();
  for (const { key, to: place, message } of said) {
    if (message.kind !== "text" || !isSameChat(place, to)) continue;
    const call = key.replace(/^([^/]*\/tool\/[^/]*)\/\d+$/, "$1");
    texts.set(call, `${texts.get(call) ?? ""}${wordsOf(message.markdown)}`);
  }
  const words = wordsOf(answer);
  return [...texts].find(([, text]) => text === words)?.[0];
}

const wordsOf = (text: string) => text.replaceAll(/\s/g, "");
