import type { KeyValueStore } from "./storage.ts";

const KEY = "credential";

/** The token or password that this tab was given. */
export function readCredential(session: KeyValueStore): string | undefined {
  return session.get(KEY) || undefined;
}

/** Keeps a token or password for as long as the tab lives; undefined forgets it. */
export function keepCredential(session: KeyValueStore, secret: string | undefined): void {
  if (secret === undefined) session.remove(KEY);
  else session.set(KEY, secret);
}

/**
 * Takes `token=…` out of an address fragment. The rest of the fragment is what the address bar
 * may go on showing.
 */
export function takeToken(fragment: string): { readonly token?: string; readonly rest: string } {
  const parts = fragment.replace(/^#/, "").split("&");
  const at = parts.findIndex((part) => part.startsWith("token="));
  const found = parts[at];
  if (found === undefined) return { rest: fragment.replace(/^#$/, "") };
  const rest = parts.toSpliced(at, 1).join("&");
  const token = decode(found.slice("token=".length));
  return { ...(token ? { token } : {}), rest: rest ? `#${rest}` : "" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    // A stray % is part of the token then.
    return text.trim();
  }
}
