import type { TranscriptEntry } from "../core/agent.ts";
import type { OutboundMessage } from "../core/message.ts";
import type { PromptNote } from "../core/store.ts";

export type ResumePoint =
  /** pi has nothing of it: prompt as if for the first time. */
  | { readonly at: "start" }
  | { readonly at: "interrupted" }
  | { readonly at: "answered"; readonly text: string };

/**
 * Where an earlier attempt at a turn stopped. `behind` is what pi's own transcript holds behind the
 * position noted with the prompt: pi writes a message down when it is complete, so what is there has
 * happened and what is not there has not.
 */
export function resumePoint(
  prompted: PromptNote | undefined,
  behind: readonly TranscriptEntry[],
): ResumePoint {
  if (prompted === undefined || !behind.some((entry) => entry.role === "user")) return { at: "start" };
  const last = behind.at(-1);
  const isDone = last?.stopReason === "stop" || last?.stopReason === "length";
  if (last?.role === "assistant" && isDone) return { at: "answered", text: last.text };
  return { at: "interrupted" };
}

/** What pi is told when a turn goes on after a crash. */
export function goOn(alreadySaid: readonly OutboundMessage[]): string {
  const lines = alreadySaid.map((said) => `- ${summaryOf(said)}`);
  const said = lines.length === 0 ? "" : `\nAlready sent, do not send again:\n${lines.join("\n")}`;
  return `[gateway] You were interrupted here. Go on from where you stopped; do not repeat finished steps.${said}`;
}

function summaryOf(said: OutboundMessage): string {
  if (said.kind === "text") return said.markdown;
  return said.kind === "media" ? fileName(said) : said.items.map(fileName).join(", ");
}

/** Under the name that whoever sent it knows it by. */
const fileName = ({ name, path }: { readonly name?: string; readonly path: string }) => name ?? path;
