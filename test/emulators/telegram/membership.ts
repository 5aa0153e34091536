import type { ChatMember, User } from "@grammyjs/types";
import type { BotAccount } from "./bot-account.ts";
import { Room, type Standing } from "./room.ts";
import type { World } from "./world.ts";

const ANONYMOUS: User = {
  id: 1_087_968_824,
  is_bot: true,
  first_name: "Group",
  username: "GroupAnonymousBot",
};

/** Lets somebody in, with the notice that everybody sees. */
export function letIn(world: World, room: Room, user: User, by: User, bot?: BotAccount): void {
  if (room.isIn(user.id)) return;
  if (bot) room.bots.set(bot.id, bot);
  setStanding(world, room, user, by, "member");
  world.post(room, by, { new_chat_members: [user] });
}

/** Lets somebody go, or puts them out, with the notice that everybody sees. */
export function letOut(world: World, room: Room, user: User, by: User): void {
  if (!room.isIn(user.id)) return;
  const isOwnWish = user.id === by.id;
  setStanding(world, room, user, by, isOwnWish || room.kind === "group" ? "left" : "kicked");
  world.post(room, by, { left_chat_member: user });
}

/** Changes what somebody may do in a chat, and tells the bots that may know. */
export function setStanding(world: World, room: Room, user: User, by: User, standing: Standing): void {
  const before = room.memberOf(user);
  room.members.set(user.id, { user, standing });
  const change = memberChange(world, room, by, before, room.memberOf(user));
  for (const bot of room.bots.values()) {
    if (bot.id === user.id) world.tell(bot, "my_chat_member", change, room);
    else if (room.isAdmin(bot.id)) world.tell(bot, "chat_member", change, room);
  }
  world.changed();
}

/** Blocks a bot in its private chat, or lets it speak again. */
export function setBlocked(world: World, room: Room, bot: BotAccount, by: User, isBlocked: boolean): void {
  if (room.isBlocked === isBlocked) return;
  room.isBlocked = isBlocked;
  const user = bot.asUser();
  const states: [ChatMember, ChatMember] = [
    { status: "member", user },
    { status: "kicked", user, until_date: 0 },
  ];
  const [before, after] = isBlocked ? states : states.toReversed();
  if (before && after) world.tell(bot, "my_chat_member", memberChange(world, room, by, before, after), room);
  world.changed();
}

/** Makes a supergroup of a group: a chat of another number with the same people, which both sides are told. */
export function upgrade(world: World, room: Room, by: User): Room {
  if (room.kind !== "group") throw new Error(`${room.title} is no group`);
  const moved = world.addGroup({ kind: "supergroup", title: room.title });
  for (const [id, member] of room.members) moved.members.set(id, member);
  for (const [id, bot] of room.bots) moved.bots.set(id, bot);
  world.post(room, by, { migrate_to_chat_id: moved.id });
  room.movedTo = moved;
  world.post(moved, ANONYMOUS, { migrate_from_chat_id: room.id, sender_chat: moved.asChat() });
  return moved;
}

function memberChange(world: World, room: Room, by: User, before: ChatMember, after: ChatMember) {
  return {
    chat: room.asChat(),
    from: by,
    date: world.seconds,
    old_chat_member: before,
    new_chat_member: after,
  };
}
