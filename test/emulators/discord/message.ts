import {
  EmbedType,
  MessageFlags,
  type APIEmbed,
  type APIMessage,
  type APIReaction,
  type ChannelType,
  type GatewayMessageCreateDispatchData,
  type TextChannelType,
} from "discord-api-types/v10";
import type { BotAccount } from "./bot-account.ts";
import type { Post } from "./room.ts";
import type { World } from "./world.ts";

/** The most that a message may say, in characters as `lengthOf` counts them. */
export const LONGEST_TEXT = 2000;
const LINK = /(?<!<)https?:\/\/[^\s<>)\]]+/g;
const MOST_PREVIEWS = 5;

/** The message as a bot is given it: links to files are fresh, reactions know whose they are. */
export function asMessage(world: World, post: Post, viewer: BotAccount, isNested = false): APIMessage {
  const { message, reactions, replyTo, thread } = post;
  const attachments = message.attachments.map((file) => world.files.link(file, world.clock.now()));
  const answered = replyTo && !isNested ? { referenced_message: answeredOf(world, replyTo, viewer) } : {};
  const found = [...reactions.values()].filter(({ userIds }) => userIds.size > 0);
  return {
    ...message,
    attachments,
    ...answered,
    ...(found.length > 0
      ? { reactions: found.map(({ emoji, userIds }) => reactionOf(emoji, userIds, viewer.id)) }
      : {}),
    ...(thread && !thread.isDeleted ? { thread: thread.asChannel(viewer.id) } : {}),
  } satisfies APIMessage;
}

/** The message as the gateway tells it: with who its author is in the server, and in what kind of channel it is. */
export function asEvent(world: World, post: Post, viewer: BotAccount): GatewayMessageCreateDispatchData {
  const { room } = post;
  const { author, mentions, ...rest } = asMessage(world, post, viewer);
  const guild = room.guild;
  const member = guild?.members.get(author.id);
  return {
    ...rest,
    author,
    channel_type: room.asChannel().type as ChannelType as TextChannelType,
    mentions: mentions.map((user) => {
      const known = guild?.members.get(user.id);
      return known && guild ? { ...user, member: guild.withoutUser(known) } : user;
    }),
    ...(guild ? { guild_id: guild.id } : {}),
    ...(guild && member ? { member: guild.withoutUser(member) } : {}),
  };
}

/** What is in a message that a bot may not read: it was neither for it nor by it. */
export function blanked<M extends Pick<APIMessage, "author" | "mentions" | "content">>(
  message: M,
  bot: BotAccount,
  isDirect: boolean,
): M {
  const isMeant =
    isDirect || message.author.id === bot.id || message.mentions.some(({ id }) => id === bot.id);
  if (isMeant) return message;
  const { poll: _, message_snapshots: __, ...rest } = message as M & Partial<APIMessage>;
  return { ...rest, content: "", embeds: [], attachments: [], components: [] } as unknown as M;
}

/** How long a text is for Discord: an emoji of two units counts once. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Previews of the links in a message that has none yet and wants some. */
export function embedsOf({ content, flags, embeds }: APIMessage): APIEmbed[] {
  const bits: number = flags ?? 0;
  if ((bits & (MessageFlags.SuppressEmbeds | MessageFlags.Ephemeral)) !== 0) return [];
  const known = new Set(embeds.map(({ url }) => url));
  const links = [...new Set(linksIn(content))].filter((url) => !known.has(url));
  return links.slice(0, MOST_PREVIEWS).map((url) => {
    const { hostname } = new URL(url);
    return { type: EmbedType.Link, url, title: hostname } satisfies APIEmbed;
  });
}

/** Links that Discord would show a preview of: not those in angle brackets, nor in code. */
export function linksIn(content: string): string[] {
  return (
    content
      .replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, " ")
      .match(LINK)
      ?.filter((link) => URL.canParse(link)) ?? []
  );
}

function answeredOf(world: World, post: Post, viewer: BotAccount): APIMessage | null {
  if (post.isDeleted) return null;
  const message = asMessage(world, post, viewer, true);
  return viewer.messageContent ? message : blanked(message, viewer, post.room.dm !== undefined);
}

function reactionOf(
  emoji: APIReaction["emoji"],
  userIds: ReadonlySet<string>,
  viewerId: string,
): APIReaction {
  return {
    count: userIds.size,
    count_details: { burst: 0, normal: userIds.size },
    me: userIds.has(viewerId),
    me_burst: false,
    emoji,
    burst_colors: [],
  } satisfies APIReaction;
}
