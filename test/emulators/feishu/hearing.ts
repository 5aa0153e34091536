import type { AppAccount } from "./app-account.ts";
import type { Post } from "./room.ts";

/** Which messages an app is told of: never what bots say, in groups only what names it unless it may hear all. */
export function hears(app: AppAccount, { from, room, mentions }: Post): boolean {
  if (from.kind === "app") return false;
  if (room.kind === "p2p")
    return app.scopes.has("im:message.p2p_msg:readonly") || app.scopes.has("im:message.p2p_msg");
  if (app.scopes.has("im:message.group_msg")) return true;
  // `@all` names nobody.
  const isNamed = mentions.some(({ actor }) => actor === app);
  return (
    isNamed &&
    (app.scopes.has("im:message.group_at_msg:readonly") || app.scopes.has("im:message.group_at_msg"))
  );
}
