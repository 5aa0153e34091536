import type { AppAccount } from "./app-account.ts";
import type { Post, Reaction, Room } from "./room.ts";
import { idsFor, type Actor, type User } from "./user.ts";

/** All people of the stand-in belong to one company. */
export const TENANT_KEY = "736588c9260f175d";

/** The `event` of `im.message.receive_v1`. */
export function messageEvent(post: Post, app: AppAccount): object {
  const { room, from } = post;
  return {
    sender: {
      sender_id: idsFor(from, app),
      sender_type: from.kind,
      tenant_key: TENANT_KEY,
    },
    message: {
      message_id: post.id,
      ...(post.rootId ? { root_id: post.rootId, parent_id: post.parentId } : {}),
      create_time: String(post.atMs),
      update_time: String(post.updatedMs),
      chat_id: room.id,
      ...(post.threadId ? { thread_id: post.threadId } : {}),
      chat_type: room.kind,
      message_type: post.msgType,
      content: post.content,
      ...(post.mentions.length > 0 ? { mentions: mentionsFor(post, app) } : {}),
      user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Lark/7.42.5",
    },
  };
}

function mentionsFor(post: Post, app: AppAccount): object[] {
  return post.mentions.map(({ key, actor }) => ({
    key,
    id: idsFor(actor, app),
    mentioned_type: actor.kind === "app" ? "bot" : "user",
    name: actor.name,
    tenant_key: TENANT_KEY,
  }));
}

/** The `event` of `im.message.recalled_v1`. */
export function recallEvent(post: Post, by: Actor): object {
  return {
    message_id: post.id,
    chat_id: post.room.id,
    recall_time: String(post.recalled?.atMs ?? post.updatedMs),
    recall_type: by === post.from ? "message_owner" : "group_owner",
  };
}

/** The `event` of `im.message.reaction.created_v1` and `.deleted_v1`. */
export function reactionEvent(post: Post, reaction: Reaction, nowMs: number, app: AppAccount): object {
  const { by, emojiType } = reaction;
  return {
    message_id: post.id,
    reaction_type: { emoji_type: emojiType },
    operator_type: by.kind,
    ...(by.kind === "user" ? { user_id: idsFor(by, app) } : { app_id: by.appId }),
    action_time: String(nowMs),
  };
}

/** The `event` of what befalls a chat: bots and people that come and go, another name, its end. */
export function chatEvent(room: Room, by: User, app: AppAccount, more: object = {}): object {
  return {
    chat_id: room.id,
    operator_id: idsFor(by, app),
    external: false,
    operator_tenant_key: TENANT_KEY,
    name: room.name,
    ...more,
  };
}

/** Who came or went, for {@link chatEvent}. */
export function usersOf(users: readonly User[], app: AppAccount): object {
  return {
    users: users.map((user) => ({ name: user.name, tenant_key: TENANT_KEY, user_id: idsFor(user, app) })),
  };
}

/** The `event` of `im.chat.access_event.bot_p2p_chat_entered_v1`. */
export function enteredEvent(room: Room, by: User, app: AppAccount): object {
  const last = room.posts.at(-1);
  return {
    chat_id: room.id,
    operator_id: idsFor(by, app),
    ...(last ? { last_message_id: last.id, last_message_create_time: String(last.atMs) } : {}),
  };
}

/** What a press on a card tells in the form of `card.action.trigger`. */
export function pressEvent(post: Post, by: User, app: AppAccount, token: string, action: object): object {
  return {
    operator: { tenant_key: TENANT_KEY, ...idsFor(by, app) },
    token,
    action,
    host: "im_message",
    delivery_type: "",
    context: { open_message_id: post.id, open_chat_id: post.room.id },
  };
}

/** The same in the older form, which has no envelope. */
export function oldPressBody(post: Post, by: User, app: AppAccount, token: string, action: object): object {
  return {
    open_id: by.openIdIn(app),
    user_id: by.userId,
    open_message_id: post.id,
    open_chat_id: post.room.id,
    tenant_key: TENANT_KEY,
    token,
    action,
  };
}
