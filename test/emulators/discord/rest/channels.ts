import {
  GatewayDispatchEvents,
  ThreadAutoArchiveDuration,
  type RESTPatchAPIChannelJSONBody,
} from "discord-api-types/v10";
import { badChoice, badLength, refused } from "../api-failure.ts";
import type { Room, Thread } from "../room.ts";
import { guildIdOf, threadOf } from "../world.ts";
import { demandActive } from "./messages.ts";
import { demand, roomOf, route, type Route, type Visit } from "./route.ts";

const LONGEST_NAME = 100;

export const channelRoutes: readonly Route[] = [
  route("getChannel", "GET /channels/:channel", (visit) => {
    const room = visit.world.room(visit.path["channel"] ?? "");
    if (!room) throw refused("unknownChannel");
    demand(visit, room, "ViewChannel");
    return room.asChannel(visit.bot.id);
  }),
  route<RESTPatchAPIChannelJSONBody>("modifyChannel", "PATCH /channels/:channel", modify, {
    fields: {
      name: true,
      type: true,
      position: true,
      topic: true,
      nsfw: true,
      rate_limit_per_user: true,
      bitrate: true,
      user_limit: true,
      permission_overwrites: true,
      parent_id: true,
      rtc_region: true,
      video_quality_mode: true,
      archived: true,
      auto_archive_duration: true,
      locked: true,
      default_auto_archive_duration: true,
      flags: true,
      available_tags: true,
      invitable: true,
      default_reaction_emoji: true,
      default_thread_rate_limit_per_user: true,
      default_sort_order: true,
      default_forum_layout: true,
      applied_tags: true,
    },
  }),
  route("deleteChannel", "DELETE /channels/:channel", (visit) => {
    const room = roomOf(visit);
    if (room.dm) return room.asChannel(visit.bot.id);
    demand(visit, room, room.thread ? "ManageThreads" : "ManageChannels");
    room.isDeleted = true;
    if (room.thread) {
      visit.world.tellRoom(room, GatewayDispatchEvents.ThreadDelete, () => {
        const { id, parent_id, type } = threadOf(room, visit.bot.id);
        return { id, type, ...guildIdOf(room), ...(parent_id === undefined ? {} : { parent_id }) } as never;
      });
    } else {
      visit.world.tellRoom(room, GatewayDispatchEvents.ChannelDelete, () => room.asChannel() as never);
    }
    visit.world.changed();
    return room.asChannel(visit.bot.id);
  }),
];

export function checkName(name: unknown): asserts name is string {
  if (typeof name !== "string" || name.length < 1 || name.length > LONGEST_NAME)
    throw badLength("name", 1, LONGEST_NAME);
}

/** The minutes after which a thread is archived, if they are among those that Discord offers. */
export function readMinutes(minutes: number | undefined): ThreadAutoArchiveDuration | undefined {
  if (minutes === undefined) return undefined;
  const known = [60, 1440, 4320, 10_080] satisfies ThreadAutoArchiveDuration[];
  if (!known.includes(minutes as never)) throw badChoice("auto_archive_duration", known);
  return minutes;
}

function modify(visit: Visit<RESTPatchAPIChannelJSONBody>): object {
  const { body, bot, world } = visit;
  const room = roomOf(visit);
  if (room.dm) throw refused("inDm");
  if (body.name !== undefined) checkName(body.name);
  if (room.thread) modifyThread(visit, room, room.thread);
  else {
    demand(visit, room, "ManageChannels");
    applyToRoom(room, body);
    world.tellRoom(room, GatewayDispatchEvents.ChannelUpdate, () => room.asChannel() as never);
    world.changed();
  }
  return room.asChannel(bot.id);
}

function modifyThread(visit: Visit<RESTPatchAPIChannelJSONBody>, room: Room, thread: Thread): void {
  const { body, bot, world } = visit;
  const minutes = readMinutes(body.auto_archive_duration);
  const isUnarchiving = body.archived === false;
  if (!isUnarchiving) demandActive(room);
  const isOpening = isUnarchiving && !thread.isLocked && Object.keys(body).length === 1;
  const isOwnAffair =
    thread.ownerId === bot.id && body.locked === undefined && !(isUnarchiving && thread.isLocked);
  if (isOpening) demand(visit, room, "SendMessages");
  else if (!isOwnAffair) demand(visit, room, "ManageThreads");
  applyToRoom(room, body);
  world.changeThread(room, {
    ...(body.archived === undefined ? {} : { isArchived: body.archived }),
    ...(body.locked === undefined ? {} : { isLocked: body.locked }),
    ...(minutes === undefined ? {} : { autoArchiveMinutes: minutes }),
    ...(body.applied_tags === undefined ? {} : { tags: body.applied_tags }),
  });
}

function applyToRoom(room: Room, body: RESTPatchAPIChannelJSONBody): void {
  if (body.name !== undefined) room.name = body.name;
  if (body.topic !== undefined) room.topic = body.topic;
  if (body.flags !== undefined) room.flags = body.flags;
  if (typeof body.rate_limit_per_user === "number") room.slowmodeSeconds = body.rate_limit_per_user;
}
