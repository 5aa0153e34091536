import type { AppAccount } from "./app-account.ts";
import { chatEvent, usersOf } from "./events.ts";
import type { Room } from "./room.ts";
import type { User } from "./user.ts";
import type { World } from "./world.ts";

/** Brings a bot into a group; it is told. */
export function addBot(world: World, room: Room, by: User, app: AppAccount): void {
  room.members.add(app);
  world.tell(app, "im.chat.member.bot.added_v1", chatEvent(room, by, app, { name: app.name }), room);
  world.changed();
}

export function removeBot(world: World, room: Room, by: User, app: AppAccount): void {
  room.members.delete(app);
  world.tell(app, "im.chat.member.bot.deleted_v1", chatEvent(room, by, app, { name: app.name }), room);
  world.changed();
}

/** Brings people into a group; the bots in it are told. */
export function addUsers(world: World, room: Room, by: User, users: readonly User[]): void {
  for (const user of users) room.members.add(user);
  for (const app of room.apps) {
    world.tell(app, "im.chat.member.user.added_v1", chatEvent(room, by, app, usersOf(users, app)), room);
  }
  world.changed();
}

export function removeUser(world: World, room: Room, by: User, user: User): void {
  room.members.delete(user);
  for (const app of room.apps) {
    world.tell(app, "im.chat.member.user.deleted_v1", chatEvent(room, by, app, usersOf([user], app)), room);
  }
  world.changed();
}

export function rename(world: World, room: Room, by: User, name: string): void {
  const before_change = { name: room.name };
  room.name = name;
  for (const app of room.apps) {
    const { name: _, ...event } = chatEvent(room, by, app) as { name: string };
    world.tell(app, "im.chat.updated_v1", { ...event, before_change, after_change: { name } }, room);
  }
  world.changed();
}

/** Ends a group for good. */
export function disband(world: World, room: Room, by: User): void {
  room.isDisbanded = true;
  for (const app of room.apps) world.tell(app, "im.chat.disbanded_v1", chatEvent(room, by, app), room);
  world.changed();
}
