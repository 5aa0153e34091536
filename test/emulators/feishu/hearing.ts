import type { AppAccount } from "./app-account.ts";
import type { Post } from "./room.ts";

/**
 * Why an app is not told of a message; undefined if it is. Apps hear people and never bots, and in groups only what names
 * them unless they may hear all.
 */
export function deafness(app: AppAccount, { from, room, mentions }: Post): string | undefined {
  if (from.kind === "app") return "bots do not hear each other";
  const has = (...scopes: string[]) => scopes.some((scope) => app.scopes.has(scope));
  if (room.kind === "p2p") {
    return has(P2P, `${P2P}:readonly`) ? undefined : `needs ${P2P}:readonly`;
  }
  if (has(ALL)) return undefined;
  // `@all` names nobody.
  if (!mentions.some(({ actor }) => actor === app))
    return `is not named, and needs ${ALL} for what names others`;
  return has(NAMED, `${NAMED}:readonly`) ? undefined : `needs ${NAMED}:readonly`;
}

const P2P = "im:message.p2p_msg";
const NAMED = "im:message.group_at_msg";
const ALL = "im:message.group_msg";
