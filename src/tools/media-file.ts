import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { HEAD_BYTES } from "../lib/file-type.ts";
import { mimeTypeOf } from "./media-type.ts";
import { ToolError } from "./tool-error.ts";

export interface MediaRules {
  /** Where relative paths begin, and from where files may always be sent. */
  readonly workspace: string;
  /** Further folders from which files may be sent. */
  readonly folders: readonly string[];
  /** Folders from which nothing may be sent, unless the workspace or one of `folders` lies in them. */
  readonly closed: readonly string[];
  /** Where the copy goes. */
  readonly into: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface KeptFile {
  /** The copy: named by its content, and ours. */
  readonly path: string;
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
}

const CHUNK_BYTES = 256 * 1024;
const SYSTEM = ["/proc", "/sys", "/dev"];

/**
 * Copies a file that an agent wants to send. The file is opened first and judged by what is open, so no link and
 * no swap afterwards makes another one of it. Throws `ToolError` that says what is wrong.
 */
export async function keepFile(path: string, rules: MediaRules): Promise<KeptFile> {
  const wanted = resolve(rules.workspace, path);
  const handle = await openFile(wanted, path);
  try {
    const real = await placeOf(handle, wanted, path);
    await assertAllowed(real, path, rules);
    const { size } = await handle.stat();
    const limitMb = rules.maxBytes / 1024 / 1024;
    if (size > rules.maxBytes) {
      throw new ToolError(
        `${path} is too big: ${Math.ceil(size / 1024 / 1024)} MB; at most ${limitMb} MB can be sent.`,
      );
    }
    if (size === 0) throw new ToolError(`${path} is empty: there is nothing to send.`);
    return await copy(handle, basename(wanted), rules);
  } finally {
    await handle.close();
  }
}

/** Never waits for a pipe to be written to, and takes nothing but files. */
async function openFile(wanted: string, path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    // Looked at before it is opened too: opening a device may do something to it.
    if (!(await stat(wanted)).isFile()) throw new ToolError(`${path} is no file.`);
    handle = await open(wanted, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof ToolError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" || code === "ENOTDIR" ? "There is no file" : "The file cannot be read:";
    throw new ToolError(`${why} ${path}.`, { cause: error });
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new ToolError(`${path} is no file.`);
}

/** Where the open file lies, whatever links led there. */
async function placeOf(handle: FileHandle, wanted: string, path: string): Promise<string> {
  try {
    if (process.platform === "linux") return await readlink(`/proc/self/fd/${handle.fd}`);
    const real = await realpath(wanted);
    const [there, opened] = [await stat(real), await handle.stat()];
    if (there.ino === opened.ino && there.dev === opened.dev) return real;
  } catch {
    // Gone while we looked: the same as another one in its place.
  }
  throw new ToolError(`${path} changed while it was being read. Try again.`);
}

async function assertAllowed(real: string, path: string, rules: MediaRules): Promise<void> {
  const [workspace, ...folders] = await realPaths([rules.workspace, ...rules.folders]);
  const closed = await realPaths(rules.closed);
  const isFrom = (root: string) =>
    isInside(real, root) && !closed.some((one) => isInside(real, one) && isInside(one, root));
  const isSystem = SYSTEM.some((folder) => isInside(real, folder));
  if (!isSystem && [workspace ?? "", ...folders].some((root) => root !== "" && isFrom(root))) return;
  throw new ToolError(
    `${path} may not be sent: it is outside of the folders that files are sent from (${[workspace, ...folders].join(", ")}). Copy it into the workspace if it is meant to be shared.`,
  );
}

/** What is not there cannot hold anything, and keeps its place in the list. */
async function realPaths(paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map((path) => realpath(path).catch(() => path)));
}

const isInside = (path: string, folder: string) =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Reads no more than is allowed, even of a file that grows meanwhile. */
async function copy(
  from: FileHandle,
  name: string,
  { into, maxBytes, signal }: MediaRules,
): Promise<KeptFile> {
  const unfinished = join(into, `${crypto.randomUUID()}.tmp`);
  const to = await open(unfinished, "wx", 0o600);
  try {
    const hash = createHash("sha256");
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let sizeBytes = 0;
    let head: Uint8Array = new Uint8Array();
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await from.read(chunk, 0, chunk.length, sizeBytes);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      if (sizeBytes === 0) head = Uint8Array.from(bytes.subarray(0, HEAD_BYTES));
      sizeBytes += bytesRead;
      if (sizeBytes > maxBytes) throw new ToolError(`${name} is too big.`);
      hash.update(bytes);
      await to.write(bytes);
    }
    await to.sync();
    const path = join(into, hash.digest("hex"));
    await rename(unfinished, path);
    return { path, name, mimeType: mimeTypeOf(name, head), sizeBytes };
  } finally {
    await to.close();
    await rm(unfinished, { force: true });
  }
}
