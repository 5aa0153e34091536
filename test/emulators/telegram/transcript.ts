import type { Message, ReactionType } from "@grammyjs/types";
import type { Post, Room } from "./room.ts";

export interface TranscriptOptions {
  /** Only what is in this topic; 0 is what is in none. */
  readonly thread?: number;
  /** Tells also what is edited, answers another message, is pinned, came without a sound, or was forwarded. */
  readonly hasMarks?: boolean;
  /** Also a line for each draft and for whoever is typing right now. */
  readonly isLive?: boolean;
}

/** What a person sees in a chat, a line for each message: `Anna: hello`, `bot: (photo) a cat [Yes] [No] {👍}`. */
export function transcriptOf(room: Room, nowMs: number, options: TranscriptOptions = {}): string[] {
  const lines = room.posts
    .filter(({ message, isDeleted }) => !isDeleted && isWanted(message, options.thread))
    .map((post) => lineOf(post, options.hasMarks ?? false));
  return options.isLive ? [...lines, ...liveLines(room, nowMs, options.thread)] : lines;
}

function isWanted(message: Message, thread: number | undefined): boolean {
  if (thread === undefined) return true;
  return (message.is_topic_message ? message.message_thread_id : 0) === thread;
}

function lineOf(post: Post, hasMarks: boolean): string {
  const { message } = post;
  const kind = kindOf(message);
  const parts = [
    ...(kind ? [`(${kind})`] : []),
    ...(hasMarks ? marksBefore(post) : []),
    message.text ?? message.caption ?? "",
    ...(message.reply_markup?.inline_keyboard.flat().map(({ text }) => `[${text}]`) ?? []),
    ...reactionsOf(post),
    ...(hasMarks ? marksBehind(post) : []),
  ].filter((part) => part !== "");
  return `${message.from?.first_name ?? "?"}: ${parts.join(" ")}`;
}

function marksBefore({ message }: Post): string[] {
  const answered = message.reply_to_message;
  const shown = message.quote?.text ?? answered?.text ?? answered?.caption ?? "";
  const origin = message.forward_origin;
  return [
    ...(origin?.type === "user" ? [`(from ${origin.sender_user.first_name})`] : []),
    ...(answered && !answered.forum_topic_created ? [`(re “${shown.slice(0, 30)}”)`] : []),
  ];
}

function marksBehind({ message, isPinned, isSilent }: Post): string[] {
  return [
    ...(message.edit_date === undefined ? [] : ["(edited)"]),
    ...(isPinned ? ["(pinned)"] : []),
    ...(isSilent ? ["(silent)"] : []),
  ];
}

function reactionsOf({ reactions }: Post): string[] {
  const all = [...reactions.values()].flat().map(emojiOf);
  return all.length === 0 ? [] : [`{${all.join("")}}`];
}

function emojiOf(reaction: ReactionType): string {
  return reaction.type === "emoji" ? reaction.emoji : reaction.type;
}

function liveLines(room: Room, nowMs: number, thread: number | undefined): string[] {
  const nameOf = (id: number | undefined) => (id === undefined ? "" : (room.bots.get(id)?.name ?? ""));
  const isHere = (there: number | undefined) => thread === undefined || (there ?? 0) === thread;
  const drafts = [...room.drafts.values()]
    .filter(({ untilMs, thread: there }) => untilMs > nowMs && isHere(there))
    .map(({ text }) => `${room.bot?.name ?? ""} (draft): ${text || "Thinking…"}`);
  const typing = [...room.typing]
    .filter(([, { untilMs, thread: there }]) => untilMs > nowMs && isHere(there))
    .map(([id, { action }]) => `${nameOf(id)} is ${action === "typing" ? "typing" : `busy: ${action}`}`);
  return [...drafts, ...typing];
}

const MEDIA = ["photo", "audio", "voice", "video", "video_note", "animation"] as const;

/** What a message is when it is no plain text. */
export function kindOf(message: Message): string | undefined {
  const { document, sticker, poll, contact, location } = message;
  const media = MEDIA.find((kind) => message[kind] !== undefined);
  if (media) return media;
  if (document) return `document ${document.file_name ?? ""}`.trim();
  if (sticker) return `sticker ${sticker.emoji ?? ""}`.trim();
  if (poll) return `poll ${poll.question}`;
  if (contact) return `contact ${contact.first_name}`;
  if (location) return `location ${location.latitude}, ${location.longitude}`;
  return noticeOf(message);
}

/** What a notice of Telegram's own says. */
function noticeOf(message: Message): string | undefined {
  if (message.new_chat_members) return `${message.new_chat_members[0]?.first_name} joined`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} left`;
  if (message.pinned_message) return "pinned a message";
  if (message.migrate_to_chat_id !== undefined) return "became a supergroup";
  if (message.migrate_from_chat_id !== undefined) return "was a group";
  if (message.forum_topic_created) return `topic ${message.forum_topic_created.name}`;
  if (message.forum_topic_edited) return `topic is now ${message.forum_topic_edited.name}`;
  if (message.forum_topic_closed) return "topic closed";
  return message.forum_topic_reopened ? "topic opened" : undefined;
}
