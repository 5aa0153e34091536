import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, readFile, rename, writeFile } from "node:fs/promises";
import type { TranscriptEntry } from "./agent.ts";
import { spentBy } from "./rpc-events.ts";
import { isRecord, textOfContent, type WireMessage } from "./rpc-protocol.ts";

const CHUNK_BYTES = 64 * 1024;
/** The first line of a session file: an id, a time and a path or two. */
const HEAD_BYTES = 16 * 1024;
/** Most entries are shorter; a longer one is found in the long way. */
const TAIL_BYTES = 16 * 1024;
const NEWLINE = 10;

/** Id of the last entry in pi's session file; undefined if there is none, or no file. */
export async function lastEntryId(file: string): Promise<string | undefined> {
  const last = parseEntry(lastLineOf(file));
  if (last) return last.id;
  for await (const entry of entriesFromEnd(file)) return entry.id;
  return undefined;
}

/**
 * The last line of a file, as far as it is short; else nothing. Reads without giving way: each prompt waits for
 * this, and handing a read of a few kilobytes to another thread takes longer than the read.
 */
function lastLineOf(file: string): string {
  const descriptor = openNow(file);
  if (descriptor === undefined) return "";
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    const lines = tail.toString("utf8").trimEnd();
    // Without a line before it, it may be the end of a longer one.
    return lines.slice(lines.lastIndexOf("\n") + 1 || lines.length);
  } finally {
    closeSync(descriptor);
  }
}

function openNow(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch {
    // Not there, most often; if it is there and cannot be read, the long way says why.
    return undefined;
  }
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
 * Makes a transcript fit to be opened by a pi that works in `cwd`: ends a half-written last line, to which
 * pi would append its next entry and lose both, and corrects the folder that the conversation works in, which
 * pi would go back to, or refuse the session if it is gone. Nobody may have the file open.
 */
export async function mendTranscript(file: string, cwd: string): Promise<void> {
  const handle = await openIfThere(file, "r+");
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    if (size === 0) return;
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, size - 1);
    if (last[0] !== NEWLINE) await handle.write("\n", size);
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await handle.read(head, 0, head.length, 0);
    await moveTo(cwd, file, head);
  } finally {
    await handle.close();
  }
}

/** Writes the file anew with `cwd` in its first line, if another folder stands there. */
async function moveTo(cwd: string, file: string, head: Buffer): Promise<void> {
  const end = head.indexOf(NEWLINE);
  const header = parseLine(head.subarray(0, end === -1 ? 0 : end).toString("utf8"));
  if (header?.["type"] !== "session" || header["cwd"] === cwd) return;
  const rest = (await readFile(file)).subarray(end);
  await writeFile(`${file}.tmp`, Buffer.concat([Buffer.from(JSON.stringify({ ...header, cwd })), rest]));
  await rename(`${file}.tmp`, file);
}

export interface FileEntry {
  readonly id: string;
  readonly type: string;
  readonly message?: WireMessage;
}

/** The entries of a session file, last first. Lines that cannot be read are skipped. */
export async function* entriesFromEnd(file: string): AsyncGenerator<FileEntry> {
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
  const entry = parseLine(line);
  if (!entry || entry["type"] === "session" || typeof entry["id"] !== "string") return undefined;
  const message = entry["message"];
  return {
    id: entry["id"],
    type: String(entry["type"]),
    ...(isRecord(message) && typeof message["role"] === "string"
      ? { message: { ...message, role: message["role"] } }
      : {}),
  };
}

function parseLine(line: string): Record<string, unknown> | undefined {
  if (line.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
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
  const spent = role === "assistant" ? spentBy(message) : undefined;
  return {
    id,
    role,
    text: textOfContent(message.content),
    ...(stopReason ? { stopReason } : {}),
    ...(spent ? { spent } : {}),
    ...(role === "tool" && message.toolCallId ? { toolCallId: message.toolCallId } : {}),
  };
}
