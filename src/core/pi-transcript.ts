import { open, type FileHandle } from "node:fs/promises";
import type { TranscriptEntry } from "./agent.ts";
import { isRecord, textOfContent, type WireMessage } from "./rpc-protocol.ts";

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Id of the last entry in pi's session file; undefined if there is none, or no file. */
export async function lastEntryId(file: string): Promise<string | undefined> {
  for await (const entry of entriesFromEnd(file)) return entry.id;
  return undefined;
}

/**
 * The messages behind the entry `position`, oldest first; all of them if it is undefined. Nothing if
 * the file has no such entry: what stands in another transcript answers nobody's question.
 */
export async function entriesAfter(
  file: string,
  position: string | undefined,
): Promise<readonly TranscriptEntry[]> {
  const behind: TranscriptEntry[] = [];
  for await (const entry of entriesFromEnd(file)) {
    if (entry.id === position) return behind.toReversed();
    const message = toTranscriptEntry(entry);
    if (message) behind.push(message);
  }
  return position === undefined ? behind.toReversed() : [];
}

/**
 * Ends a half-written last line, which a crash in the middle of a write leaves behind. Without it pi
 * would append its next entry to that line, and lose both.
 */
export async function mendTranscript(file: string): Promise<void> {
  const handle = await openIfThere(file, "r+");
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    if (size === 0) return;
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, size - 1);
    if (last[0] !== NEWLINE) await handle.write("\n", size);
  } finally {
    await handle.close();
  }
}

interface FileEntry {
  readonly id: string;
  readonly type: string;
  readonly message?: WireMessage;
}

/** The entries of a session file, last first. Lines that cannot be read are skipped. */
async function* entriesFromEnd(file: string): AsyncGenerator<FileEntry> {
  const handle = await openIfThere(file, "r");
  if (!handle) return;
  try {
    for await (const line of linesFromEnd(handle)) {
      const entry = parseEntry(line);
      if (entry) yield entry;
    }
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string, flags: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function* linesFromEnd(handle: FileHandle): AsyncGenerator<string> {
  let start = (await handle.stat()).size;
  let tail: Buffer[] = [];
  while (start > 0) {
    const length = Math.min(CHUNK_BYTES, start);
    start -= length;
    const chunk = Buffer.alloc(length);
    await handle.read(chunk, 0, length, start);
    let end = length;
    for (
      let at = chunk.lastIndexOf(NEWLINE);
      at !== -1;
      at = at === 0 ? -1 : chunk.lastIndexOf(NEWLINE, at - 1)
    ) {
      yield Buffer.concat([chunk.subarray(at + 1, end), ...tail.toReversed()]).toString("utf8");
      tail = [];
      end = at;
    }
    tail.push(chunk.subarray(0, end));
  }
  yield Buffer.concat(tail.toReversed()).toString("utf8");
}

function parseEntry(line: string): FileEntry | undefined {
  if (line.trim() === "") return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    if (!isRecord(entry) || entry["type"] === "session" || typeof entry["id"] !== "string") return undefined;
    const message = entry["message"];
    return {
      id: entry["id"],
      type: String(entry["type"]),
      ...(isRecord(message) && typeof message["role"] === "string"
        ? { message: { ...message, role: message["role"] } }
        : {}),
    };
  } catch {
    // Half a line, from a crash in the middle of a write: it was never complete, so it says nothing.
    return undefined;
  }
}

const ROLES: Readonly<Record<string, TranscriptEntry["role"]>> = {
  user: "user",
  assistant: "assistant",
  toolResult: "tool",
};

function toTranscriptEntry({ id, type, message }: FileEntry): TranscriptEntry | undefined {
  const role = message && ROLES[message.role];
  if (type !== "message" || !role) return undefined;
  const stopReason = role === "assistant" ? message.stopReason : undefined;
  return { id, role, text: textOfContent(message.content), ...(stopReason ? { stopReason } : {}) };
}
