import type { ChatFullInfo, ChatMemberAdministrator, ChatMemberOwner } from "@grammyjs/types";
import { badRequest } from "../api-failure.ts";
import type { Room } from "../room.ts";
import { roomToRead, type Methods, type Visit } from "./visit.ts";

/** What bots may know of a chat. */
export const chatMethods: Methods<
  "getChat" | "getChatMember" | "getChatMemberCount" | "getChatAdministrators" | "leaveChat"
> = {
  getChat: (visit, { chat_id }) => fullInfo(roomToRead(visit, chat_id)),

  getChatMember: (visit, { chat_id, user_id }) => {
    const room = roomToRead(visit, chat_id);
    const user =
      visit.world.people.find(({ id }) => id === user_id) ??
      visit.world.bots.find(({ id }) => id === user_id)?.asUser();
    if (!user) throw badRequest("user not found");
    return room.memberOf(user);
  },

  getChatMemberCount: (visit, { chat_id }) => {
    const room = roomToRead(visit, chat_id);
    return room.kind === "private" ? 2 : [...room.members.keys()].filter((id) => room.isIn(id)).length;
  },

  getChatAdministrators: (visit, { chat_id }) => {
    const room = roomToRead(visit, chat_id);
    if (room.kind === "private") throw badRequest("there are no administrators in the private chat");
    return [...room.members.values()]
      .filter(({ user }) => room.isAdmin(user.id) && (!user.is_bot || user.id === visit.bot.id))
      .map(({ user }) => room.memberOf(user) as ChatMemberAdministrator | ChatMemberOwner);
  },

  leaveChat: (visit, { chat_id }) => {
    const room = roomToRead(visit, chat_id);
    if (room.kind === "private") throw badRequest("chat member status can't be changed in private chats");
    leave(visit, room);
    return true;
  },
};

function leave({ world, bot }: Visit, room: Room): void {
  const user = bot.asUser();
  const before = room.memberOf(user);
  room.members.set(bot.id, { user, standing: "left" });
  const change = {
    chat: room.asChat(),
    from: user,
    date: world.seconds,
    old_chat_member: before,
    new_chat_member: room.memberOf(user),
  };
  world.tell(bot, "my_chat_member", change, room);
  world.changed();
}

function fullInfo(room: Room): ChatFullInfo {
  const pinned = room.posts.findLast(({ isPinned, isDeleted }) => isPinned && !isDeleted)?.message;
  const gifts = {
    unlimited_gifts: false,
    limited_gifts: false,
    unique_gifts: false,
    premium_subscription: false,
    gifts_from_channels: false,
  };
  const extra = {
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: gifts,
    ...(pinned ? { pinned_message: pinned } : {}),
  };
  const chat = room.asChat();
  if (chat.type === "private") return { ...chat, ...extra };
  if (chat.type === "group") return { ...chat, ...extra };
  if (chat.type === "supergroup") return { ...chat, ...extra };
  throw new Error("there are no channels here");
}
