import { buttonsOf, cardText, isPart, wordsOf } from "./card-shape.ts";
import type { Post, Room } from "./room.ts";
import type { World } from "./world.ts";

export interface TranscriptOptions {
  /** Only what is in this topic; `none` is what is in no topic. */
  readonly thread?: string;
  /** Tells also what is a card, edited, recalled, pinned, or answers another message. */
  readonly hasMarks?: boolean;
  /** Also tells of each card whether it is still being written. */
  readonly isLive?: boolean;
}

/** What a person sees in a chat, a line for each message: `Anna: hello`, `bot: Tea? [Yes] [No] {THUMBSUP}`. */
export function transcriptOf(world: World, room: Room, options: TranscriptOptions = {}): string[] {
  return room.posts
    .filter((post) => (options.hasMarks || !post.recalled) && isWanted(post, options.thread))
    .map((post) => lineOf(world, post, options));
}

function isWanted({ threadId }: Post, thread: string | undefined): boolean {
  if (thread === undefined) return true;
  return thread === "none" ? threadId === undefined : threadId === thread;
}

function lineOf(world: World, post: Post, options: TranscriptOptions): string {
  if (post.recalled) return `${post.from.name}: (recalled)`;
  const kind = kindOf(world, post);
  const { card } = post;
  const isWriting = options.isLive && card?.streaming(world.clock.now()) === "on";
  const parts = [
    ...(kind ? [`(${kind})`] : []),
    ...(options.hasMarks ? marksBefore(world, post) : []),
    shownText(world, post),
    ...(card ? buttonsOf(card.card).map((label) => `[${label}]`) : []),
    ...(post.reactions.length > 0 ? [`{${post.reactions.map(({ emojiType }) => emojiType).join(" ")}}`] : []),
    ...(options.hasMarks && post.earlier.length > 0 && !card ? ["(edited)"] : []),
    ...(options.hasMarks && post.pin ? ["(pinned)"] : []),
    ...(isWriting ? ["(still writing)"] : []),
  ].filter((part) => part !== "");
  return `${post.from.name}: ${parts.join(" ")}`;
}

function marksBefore(world: World, post: Post): string[] {
  const answered = post.room.posts.find(({ id }) => id === post.parentId);
  return [
    ...(answered ? [`(re “${shownText(world, answered).slice(0, 30)}”)`] : []),
    ...(post.card ? ["(card)"] : []),
  ];
}

/** The words of a message, with names in the place of keys. */
export function shownText(world: World, post: Post): string {
  if (post.card) {
    const { app, card } = post.card;
    return cardText(card, (id) => world.actorOf(app, id)?.name ?? id);
  }
  // What is forwarded together has no JSON.
  if (post.msgType === "merge_forward") return "";
  const content: unknown = JSON.parse(post.content);
  if (!isPart(content)) return "";
  if (post.msgType === "text") return withNames(post, String(content["text"]));
  return post.msgType === "post" ? postText(post, content) : "";
}

function withNames({ mentions }: Post, text: string): string {
  return mentions
    .toReversed()
    .reduce((sum, { key, actor }) => sum.replaceAll(key, `@${actor.name}`), text)
    .replaceAll("@_all", "@all");
}

function postText(post: Post, content: { [field: string]: unknown }): string {
  const paragraphs = Array.isArray(content["content"]) ? content["content"] : [];
  const lines = paragraphs.map((paragraph: unknown) =>
    Array.isArray(paragraph) ? paragraph.map((part) => partText(post, part)).join("") : "",
  );
  return [wordsOf(content["title"]), ...lines].filter((line) => line !== "").join("\n");
}

function partText(post: Post, part: unknown): string {
  if (!isPart(part)) return "";
  switch (part["tag"]) {
    case "a":
      return `${wordsOf(part["text"])} (${wordsOf(part["href"])})`;
    case "at":
      return withNames(post, String(part["user_id"]));
    case "img":
      return "(image)";
    case "media":
      return "(media)";
    case "emotion":
      return `:${wordsOf(part["emoji_type"])}:`;
    case "hr":
      return "---";
    default:
      return withNames(post, wordsOf(part["text"]));
  }
}

/** What a message is when it is neither text nor card. */
function kindOf(world: World, { msgType, content, merged }: Post): string | undefined {
  if (["text", "post", "interactive"].includes(msgType)) return undefined;
  const facts: Record<string, unknown> = msgType === "merge_forward" ? {} : JSON.parse(content);
  switch (msgType) {
    case "file":
    case "media":
      return `${msgType} ${wordsOf(facts["file_name"])}`;
    case "share_chat":
      return `share_chat ${world.rooms.find(({ id }) => id === facts["chat_id"])?.name ?? ""}`.trim();
    case "merge_forward":
      return `merge_forward of ${merged.length}`;
    default:
      return msgType;
  }
}
