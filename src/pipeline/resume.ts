import type { TranscriptEntry } from "../core/agent.ts";
import type { OutboundMessage } from "../core/message.ts";
import { isSilence } from "../core/silence.ts";
import type { SteeredMessage, Turn } from "../core/store.ts";

export type ResumePoint =
  /** pi has nothing of it: prompt as if for the first time, with all that has joined since. */
  | { readonly at: "start" }
  | (Halfway & { readonly at: "interrupted" })
  | (Halfway & { readonly at: "answered" });

interface Halfway {
  /** The answers so far: more than one where a message joined after the first was given. */
  readonly text: string;
  /** Of the messages that joined, those that are not in the transcript. */
  readonly untaken: readonly SteeredMessage[];
}

/**
 * Where an earlier attempt at a turn stopped. `behind` is what pi's own transcript holds behind the
 * position noted with the prompt: pi writes a message down when it is complete, so what is there has
 * happened and what is not there has not.
 */
export function resumePoint(
  { prompted, steered }: Pick<Turn, "prompted" | "steered">,
  behind: readonly TranscriptEntry[],
): ResumePoint {
  const promptAt = behind.findIndex((entry) => entry.role === "user");
  if (prompted === undefined || promptAt === -1) return { at: "start" };
  const untaken = missingFrom(behind, promptAt, steered);
  const answers = behind.filter((entry, at) => isAnswer(entry) && endsThere(behind[at + 1]));
  const said = answers.map((entry) => entry.text).filter((answer) => !isSilence(answer));
  const text = said.join("\n\n");
  const last = behind.at(-1);
  return { at: last && isAnswer(last) ? "answered" : "interrupted", text, untaken };
}

const isAnswer = ({ role, stopReason }: TranscriptEntry) =>
  role === "assistant" && (stopReason === "stop" || stopReason === "length");

/** Whether an answer stands, seen from what comes behind it: a message that joined, or nothing. */
const endsThere = (next: TranscriptEntry | undefined) => next === undefined || next.role === "user";

/**
 * Those of the messages that joined which the transcript does not hold. Each entry stands for one message, and
 * only behind the place where the transcript ended when that message joined: a second "yes" is not the first one.
 */
function missingFrom(
  behind: readonly TranscriptEntry[],
  promptAt: number,
  steered: readonly SteeredMessage[],
): readonly SteeredMessage[] {
  const used = new Set<number>([promptAt]);
  return steered.filter(({ note }) => {
    const from = behind.findIndex((entry) => entry.id === note.position) + 1;
    const at = behind.findIndex(
      ({ role, text }, index) => index >= from && role === "user" && text === note.text && !used.has(index),
    );
    used.add(at);
    return at === -1;
  });
}

/** What the model has said in an earlier attempt, as far as it counts: of a message that failed or broke off nothing does. */
export function messagesOf(behind: readonly TranscriptEntry[]): readonly TranscriptEntry[] {
  return behind.filter(
    ({ role, stopReason }) => role === "assistant" && stopReason !== "error" && stopReason !== "aborted",
  );
}

/** What pi is told of an answer that people have read the beginning of, and that its transcript does not hold. */
export function alreadyRead(begun: string): string {
  return `[gateway] You had begun to answer when you were interrupted. This much has been read already; go on right behind it and do not repeat it:\n${begun}`;
}

/** What pi is told when a turn goes on after a crash; `begun` is what has been read of an answer that broke off. */
export function goOn(alreadySaid: readonly OutboundMessage[], begun = ""): string {
  const lines = alreadySaid.map((said) => `- ${summaryOf(said)}`);
  const said = lines.length === 0 ? "" : `\nAlready sent, do not send again:\n${lines.join("\n")}`;
  const read = begun === "" ? "" : `\n${alreadyRead(begun)}`;
  return `[gateway] You were interrupted here. Go on from where you stopped; do not repeat finished steps.${said}${read}`;
}

function summaryOf(said: OutboundMessage): string {
  if (said.kind === "text") return said.markdown;
  return said.kind === "media" ? fileName(said) : said.items.map(fileName).join(", ");
}

/** Under the name that whoever sent it knows it by. */
const fileName = ({ name, path }: { readonly name?: string; readonly path: string }) => name ?? path;
