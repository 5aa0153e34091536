import type { Compaction, PiCommand } from "./agent.ts";
import { GO_ON_COMMAND } from "./bridge-port.ts";
import type { PooledPi } from "./pooled-pi.ts";
import type { RpcProcess } from "./rpc-process.ts";
import { isRecord, textOf } from "./rpc-protocol.ts";
import type { SessionKey } from "./session-key.ts";

const DEADLINE_MS = 10_000;

/** What this pi understands behind a slash, in the session that it has open; not what is there for the gateway. */
export async function askCommands(process: RpcProcess): Promise<readonly PiCommand[]> {
  const answer = await process.request({ type: "get_commands" }, DEADLINE_MS);
  const listed = isRecord(answer) && Array.isArray(answer["commands"]) ? answer["commands"] : [];
  return listed.flatMap(commandOf);
}

/** The same from the pi among `pis` that has `session` open, or from any that is up; nothing where none is. */
export async function commandsOf(
  pis: readonly PooledPi[],
  session: SessionKey | undefined,
): Promise<readonly PiCommand[]> {
  const up = pis.filter((pi) => pi.isReady && !pi.isRetiring);
  const pi = up.find((one) => session !== undefined && one.session === session) ?? up[0];
  if (!pi) return [];
  try {
    return await askCommands(pi.process);
  } catch {
    // It ends just now: whoever shows a list shows it without pi's part.
    return [];
  }
}

const KINDS: Readonly<Record<string, PiCommand["kind"]>> = {
  skill: "skill",
  prompt: "template",
  extension: "extension",
};

function commandOf(listed: unknown): PiCommand[] {
  if (!isRecord(listed)) return [];
  const name = textOf(listed["name"]);
  const kind = KINDS[textOf(listed["source"])];
  const summary = textOf(listed["description"]);
  if (name === "" || name === GO_ON_COMMAND || kind === undefined) return [];
  return [{ name, kind, ...(summary === "" ? {} : { summary }) }];
}

/** Has pi shorten the conversation that it has open; see `Agent.compact`. */
export async function askCompaction(
  process: RpcProcess,
  instructions: string | undefined,
  graceMs: number,
  signal: AbortSignal,
): Promise<Compaction> {
  let givingUp: Promise<void> | undefined;
  const giveUp = () => {
    givingUp ??= process.stop(graceMs);
  };
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    // No deadline: a model writes the summary. The turn's own deadline aborts.
    const answer = await process.request({
      type: "compact",
      ...(instructions === undefined ? {} : { customInstructions: instructions }),
    });
    const told = isRecord(answer) ? answer : {};
    return {
      ...countOf("tokensBefore", told["tokensBefore"]),
      ...countOf("tokensAfter", told["estimatedTokensAfter"]),
    };
  } finally {
    signal.removeEventListener("abort", giveUp);
    await givingUp;
  }
}

function countOf(name: keyof Compaction, value: unknown): Compaction {
  return typeof value === "number" && value >= 0 ? { [name]: value } : {};
}
