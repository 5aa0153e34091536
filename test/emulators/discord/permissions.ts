import { PermissionFlagsBits } from "discord-api-types/v10";
import type { Guild } from "./guild.ts";
import type { Room } from "./room.ts";

export type PermissionName = keyof typeof PermissionFlagsBits;

export const ALL_PERMISSIONS = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n);

export function bitsOf(names: readonly PermissionName[]): bigint {
  return names.reduce((all, name) => all | PermissionFlagsBits[name], 0n);
}

/** What everybody may do in a new server. */
export const EVERYONE: readonly PermissionName[] = [
  "ViewChannel",
  "SendMessages",
  "EmbedLinks",
  "AttachFiles",
  "ReadMessageHistory",
  "AddReactions",
  "UseExternalEmojis",
  "UseExternalStickers",
  "MentionEveryone",
  "CreatePublicThreads",
  "CreatePrivateThreads",
  "SendMessagesInThreads",
  "UseApplicationCommands",
  "ChangeNickname",
];
/** What a bot is usually let in with. */
export const INVITED: readonly PermissionName[] = [
  ...EVERYONE,
  "ManageMessages",
  "ManageThreads",
  "PinMessages",
];
/** What both may do in a direct chat. */
const DIRECT = bitsOf([
  "ViewChannel",
  "SendMessages",
  "EmbedLinks",
  "AttachFiles",
  "ReadMessageHistory",
  "AddReactions",
  "PinMessages",
  "UseApplicationCommands",
]);

/** What somebody may do in a server, whatever the channel. */
export function permissionsInGuild(guild: Guild, userId: string): bigint {
  if (guild.ownerId === userId) return ALL_PERMISSIONS;
  const member = guild.members.get(userId);
  if (!member) return 0n;
  const mine = guild.roles.filter(({ id }) => id === guild.id || member.roles.includes(id));
  const all = mine.reduce((bits, { permissions }) => bits | BigInt(permissions), 0n);
  return (all & PermissionFlagsBits.Administrator) === 0n ? all : ALL_PERMISSIONS;
}

/** What somebody may do in a channel or thread. */
export function permissionsIn(room: Room, userId: string): bigint {
  const { guild } = room;
  if (!guild) return room.dm && [room.dm.person.id, room.dm.bot.id].includes(userId) ? DIRECT : 0n;
  const base = permissionsInGuild(guild, userId);
  if (base === ALL_PERMISSIONS || base === 0n) return base;
  const bits = overwritten(room.parent ?? room, guild, userId, base);
  if ((bits & PermissionFlagsBits.ViewChannel) === 0n) return 0n;
  return room.thread ? inThread(room, userId, bits) : bits;
}

export function may(room: Room, userId: string, name: PermissionName): boolean {
  return (permissionsIn(room, userId) & PermissionFlagsBits[name]) !== 0n;
}

function overwritten(room: Room, guild: Guild, userId: string, base: bigint): bigint {
  const roles = guild.members.get(userId)?.roles ?? [];
  const apply = (bits: bigint, ids: readonly string[]) => {
    const found = room.overwrites.filter(({ id }) => ids.includes(id));
    const deny = found.reduce((all, each) => all | BigInt(each.deny), 0n);
    const allow = found.reduce((all, each) => all | BigInt(each.allow), 0n);
    return (bits & ~deny) | allow;
  };
  return apply(apply(apply(base, [guild.id]), roles), [userId]);
}

/** In threads another right says who may write; a private one is seen by its members and by moderators. */
function inThread(room: Room, userId: string, bits: bigint): bigint {
  const isModerator = (bits & PermissionFlagsBits.ManageThreads) !== 0n;
  if (room.thread?.isPrivate && !room.thread.memberIds.has(userId) && !isModerator) return 0n;
  const maySend = (bits & PermissionFlagsBits.SendMessagesInThreads) !== 0n;
  const send = PermissionFlagsBits.SendMessages;
  return maySend ? bits | send : bits & ~send;
}
