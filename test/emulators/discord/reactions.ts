import {
  GatewayDispatchEvents,
  ReactionType,
  type APIPartialEmoji,
  type GatewayMessageReactionRemoveDispatchData,
} from "discord-api-types/v10";
import { emojiKey } from "./emoji.ts";
import type { Post } from "./room.ts";
import { guildIdOf, type World } from "./world.ts";

/** Puts an emoji under a message, and tells the bots that are there; once for each person. */
export function addReaction(world: World, post: Post, emoji: APIPartialEmoji, userId: string): void {
  const key = emojiKey(emoji);
  const entry = post.reactions.get(key) ?? { emoji, userIds: new Set<string>() };
  if (entry.userIds.has(userId)) return;
  entry.userIds.add(userId);
  post.reactions.set(key, entry);
  const member = post.room.guild?.asMember(userId);
  world.tellRoom(post.room, GatewayDispatchEvents.MessageReactionAdd, () => ({
    ...factsOf(post, emoji, userId),
    message_author_id: post.message.author.id,
    ...(member ? { member } : {}),
  }));
  world.changed();
}

/** Takes it away again; nothing happens if it is not there. */
export function removeReaction(world: World, post: Post, emoji: APIPartialEmoji, userId: string): void {
  const key = emojiKey(emoji);
  const entry = post.reactions.get(key);
  if (!entry?.userIds.delete(userId)) return;
  if (entry.userIds.size === 0) post.reactions.delete(key);
  world.tellRoom(post.room, GatewayDispatchEvents.MessageReactionRemove, () => factsOf(post, emoji, userId));
  world.changed();
}

export function clearReactions(world: World, post: Post, emoji?: APIPartialEmoji): void {
  const { room, message } = post;
  const where = { channel_id: room.id, message_id: message.id, ...guildIdOf(room) };
  if (emoji) {
    post.reactions.delete(emojiKey(emoji));
    world.tellRoom(room, GatewayDispatchEvents.MessageReactionRemoveEmoji, () => ({ ...where, emoji }));
  } else {
    post.reactions.clear();
    world.tellRoom(room, GatewayDispatchEvents.MessageReactionRemoveAll, () => where);
  }
  world.changed();
}

function factsOf(
  post: Post,
  emoji: APIPartialEmoji,
  userId: string,
): GatewayMessageReactionRemoveDispatchData {
  return {
    user_id: userId,
    channel_id: post.room.id,
    message_id: post.message.id,
    ...guildIdOf(post.room),
    emoji,
    burst: false,
    type: ReactionType.Normal,
  } satisfies GatewayMessageReactionRemoveDispatchData;
}
