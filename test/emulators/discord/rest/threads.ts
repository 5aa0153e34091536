import {
  ChannelType,
  GatewayDispatchEvents,
  MessageType,
  type APIThreadList,
  type APIThreadMember,
  type RESTPostAPIChannelMessagesThreadsJSONBody,
  type RESTPostAPIChannelThreadsJSONBody,
  type RESTPostAPIGuildForumThreadsJSONBody,
} from "discord-api-types/v10";
import { badChoice, badLength, invalidForm, refused } from "../api-failure.ts";
import { may } from "../permissions.ts";
import type { Room } from "../room.ts";
import { guildIdOf, threadOf } from "../world.ts";
import { checkName, readMinutes } from "./channels.ts";
import { readContent } from "./content.ts";
import { demandActive, shown } from "./messages.ts";
import {
  answer,
  demand,
  guildOf,
  limitOf,
  part,
  postOf,
  roomOf,
  route,
  type Answer,
  type Route,
  type Visit,
} from "./route.ts";

type ThreadBody = RESTPostAPIChannelThreadsJSONBody & Partial<RESTPostAPIGuildForumThreadsJSONBody>;

const MOST_TAGS = 5;
const ARCHIVED = { query: ["before", "limit"] };

export const threadRoutes: readonly Route[] = [
  route<RESTPostAPIChannelThreadsJSONBody>(
    "startThreadFromMessage",
    "POST /channels/:channel/messages/:message/threads",
    startFromMessage,
    // Clients send also what only threads without a message have.
    {
      fields: {
        name: true,
        auto_archive_duration: true,
        rate_limit_per_user: true,
        type: true,
        invitable: true,
      },
    },
  ),
  route<ThreadBody>("startThread", "POST /channels/:channel/threads", start, {
    fields: {
      name: true,
      auto_archive_duration: true,
      rate_limit_per_user: true,
      type: true,
      invitable: true,
      message: true,
      applied_tags: true,
    },
    query: ["use_nested_fields"],
  }),
  route("joinThread", "PUT /channels/:channel/thread-members/@me", (visit) =>
    setMember(visit, visit.bot.id, true),
  ),
  route("addThreadMember", "PUT /channels/:channel/thread-members/:user", (visit) =>
    setMember(visit, part(visit, "user"), true),
  ),
  route("leaveThread", "DELETE /channels/:channel/thread-members/@me", (visit) =>
    setMember(visit, visit.bot.id, false),
  ),
  route("removeThreadMember", "DELETE /channels/:channel/thread-members/:user", (visit) => {
    const room = threadIn(visit);
    if (part(visit, "user") !== visit.bot.id) demand(visit, room, "ManageThreads");
    setMember(visit, part(visit, "user"), false);
  }),
  route(
    "listThreadMembers",
    "GET /channels/:channel/thread-members",
    (visit): APIThreadMember[] => {
      const room = threadIn(visit);
      return [...(room.thread?.memberIds.keys() ?? [])].flatMap((id) => room.asThreadMember(id) ?? []);
    },
    { query: ["with_member", "after", "limit"] },
  ),
  route(
    "getThreadMember",
    "GET /channels/:channel/thread-members/:user",
    (visit) => {
      const id = part(visit, "user") === "@me" ? visit.bot.id : part(visit, "user");
      const member = threadIn(visit).asThreadMember(id);
      if (!member) throw refused("unknownMember");
      return member;
    },
    { query: ["with_member"] },
  ),
  route("listActiveThreads", "GET /guilds/:guild/threads/active", (visit): APIThreadList => {
    const { rooms } = guildOf(visit);
    const found = rooms.filter((room) => room.thread && !room.thread.isArchived && isSeen(visit, room));
    return listOf(visit, found);
  }),
  route(
    "listPublicArchivedThreads",
    "GET /channels/:channel/threads/archived/public",
    (visit) => archived(visit, false),
    ARCHIVED,
  ),
  route(
    "listPrivateArchivedThreads",
    "GET /channels/:channel/threads/archived/private",
    (visit) => archived(visit, true),
    ARCHIVED,
  ),
  route(
    "listJoinedPrivateArchivedThreads",
    "GET /channels/:channel/users/@me/threads/archived/private",
    (visit) => archived(visit, true, true),
    ARCHIVED,
  ),
];

function startFromMessage(visit: Visit<RESTPostAPIChannelMessagesThreadsJSONBody>): Answer {
  const { body, bot, world } = visit;
  const room = roomOf(visit);
  if (room.kind !== "text") throw refused("wrongChannelType");
  demand(visit, room, "CreatePublicThreads");
  const post = postOf(visit, room);
  if (post.thread && !post.thread.isDeleted) throw refused("hasThread");
  checkName(body.name);
  const minutes = readMinutes(body.auto_archive_duration);
  const thread = world.openThread(room, bot.id, body.name, { from: post, ...(minutes ? { minutes } : {}) });
  return answer(201, threadOf(thread, bot.id));
}

function start(visit: Visit<ThreadBody>): Answer {
  const { body, bot, world } = visit;
  const room = roomOf(visit);
  checkName(body.name);
  const minutes = readMinutes(body.auto_archive_duration);
  const options = minutes ? { minutes } : {};
  if (room.kind === "forum") return startPost(visit, room, options);
  if (room.kind !== "text") throw refused("wrongChannelType");
  const isPrivate = (body.type ?? ChannelType.PrivateThread) === ChannelType.PrivateThread;
  if (!isPrivate && body.type !== ChannelType.PublicThread) throw badChoice("type", [10, 11, 12]);
  demand(visit, room, isPrivate ? "CreatePrivateThreads" : "CreatePublicThreads");
  const thread = world.openThread(room, bot.id, body.name, { ...options, isPrivate });
  if (!isPrivate) announce(visit, room, thread);
  return answer(201, threadOf(thread, bot.id));
}

/** In the channel a notice tells of a thread that began without a message. */
function announce({ world, bot }: Visit, room: Room, thread: Room): void {
  const message_reference = { channel_id: thread.id, ...guildIdOf(room) };
  world.post(room, bot.user, { type: MessageType.ThreadCreated, content: thread.name, message_reference });
}

function startPost(visit: Visit<ThreadBody>, forum: Room, options: { minutes?: never } | object): Answer {
  const { body, bot, world } = visit;
  demand(visit, forum, "SendMessages");
  const { message, applied_tags: tags = [] } = body;
  if (!message) throw invalidForm("message", "BASE_TYPE_REQUIRED", "This field is required");
  if (tags.length > MOST_TAGS) throw badLength("applied_tags", 0, MOST_TAGS);
  if (tags.some((tag) => !forum.tags.some(({ id }) => id === tag)))
    throw invalidForm("applied_tags", "INVALID_TAG", "Unknown tag");
  const { content, pings } = readContent(visit, forum, message);
  const thread = world.openThread(forum, bot.id, body.name, { ...options, tags });
  const post = world.post(thread, bot.user, content, { pings, id: thread.id });
  return answer(201, { ...threadOf(thread, bot.id), message: shown(visit, post) });
}

function threadIn(visit: Visit): Room {
  const room = roomOf(visit);
  if (!room.thread) throw refused("wrongChannelType");
  return room;
}

function setMember(visit: Visit, userId: string, isIn: boolean): void {
  const { world } = visit;
  const room = threadIn(visit);
  demandActive(room);
  const members = room.thread?.memberIds;
  if (!members || members.has(userId) === isIn) return;
  if (isIn && !room.guild?.members.has(userId)) throw refused("unknownMember");
  if (isIn) members.set(userId, world.timestamp);
  else members.delete(userId);
  const added = room.asThreadMember(userId);
  world.tellRoom(room, GatewayDispatchEvents.ThreadMembersUpdate, () => ({
    id: room.id,
    guild_id: room.guild?.id ?? "",
    member_count: members.size,
    ...(added ? { added_members: [added as Required<APIThreadMember>] } : { removed_member_ids: [userId] }),
  }));
  world.changed();
}

function isSeen({ bot }: Visit, room: Room): boolean {
  return !room.isDeleted && may(room, bot.id, "ViewChannel");
}

function listOf({ bot }: Visit, rooms: readonly Room[]): APIThreadList {
  return {
    threads: rooms.map((room) => threadOf(room, bot.id)),
    members: rooms.flatMap((room) => room.asThreadMember(bot.id) ?? []),
  };
}

function archived(visit: Visit, isPrivate: boolean, isJoined = false): APIThreadList & { has_more: boolean } {
  const parent = roomOf(visit);
  demand(visit, parent, "ReadMessageHistory");
  if (isPrivate && !isJoined) demand(visit, parent, "ManageThreads");
  const limit = limitOf(visit, 50, 100);
  const before = visit.query.get("before");
  const found = (parent.guild?.rooms ?? [])
    .filter((room) => room.parent === parent && room.thread?.isArchived && isSeen(visit, room))
    .filter(({ thread }) => thread?.isPrivate === isPrivate)
    .filter(({ thread }) => !isJoined || thread?.memberIds.has(visit.bot.id))
    .filter(({ id, thread }) => before === null || (isJoined ? id : (thread?.changedAt ?? "")) < before)
    .toSorted((a, b) => (b.thread?.changedAt ?? "").localeCompare(a.thread?.changedAt ?? ""));
  return { ...listOf(visit, found.slice(0, limit)), has_more: found.length > limit };
}
