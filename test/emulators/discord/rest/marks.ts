import {
  GatewayDispatchEvents,
  MessageType,
  type APIPartialEmoji,
  type APIUser,
  type RESTGetAPIChannelMessagesPinsResult,
} from "discord-api-types/v10";
import { refused } from "../api-failure.ts";
import { emojiKey, emojiNamed } from "../emoji.ts";
import { addReaction, clearReactions, removeReaction } from "../reactions.ts";
import type { Post, Room } from "../room.ts";
import { compareIds } from "../snowflake.ts";
import { guildIdOf } from "../world.ts";
import { demandActive, shown } from "./messages.ts";
import { demand, limitOf, part, postOf, roomOf, route, type Route, type Visit } from "./route.ts";

const MOST_PINS = 50;
const MOST_REACTIONS = 20;
const REACTIONS = "/channels/:channel/messages/:message/reactions";

/** Reactions and pins. */
export const markRoutes: readonly Route[] = [
  route("createReaction", `PUT ${REACTIONS}/:emoji/@me`, (visit) => {
    const { room, post, emoji } = target(visit);
    demandActive(room);
    demand(visit, room, "ReadMessageHistory");
    const isNew = !post.reactions.has(emojiKey(emoji));
    if (isNew) demand(visit, room, "AddReactions");
    if (isNew && post.reactions.size >= MOST_REACTIONS) throw refused("mostReactions");
    addReaction(visit.world, post, emoji, visit.bot.id);
  }),
  route("deleteOwnReaction", `DELETE ${REACTIONS}/:emoji/@me`, (visit) => {
    const { room, post, emoji } = target(visit);
    demandActive(room);
    removeReaction(visit.world, post, emoji, visit.bot.id);
  }),
  route("deleteUserReaction", `DELETE ${REACTIONS}/:emoji/:user`, (visit) => {
    const { room, post, emoji } = target(visit);
    if (part(visit, "user") !== visit.bot.id) moderate(visit, room);
    removeReaction(visit.world, post, emoji, part(visit, "user"));
  }),
  route(
    "getReactions",
    `GET ${REACTIONS}/:emoji`,
    (visit): APIUser[] => {
      const { post, emoji } = target(visit);
      const after = visit.query.get("after") ?? "0";
      const ids = [...(post.reactions.get(emojiKey(emoji))?.userIds ?? [])];
      const found = ids.filter((id) => compareIds(id, after) > 0).toSorted(compareIds);
      return found.slice(0, limitOf(visit, 25, 100)).flatMap((id) => visit.world.users.get(id) ?? []);
    },
    { query: ["after", "limit", "type"] },
  ),
  route("deleteAllReactions", `DELETE ${REACTIONS}`, (visit) => {
    const room = roomOf(visit);
    moderate(visit, room);
    clearReactions(visit.world, postOf(visit, room));
  }),
  route("deleteAllReactionsForEmoji", `DELETE ${REACTIONS}/:emoji`, (visit) => {
    const { room, post, emoji } = target(visit);
    moderate(visit, room);
    clearReactions(visit.world, post, emoji);
  }),
  route(
    "getPins",
    "GET /channels/:channel/messages/pins",
    (visit): RESTGetAPIChannelMessagesPinsResult => {
      const room = roomOf(visit);
      demand(visit, room, "ReadMessageHistory");
      const limit = limitOf(visit, 50, 50);
      const before = visit.query.get("before");
      const found = room.pinned.filter(({ pinnedAt = "" }) => before === null || pinnedAt < before);
      const items = found
        .slice(0, limit)
        .map((post) => ({ pinned_at: post.pinnedAt ?? "", message: shown(visit, post) }));
      return { items, has_more: found.length > limit };
    },
    { query: ["before", "limit"] },
  ),
  route("getPinsOld", "GET /channels/:channel/pins", (visit) => {
    const room = roomOf(visit);
    return room.pinned.map((post) => shown(visit, post));
  }),
  ...["/channels/:channel/messages/pins/:message", "/channels/:channel/pins/:message"].flatMap((path) => [
    route("pinMessage", `PUT ${path}`, (visit) => pin(visit, true)),
    route("unpinMessage", `DELETE ${path}`, (visit) => pin(visit, false)),
  ]),
];

function target(visit: Visit): { room: Room; post: Post; emoji: APIPartialEmoji } {
  const room = roomOf(visit);
  const post = postOf(visit, room);
  const emoji = emojiNamed(room, part(visit, "emoji"));
  if (!emoji) throw refused("unknownEmoji");
  return { room, post, emoji };
}

function moderate(visit: Visit, room: Room): void {
  if (room.dm) throw refused("inDm");
  demand(visit, room, "ManageMessages");
}

function pin(visit: Visit, isWanted: boolean): void {
  const { world, bot } = visit;
  const room = roomOf(visit);
  demand(visit, room, "PinMessages");
  const post = postOf(visit, room);
  demandActive(room);
  if ((post.pinnedAt !== undefined) === isWanted) return;
  if (isWanted && room.pinned.length >= MOST_PINS) throw refused("mostPins");
  post.pinnedAt = isWanted ? world.timestamp : undefined;
  world.mark(post, { pinned: isWanted });
  world.tellRoom(room, GatewayDispatchEvents.ChannelPinsUpdate, () => ({
    channel_id: room.id,
    ...guildIdOf(room),
    last_pin_timestamp: room.pinned[0]?.pinnedAt ?? null,
  }));
  if (!isWanted) return;
  const message_reference = { message_id: post.message.id, channel_id: room.id, ...guildIdOf(room) };
  world.post(room, bot.user, { type: MessageType.ChannelPinnedMessage, message_reference });
}
