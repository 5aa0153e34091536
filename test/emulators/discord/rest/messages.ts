import {
  GatewayDispatchEvents,
  MessageFlags,
  MessageType,
  type APIMessage,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessagesBulkDeleteJSONBody,
} from "discord-api-types/v10";
import { invalidForm, refused } from "../api-failure.ts";
import { asMessage, blanked } from "../message.ts";
import { may } from "../permissions.ts";
import type { Post, Room } from "../room.ts";
import { compareIds, madeAtMs } from "../snowflake.ts";
import { guildIdOf } from "../world.ts";
import { MESSAGE_FIELDS, readContent, readEdit, readReference, type MessageBody } from "./content.ts";
import {
  answer,
  demand,
  limitOf,
  postOf,
  roomOf,
  route,
  type Answer,
  type Route,
  type Visit,
} from "./route.ts";

const TYPING_MS = 10_000;
const LONGEST_NONCE = 25;
/** "The past few minutes", as the documentation has it. */
const NONCE_LIFE_MS = 3 * 60_000;
const BULK_AGE_MS = 14 * 86_400_000;
const DELETABLE_SYSTEM: ReadonlySet<MessageType> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChannelPinnedMessage,
  MessageType.UserJoin,
  MessageType.ThreadCreated,
  MessageType.ChatInputCommand,
]);

/** Clients send with edits, too, what means nothing there. */
type EditBody = RESTPatchAPIChannelMessageJSONBody & {
  readonly tts?: boolean;
  readonly enforce_nonce?: boolean;
};
const MEANS_NOTHING = new Set(["tts", "enforce_nonce"]);

export const messageRoutes: readonly Route[] = [
  route("getMessages", "GET /channels/:channel/messages", getMessages, {
    query: ["before", "after", "around", "limit"],
  }),
  route("getMessage", "GET /channels/:channel/messages/:message", (visit) => {
    const room = roomOf(visit);
    demand(visit, room, "ReadMessageHistory");
    return shown(visit, postOf(visit, room));
  }),
  route<MessageBody>("createMessage", "POST /channels/:channel/messages", createMessage, {
    fields: MESSAGE_FIELDS,
  }),
  route<EditBody>("editMessage", "PATCH /channels/:channel/messages/:message", editMessage, {
    fields: {
      content: true,
      embeds: true,
      flags: true,
      allowed_mentions: true,
      attachments: true,
      components: true,
      tts: true,
      enforce_nonce: true,
    },
  }),
  route("deleteMessage", "DELETE /channels/:channel/messages/:message", (visit) => {
    const room = roomOf(visit);
    const post = postOf(visit, room);
    demandActive(room);
    if (!DELETABLE_SYSTEM.has(post.message.type)) throw refused("system");
    if (post.message.author.id !== visit.bot.id) {
      if (room.dm) throw refused("inDm");
      demand(visit, room, "ManageMessages");
    }
    visit.world.remove(post);
  }),
  route<RESTPostAPIChannelMessagesBulkDeleteJSONBody>(
    "bulkDeleteMessages",
    "POST /channels/:channel/messages/bulk-delete",
    bulkDelete,
    { fields: { messages: true } },
  ),
  route("triggerTyping", "POST /channels/:channel/typing", (visit) => {
    const room = roomOf(visit);
    demandSendable(visit, room);
    startTyping(visit, room);
  }),
];

/** A message as a bot without Message Content is given it, too. */
export function shown({ world, bot }: Visit, post: Post): APIMessage {
  const message = asMessage(world, post, bot);
  return bot.messageContent ? message : blanked(message, bot, post.room.dm !== undefined);
}

/** Throws unless the bot may write here. */
export function demandSendable(visit: Visit, room: Room): void {
  if (room.kind === "forum") throw refused("inForum");
  if (room.dm) {
    if (!mayDirect(visit, room)) throw refused("cannotDm");
    return;
  }
  demand(visit, room, "SendMessages");
  if (room.thread?.isLocked && !may(room, visit.bot.id, "ManageThreads")) {
    throw refused(room.thread.isArchived ? "archived" : "locked");
  }
}

/** Throws if a thread is archived: nothing in it can be changed before somebody writes. */
export function demandActive(room: Room): void {
  if (room.thread?.isArchived) throw refused("archived");
}

/** Says something as the bot; what `createMessage` and the first message of a forum post share. */
export function say(visit: Visit, room: Room, body: MessageBody): Post {
  const { replyTo, forwardOf } = readReference(visit, room, body.message_reference);
  const found = forwardOf
    ? {
        content: { content: "", flags: MessageFlags.HasSnapshot, message_snapshots: [snapshotOf(forwardOf)] },
      }
    : readContent(visit, room, body, replyTo);
  const { nonce } = body;
  const content = { ...found.content, ...(nonce === undefined ? {} : { nonce }), tts: body.tts ?? false };
  const pings = "pings" in found ? { pings: found.pings } : {};
  return visit.world.post(room, visit.bot.user, content, { replyTo, forwardOf, ...pings });
}

export function snapshotOf({ message }: Post) {
  const {
    type,
    content,
    embeds,
    attachments,
    timestamp,
    edited_timestamp,
    flags,
    mentions,
    mention_roles,
    sticker_items,
    components,
  } = message;
  return {
    message: {
      type,
      content,
      embeds,
      attachments,
      timestamp,
      edited_timestamp,
      mentions,
      mention_roles,
      ...(flags === undefined ? {} : { flags }),
      ...(sticker_items ? { sticker_items } : {}),
      ...(components ? { components } : {}),
    },
  } satisfies NonNullable<APIMessage["message_snapshots"]>[number];
}

function createMessage(visit: Visit<MessageBody>): APIMessage | Answer {
  const { body, bot, world } = visit;
  const room = roomOf(visit);
  demandSendable(visit, room);
  const { nonce } = body;
  if (nonce !== undefined && (typeof nonce === "object" || String(nonce).length > LONGEST_NONCE))
    throw invalidForm("nonce", "NONCE_TYPE_TOO_LONG", "Nonce cannot be longer than 25 characters.");
  if (body.enforce_nonce && nonce !== undefined) {
    const fromMs = world.clock.now() - NONCE_LIFE_MS;
    const known = room.posts.find(
      ({ message }) =>
        message.author.id === bot.id &&
        message.nonce !== undefined &&
        String(message.nonce) === String(nonce) &&
        madeAtMs(message.id) > fromMs,
    );
    if (known) return answer(200, asMessage(world, known, bot), { isRepeat: true });
  }
  return asMessage(world, say(visit, room, body), bot);
}

function editMessage(visit: Visit<EditBody>): APIMessage {
  const { body, bot, world } = visit;
  const room = roomOf(visit);
  const post = postOf(visit, room);
  if (post.message.author.id !== bot.id) {
    const isOnlyFlags = Object.keys(body).every((name) => name === "flags" || MEANS_NOTHING.has(name));
    if (!isOnlyFlags) throw refused("notAuthor");
    demand(visit, room, "ManageMessages");
    demandActive(room);
    const { flags = 0 } = post.message;
    const kept = flags & ~MessageFlags.SuppressEmbeds;
    world.mark(post, { flags: kept | ((body.flags ?? 0) & MessageFlags.SuppressEmbeds) });
    return shown(visit, post);
  }
  demandActive(room);
  const { content, pings } = readEdit(visit, post, body);
  world.revise(post, content, pings);
  return asMessage(world, post, bot);
}

function bulkDelete(visit: Visit<RESTPostAPIChannelMessagesBulkDeleteJSONBody>): void {
  const { world, body } = visit;
  const room = roomOf(visit);
  if (room.dm) throw refused("inDm");
  demand(visit, room, "ManageMessages");
  const ids = [...new Set(body.messages)];
  if (ids.length < 2 || ids.length > 100) throw refused("bulkCount");
  if (ids.some((id) => world.clock.now() - madeAtMs(id) > BULK_AGE_MS)) throw refused("bulkOld");
  const gone = ids.flatMap((id) => room.find(id) ?? []);
  for (const post of gone) post.isDeleted = true;
  world.tellRoom(room, GatewayDispatchEvents.MessageDeleteBulk, () => ({
    ids: gone.map(({ message }) => message.id),
    channel_id: room.id,
    ...guildIdOf(room),
  }));
  world.changed();
}

function getMessages(visit: Visit): APIMessage[] {
  const room = roomOf(visit);
  const limit = limitOf(visit, 50, 100);
  if (room.kind === "forum") throw refused("notText");
  // Without the right to read the past there simply is none.
  if (!may(room, visit.bot.id, "ReadMessageHistory")) return [];
  const posts = page(room.readable, visit, limit);
  return posts.toReversed().map((post) => shown(visit, post));
}

/** The posts that are asked for, oldest first. */
function page(posts: readonly Post[], { query }: Visit, limit: number): Post[] {
  const [before, after, around] = ["before", "after", "around"].map((name) => query.get(name));
  if (after) return posts.filter(({ message }) => compareIds(message.id, after) > 0).slice(0, limit);
  if (before) return posts.filter(({ message }) => compareIds(message.id, before) < 0).slice(-limit);
  if (!around) return posts.slice(-limit);
  const at = posts.findIndex(({ message }) => compareIds(message.id, around) >= 0);
  const from = Math.max(0, (at < 0 ? posts.length : at) - Math.floor(limit / 2));
  return posts.slice(from, from + limit);
}

function startTyping({ world, bot }: Visit, room: Room): void {
  room.typing.set(bot.id, world.clock.now() + TYPING_MS);
  const timestamp = Math.floor(world.clock.now() / 1000);
  world.tellRoom(room, GatewayDispatchEvents.TypingStart, () => {
    const member = room.guild?.asMember(bot.id);
    return {
      channel_id: room.id,
      ...guildIdOf(room),
      user_id: bot.id,
      timestamp,
      ...(member ? { member } : {}),
    };
  });
  world.changed();
}

/** A bot may write to people it shares a server with, and to those who wrote to it, unless they do not want it. */
function mayDirect({ world, bot }: Visit, room: Room): boolean {
  const { dm } = room;
  if (!dm || dm.bot !== bot || room.isBlocked) return false;
  const isShared = world.guilds.some(({ members }) => members.has(dm.person.id) && members.has(bot.id));
  return isShared || room.posts.some(({ message }) => message.author.id === dm.person.id);
}
