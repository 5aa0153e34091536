import { join } from "node:path";
import type { SessionKey } from "./session-key.ts";

/**
 * A new transcript for `key`: readable, safe on every file system, and never one that was used
 * before, so that a session that was ended begins anew.
 */
export function newSessionFile(folder: string, key: SessionKey): string {
  const readable = key.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 80);
  return join(folder, `${readable}.${crypto.randomUUID()}.jsonl`);
}
