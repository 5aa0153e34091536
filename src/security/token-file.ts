import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";

/**
 * The gateway's own token: the one kept in `path`, or a new one of 256 bits, kept there with mode
 * 0600. An existing file gets that mode too, should it have lost it.
 */
export async function loadOrCreateToken(path: string): Promise<string> {
  const kept = await readToken(path);
  if (kept !== undefined) {
    await chmod(path, 0o600);
    return kept;
  }
  const token = randomBytes(32).toString("base64url");
  const fresh = `${path}.new`;
  await writeFile(fresh, `${token}\n`, { mode: 0o600 });
  await chmod(fresh, 0o600);
  // A rename is whole or not at all, so a crash here never leaves an empty token behind.
  await rename(fresh, path);
  return token;
}

/** The token kept in `path`; undefined if there is no such file or nothing in it. */
export async function readToken(path: string): Promise<string | undefined> {
  try {
    const token = (await readFile(path, "utf8")).trim();
    return token === "" ? undefined : token;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
