import type { APIThreadChannel } from "discord-api-types/v10";
import { buttonLabelOf } from "../../../button-ids.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";
import { messagePath } from "./place.ts";

/** Discord's own choices of when a quiet thread is put away. */
export type ArchiveAfterMinutes = 60 | 1440 | 4320 | 10_080;

export interface ThreadWish {
  /** The channel, and the message in it, that the thread begins from. */
  readonly channel: string;
  readonly message: string;
  /** What people have written; its first line names the thread. */
  readonly text: string;
  readonly archiveAfterMinutes?: ArchiveAfterMinutes;
}

const LONGEST_NAME = 100;
/** Of what means something to Discord only in a text. */
const MARKS = /<a?:(\w+):\d+>|<[@#][!&]?\d+>|[*_`~|]+/g;

/** Opens a thread from a message and resolves with its id; with that of the thread that is there already, if one is. */
export async function openThread(calls: Calls, wish: ThreadWish, signal?: AbortSignal): Promise<string> {
  const { channel, message, text, archiveAfterMinutes } = wish;
  const path = `${messagePath(channel, message)}/threads` as const;
  const body = {
    name: threadNameOf(text),
    ...(archiveAfterMinutes === undefined ? {} : { auto_archive_duration: archiveAfterMinutes }),
  };
  try {
    const { id } = await calls.make<APIThreadChannel>({ method: "POST", path, body }, { signal });
    return id;
  } catch (error) {
    // A thread has the id of the message that it begins from.
    if (isKind(error, "thread-exists")) return message;
    throw error;
  }
}

/** The first line that says something, without marks, at most 100 characters. */
export function threadNameOf(text: string): string {
  const lines = text.split("\n").map((line) => plainOf(line));
  return buttonLabelOf(lines.find((line) => line !== "") ?? "", LONGEST_NAME);
}

function plainOf(line: string): string {
  return line
    .replaceAll(MARKS, (_, emoji?: string) => (emoji === undefined ? "" : `:${emoji}:`))
    .replaceAll(/^[#>\s-]+/g, "")
    .trim();
}
