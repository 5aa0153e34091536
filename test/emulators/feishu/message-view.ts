import type { AppAccount } from "./app-account.ts";
import { TENANT_KEY } from "./events.ts";
import type { Post } from "./room.ts";
import { shownText } from "./transcript.ts";
import type { Actor } from "./user.ts";
import type { World } from "./world.ts";

/** A message as an app gets it from the API. */
export function messageView(world: World, app: AppAccount, post: Post, upper?: Post): object {
  return {
    message_id: post.id,
    ...(post.rootId ? { root_id: post.rootId, parent_id: post.parentId } : {}),
    ...(post.threadId ? { thread_id: post.threadId } : {}),
    msg_type: post.msgType,
    create_time: String(post.atMs),
    update_time: String(post.updatedMs),
    deleted: post.recalled !== undefined,
    updated: post.earlier.length > 0,
    chat_id: post.room.id,
    sender: senderView(app, post.from),
    body: { content: post.recalled ? "This message was recalled" : contentView(world, post) },
    ...(post.mentions.length > 0
      ? {
          mentions: post.mentions.map(({ key, actor }) => ({
            key,
            id: actor.openIdIn(app),
            id_type: "open_id",
            name: actor.name,
            tenant_key: TENANT_KEY,
          })),
        }
      : {}),
    ...(upper ? { upper_message_id: upper.id } : {}),
  };
}

/** Who wrote a message: a person by the open id, an app by the app id. */
export function senderView(app: AppAccount, actor: Actor): object {
  return actor.kind === "app"
    ? { id: actor.appId, id_type: "app_id", sender_type: "app", tenant_key: TENANT_KEY }
    : { id: actor.openIdIn(app), id_type: "open_id", sender_type: "user", tenant_key: TENANT_KEY };
}

/** Of a card the API gives only its words. */
function contentView(world: World, post: Post): string {
  if (post.msgType === "merge_forward") return "Merged and Forwarded Message";
  if (!post.card) return post.content;
  const lines = shownText(world, post).split("\n");
  return JSON.stringify({ title: null, elements: lines.map((text) => [{ tag: "text", text }]) });
}
