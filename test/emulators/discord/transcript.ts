import { ComponentType, EmbedType, MessageFlags, MessageType, type APIMessage } from "discord-api-types/v10";
import { hasFailed } from "./interaction.ts";
import { linksIn } from "./message.ts";
import { controlsIn, textsIn } from "./rest/components.ts";
import type { Post, Room } from "./room.ts";
import type { World } from "./world.ts";

export interface TranscriptOptions {
  /** The person who looks; without one, everything is shown, and whom it is for. */
  readonly as?: { readonly id: string };
  /** Tells also what is edited, answers another message, is pinned, silent, or has a thread, and about previews of links. */
  readonly hasMarks?: boolean;
  /** Also a line for whoever is typing right now, and for commands that nobody answered. */
  readonly isLive?: boolean;
}

/** What a person sees in a chat, a line for each message: `Anna: hello`, `bot: a cat (file cat.png) [Yes] [No] {👍2}`. */
export function transcriptOf(world: World, room: Room, options: TranscriptOptions = {}): string[] {
  const lines = room.posts
    .filter(({ isDeleted }) => !isDeleted)
    .filter(({ onlyFor }) => !options.as || onlyFor === undefined || onlyFor === options.as.id)
    .map((post) => lineOf(world, post, options));
  return options.isLive ? [...lines, ...liveLines(world, room)] : lines;
}

function lineOf(world: World, post: Post, { hasMarks = false, as }: TranscriptOptions): string {
  const { message, onlyFor } = post;
  const notice = noticeOf(world, post);
  const parts = notice === undefined ? partsOf(world, post, hasMarks) : [notice];
  const whom = onlyFor !== undefined && !as ? [`(only ${nameIn(post.room, world, onlyFor)})`] : [];
  return `${nameIn(post.room, world, message.author.id)}: ${[...whom, ...parts].filter((part) => part !== "").join(" ")}`;
}

function partsOf(world: World, post: Post, hasMarks: boolean): string[] {
  const { message } = post;
  return [
    ...(hasMarks ? marksBefore(post) : []),
    readable(world, post.room, message.content),
    ...textsIn(message.components),
    ...message.embeds
      .filter(({ type }) => type === EmbedType.Rich)
      .map(({ title, description }) => `(embed ${title ?? description ?? ""})`),
    ...message.attachments.map(({ filename }) => `(file ${filename})`),
    ...(message.sticker_items ?? []).map(({ name }) => `(sticker ${name})`),
    ...(message.message_snapshots ?? []).map(({ message: inner }) => `(forwarded) ${inner.content}`),
    ...controlsOf(message),
    ...reactionsOf(post),
    ...(hasMarks ? marksBehind(post) : []),
  ];
}

/** Names where the text has ids, as apps show them. */
function readable(world: World, room: Room, content: string): string {
  return content
    .replaceAll(/<@!?(\d+)>/g, (_, id: string) => `@${nameIn(room, world, id)}`)
    .replaceAll(/<@&(\d+)>/g, (whole, id: string) => {
      const role = room.guild?.roles.find((each) => each.id === id);
      return role ? `@${role.name}` : whole;
    })
    .replaceAll(/<#(\d+)>/g, (whole, id: string) => {
      const there = world.room(id);
      return there ? `#${there.name}` : whole;
    });
}

function nameIn(room: Room, world: World, id: string): string {
  const user = world.users.get(id);
  return room.guild?.members.get(id)?.nick ?? user?.global_name ?? user?.username ?? "?";
}

function controlsOf({ components }: APIMessage): string[] {
  return controlsIn(components).map((control) => {
    const off = control.disabled ? " off" : "";
    if (control.type !== ComponentType.Button) return `[${control.placeholder ?? "choose"} ▾${off}]`;
    const label = "label" in control ? control.label : undefined;
    const emoji = "emoji" in control ? control.emoji?.name : undefined;
    return `[${[emoji, label].filter(Boolean).join(" ")}${off}]`;
  });
}

function reactionsOf({ reactions }: Post): string[] {
  const all = [...reactions.values()].map(
    ({ emoji, userIds }) => `${emoji.name}${userIds.size > 1 ? userIds.size : ""}`,
  );
  return all.length === 0 ? [] : [`{${all.join(" ")}}`];
}

function marksBefore({ replyTo, message }: Post): string[] {
  if (!replyTo || message.type !== MessageType.Reply) return [];
  const shown = replyTo.isDeleted ? "deleted" : `“${replyTo.message.content.slice(0, 30)}”`;
  return [`(re ${shown})`];
}

function marksBehind({ message, pinnedAt, thread }: Post): string[] {
  const flags: number = message.flags ?? 0;
  const has = (flag: MessageFlags) => (flags & flag) !== 0;
  const links = linksIn(message.content).length > 0;
  return [
    ...(message.edited_timestamp === null ? [] : ["(edited)"]),
    ...(links ? [has(MessageFlags.SuppressEmbeds) ? "(no preview)" : "(preview)"] : []),
    ...(pinnedAt === undefined ? [] : ["(pinned)"]),
    ...(has(MessageFlags.SuppressNotifications) ? ["(silent)"] : []),
    ...(thread && !thread.isDeleted ? [`(thread ${thread.name})`] : []),
  ];
}

/** What a notice of Discord's own says. */
function noticeOf(world: World, { message, room }: Post): string | undefined {
  const flags: number = message.flags ?? 0;
  if ((flags & MessageFlags.Loading) !== 0) return "is thinking…";
  if (message.type === MessageType.ChannelPinnedMessage) return "(pinned a message)";
  if (message.type === MessageType.UserJoin) return `(joined ${room.guild?.name ?? ""})`;
  if (message.type !== MessageType.ThreadCreated) return undefined;
  const thread = world.room(message.message_reference?.channel_id ?? "");
  return `(thread ${thread?.name ?? message.content})`;
}

function liveLines(world: World, room: Room): string[] {
  const now = world.clock.now();
  const typing = [...room.typing]
    .filter(([, untilMs]) => untilMs > now)
    .map(([id]) => `${nameIn(room, world, id)} is typing`);
  const failed = world.interactions
    .filter((each) => each.room === room && hasFailed(each, now))
    .map(({ bot, name }) => `${bot.name} did not respond to ${name}`);
  return [...typing, ...failed];
}
