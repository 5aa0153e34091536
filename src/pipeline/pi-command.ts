import type { Agent } from "../core/agent.ts";
import { allowedOf } from "../core/allowed-commands.ts";
import { type CommandText, readCommand } from "../core/command-text.ts";
import type { Config } from "../core/config-schema.ts";
import { AgentError } from "../core/errors.ts";
import type { Turn } from "../core/store.ts";
import { joinPieces } from "./join-pieces.ts";
import type { Sentences } from "./sentences.ts";

type Settings = Config["commands"];

/** What a turn may be instead of a question to the model: its admission has let it, and it is alone. */
export function piCommandOf(turn: Turn, { prefix }: Settings): CommandText | undefined {
  const [message, ...others] = joinPieces(turn.messages);
  const isAlone = others.length === 0 && turn.collapsed === 0;
  return message?.isPiCommand && isAlone ? readCommand(message.text, prefix) : undefined;
}

/** `/compact`: not a text for pi but something that it is told to do. */
export const isCompaction = (command: CommandText) => command.name.toLowerCase() === "compact";

/** The command as pi wants it, if pi has it in this session and the configuration allows it. */
export async function runnableText(
  { name, args }: CommandText,
  agent: Agent,
  { allow }: Settings,
): Promise<string | undefined> {
  const allowed = allowedOf(await agent.commands(), allow);
  const known =
    allowed.find((one) => one.name === name) ??
    allowed.find((one) => one.name.toLowerCase() === name.toLowerCase());
  // pi takes everything up to the first space for the name.
  return known && `/${known.name} ${args}`.trimEnd();
}

/** Has pi shorten the conversation; resolves with what people are told. */
export async function compact(
  agent: Agent,
  { args }: CommandText,
  turn: Turn,
  sentences: Sentences,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { tokensBefore, tokensAfter } = await agent.compact(args === "" ? undefined : args, signal);
    return sentences.compacted(tokensBefore, tokensAfter);
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== "refused") throw error;
    const { message } = error;
    // An earlier attempt got as far as that, and died before it could say so.
    if (/already compacted/i.test(message) && turn.attempt > 1)
      return sentences.compacted(undefined, undefined);
    if (/nothing to compact|already compacted/i.test(message)) return sentences.nothingToCompact;
    if (/compaction cancelled/i.test(message)) return sentences.compactionWithheld;
    throw new AgentError("model-failed", message.replace(/^compaction failed: /i, ""), { cause: error });
  }
}
