import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InboundMessage } from "../core/message.ts";
import { safeName } from "./safe-name.ts";

const INBOX = "inbox";
/** What `inboxFolder` makes, and nobody else would. */
const OURS = /-[0-9a-f]{12}$/;

/**
 * Where the files of a message lie in its agent's workspace. Platforms number messages in each chat anew, so the
 * folder is named after the chat as well.
 */
export function inboxFolder(workspace: string, { id, address }: InboundMessage): string {
  const { channel, account, chat, thread } = address;
  const whole = JSON.stringify([channel, account, chat, thread, id]);
  const mark = createHash("sha256").update(whole).digest("hex").slice(0, 12);
  return join(workspace, INBOX, `${safeName(id.slice(0, 40), "message")}-${mark}`);
}

/** Puts a copy of `from` at `to`, whole or not at all. */
export async function placeCopy(from: string, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `.${crypto.randomUUID()}.part`);
  try {
    // Costs no room where the file system can share it, and is a file of its own all the same.
    await copyFile(from, unfinished, constants.COPYFILE_FICLONE);
    await chmod(unfinished, 0o600);
    await rename(unfinished, join(folder, name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Lets go of the files of messages that came before `beforeMs`. What an agent has put beside them stays. */
export async function sweepInbox(workspace: string, beforeMs: number): Promise<void> {
  const inbox = join(workspace, INBOX);
  for (const entry of await foldersIn(inbox)) {
    const folder = join(inbox, entry);
    if ((await stat(folder)).mtimeMs < beforeMs) await rm(folder, { recursive: true, force: true });
  }
}

async function foldersIn(inbox: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(inbox, { withFileTypes: true });
    return entries.filter((one) => one.isDirectory() && OURS.test(one.name)).map(({ name }) => name);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
