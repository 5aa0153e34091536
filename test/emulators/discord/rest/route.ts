import type { Reply } from "../../common/http-server.ts";
import type { Upload } from "../../common/multipart.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { invalidForm, refused } from "../api-failure.ts";
import type { BotAccount } from "../bot-account.ts";
import type { Guild } from "../guild.ts";
import { may, permissionsInGuild, type PermissionName } from "../permissions.ts";
import type { Post, Room } from "../room.ts";
import type { World } from "../world.ts";

/** A request that has a meaning: whose it is, and what came with it. */
export interface Visit<B = unknown> {
  readonly world: World;
  readonly gateway: Gateway;
  readonly bot: BotAccount;
  /** The variable parts of the path. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: B;
  /** By the number in `files[n]`. */
  readonly files: ReadonlyMap<string, Upload>;
}

/** The fields that a body may have; every one that the types know has to be listed. */
export type Fields<B> = { readonly [K in keyof Required<B>]: true };

/** An answer with another status than the usual 200, or 204 where there is nothing to tell. */
export interface Answer {
  readonly answer: Omit<Reply, "body"> & { readonly body?: unknown };
}

export interface Route {
  /** As the documentation names the endpoint, such as `createMessage`. */
  readonly name: string;
  readonly verb: string;
  readonly pattern: RegExp;
  readonly query: readonly string[];
  readonly fields: Readonly<Record<string, true>> | undefined;
  /** Whether it needs no token in its head: the one in the path is enough. */
  readonly isOpen: boolean;
  readonly run: (visit: Visit<never>) => unknown;
}

interface Details<B> {
  readonly query?: readonly string[];
  readonly fields?: Fields<B>;
  readonly isOpen?: boolean;
}

/** `path` is such as `GET /channels/:channel`. */
export function route<B>(
  name: string,
  path: string,
  run: (visit: Visit<B>) => unknown,
  details: Details<B> = {},
): Route {
  const [verb = "", template = ""] = path.split(" ");
  const pattern = new RegExp(`^${template.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
  return {
    name,
    verb,
    pattern,
    query: details.query ?? [],
    fields: details.fields,
    isOpen: details.isOpen ?? false,
    run: run,
  };
}

/** An answer with this status. */
export function answer(status: number, body: unknown, facts: { isRepeat?: boolean } = {}): Answer {
  return { answer: { status, body, ...facts } };
}

/** A part of the path. */
export function part({ path }: Visit, name: string): string {
  return path[name] ?? "";
}

/** The channel of the path, which the bot can see. */
export function roomOf(visit: Visit, name = "channel"): Room {
  const room = visit.world.room(part(visit, name));
  if (!room) throw refused("unknownChannel");
  demand(visit, room, "ViewChannel");
  return room;
}

/** Throws unless the bot has a right in a channel. */
export function demand({ bot }: Visit, room: Room, ...names: readonly PermissionName[]): void {
  if (!may(room, bot.id, "ViewChannel")) throw refused("missingAccess");
  if (names.some((name) => !may(room, bot.id, name))) throw refused("missingPermissions");
}

/** The message of the path, as far as the bot may know of it. */
export function postOf(visit: Visit, room: Room, id = part(visit, "message")): Post {
  const post = room.find(id);
  if (!post || post.onlyFor !== undefined) throw refused("unknownMessage");
  return post;
}

/** The server of the path, which the bot is in. */
export function guildOf(visit: Visit): Guild {
  const guild = visit.world.guild(part(visit, "guild"));
  if (!guild) throw refused("unknownGuild");
  if (permissionsInGuild(guild, visit.bot.id) === 0n) throw refused("missingAccess");
  return guild;
}

/** A number of the query within its bounds. */
export function limitOf(visit: Visit, usual: number, most: number): number {
  const asked = visit.query.get("limit");
  const limit = asked === null ? usual : Number(asked);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw badQuery("limit", `int value should be between 1 and ${most}.`);
  }
  return limit;
}

function badQuery(name: string, message: string) {
  return invalidForm(name, "NUMBER_TYPE_MAX", message);
}
