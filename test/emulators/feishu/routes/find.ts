import { ApiFailure, invalidParameter } from "../api-failure.ts";
import type { AppAccount } from "../app-account.ts";
import type { Post, Room } from "../room.ts";
import type { World } from "../world.ts";

/** The message of that id, which the app must be able to see. */
export function findMessage(world: World, app: AppAccount, id: string): Post {
  if (!id.startsWith("om_")) throw invalidParameter(`invalid message_id ${id}`);
  const post = world.findPost(id);
  if (!post) throw new ApiFailure(230110, "The message has been deleted.");
  if (!post.room.members.has(app)) throw outside();
  return post;
}

/** The same, but it must not have been recalled. */
export function findLiveMessage(world: World, app: AppAccount, id: string): Post {
  const post = findMessage(world, app, id);
  if (post.recalled) throw new ApiFailure(230011, "The message was recalled.");
  return post;
}

/** The chat of that id, which the app must be in. */
export function findRoom(world: World, app: AppAccount, id: string): Room {
  const room = world.rooms.find((each) => each.id === id);
  if (!room) throw invalidParameter("invalid receive_id");
  if (room.isDisbanded) throw new ApiFailure(232009, "Chat has already been dissolved.");
  if (!room.members.has(app)) throw outside();
  return room;
}

function outside(): ApiFailure {
  return new ApiFailure(230002, "Bot/User can NOT be out of the chat.");
}
