import type { Message, Update } from "@grammyjs/types";
import { badRequest } from "../api-failure.ts";
import type { Post, Room } from "../room.ts";
import { readCaption, readText } from "../text.ts";
import type { Content } from "../world.ts";
import { readRich, richContent } from "./drafts.ts";
import { keyboardOf, send, threadFor } from "./send.ts";
import { postToUse, roomToWrite, type Methods, type Visit } from "./visit.ts";

/** A message that has just been given an edit. */
export type Edited<M extends Message> = M & Update.Edited;

const TYPING_MS = 5000;
const DELETABLE_MS = 48 * 3_600_000;
const ACTIONS = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
]);
const NOT_MODIFIED =
  "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

export const messageMethods: Methods<
  | "sendMessage"
  | "editMessageText"
  | "editMessageCaption"
  | "editMessageReplyMarkup"
  | "deleteMessage"
  | "deleteMessages"
  | "sendChatAction"
  | "sendLocation"
  | "sendContact"
  | "forwardMessage"
  | "copyMessage"
> = {
  sendMessage: (visit, args) => {
    const post = send(visit, args, readText(args));
    noteText(visit, post, args.text, args.parse_mode);
    return post.message as Message.TextMessage;
  },

  editMessageText: (visit, args) => {
    const post = ownPost(visit, args);
    if (args.rich_message) {
      edit(visit, post, richContent(readRich(args.rich_message)), args.reply_markup);
      return post.message as Edited<Message.RichMessageMessage>;
    }
    if (args.text === undefined) throw badRequest("message text is empty");
    const { text, entities } = readText({ ...args, text: args.text });
    if (post.message.text === undefined) throw badRequest("there is no text in the message to edit");
    edit(visit, post, { text, entities }, args.reply_markup);
    noteText(visit, post, args.text, args.parse_mode);
    return post.message as Edited<Message.TextMessage>;
  },

  editMessageCaption: (visit, args) => {
    const post = ownPost(visit, args);
    const source = { ...args, text: args.caption ?? "", entities: args.caption_entities };
    const { text, entities } = readCaption(source);
    if (!hasCaption(post.message)) throw badRequest("there is no caption in the message to edit");
    edit(visit, post, { caption: text, caption_entities: entities }, args.reply_markup);
    noteText(visit, post, source.text, args.parse_mode);
    return post.message as Edited<Message>;
  },

  editMessageReplyMarkup: (visit, args) => {
    const post = ownPost(visit, args);
    edit(visit, post, {}, args.reply_markup);
    return post.message as Edited<Message>;
  },

  deleteMessage: (visit, { chat_id, message_id }) => {
    const room = roomToWrite(visit, chat_id);
    remove(visit, room, postToUse(room, message_id, "message to delete"));
    return true;
  },

  deleteMessages: (visit, { chat_id, message_ids }) => {
    const room = roomToWrite(visit, chat_id);
    if (message_ids.length > 100) throw badRequest("too many message identifiers specified");
    for (const id of message_ids) {
      const post = room.find(id);
      if (post) remove(visit, room, post);
    }
    return true;
  },

  sendChatAction: (visit, { chat_id, action, message_thread_id }) => {
    const room = roomToWrite(visit, chat_id);
    if (!ACTIONS.has(action)) throw badRequest("wrong parameter action in request");
    // A forum's general topic has the number 1 here, and none where messages are sent.
    const thread = room.isForum && message_thread_id === 1 ? undefined : threadFor(room, message_thread_id);
    room.typing.set(visit.bot.id, { action, thread, untilMs: visit.world.clock.now() + TYPING_MS });
    visit.world.changed();
    return true;
  },

  sendLocation: (visit, args) => {
    const { latitude, longitude } = args;
    return send(visit, args, { location: { latitude, longitude } }).message as Message.LocationMessage;
  },

  sendContact: (visit, args) => {
    const { phone_number, first_name, last_name } = args;
    const contact = { phone_number, first_name, ...(last_name ? { last_name } : {}) };
    return send(visit, args, { contact }).message as Message.ContactMessage;
  },

  forwardMessage: (visit, args) => {
    const { from_chat_id, message_id, ...rest } = args;
    const original = postToUse(roomToWrite(visit, from_chat_id), message_id, "message to forward");
    const { from, date } = original.message;
    const origin = from ? { forward_origin: { type: "user" as const, sender_user: from, date } } : {};
    return send(visit, rest, { ...contentOf(original.message), ...origin }).message;
  },

  copyMessage: (visit, args) => {
    const { from_chat_id, message_id, caption, ...rest } = args;
    const original = postToUse(roomToWrite(visit, from_chat_id), message_id, "message to copy");
    const changed = caption === undefined ? {} : { caption };
    const post = send(visit, rest, { ...contentOf(original.message), ...changed });
    return { message_id: post.message.message_id };
  },
};

/** Writes down a text that was accepted, so that a test can hand all of them to another parser. */
export function noteText(
  { world, method }: Visit,
  post: Post,
  text: string,
  parseMode: string | undefined,
): void {
  world.texts.push({ method, chat: post.room.id, text, parseMode });
}

/** The bot's own message that a call wants to change. */
export function ownPost(
  visit: Visit,
  args: { chat_id?: number | string; message_id?: number; inline_message_id?: string },
): Post {
  if (args.inline_message_id !== undefined) throw badRequest("message to edit not found");
  if (args.chat_id === undefined) throw badRequest("chat_id is empty");
  const post = postToUse(roomToWrite(visit, args.chat_id), args.message_id, "message to edit");
  if (post.message.from?.id !== visit.bot.id) throw badRequest("message can't be edited");
  return post;
}

/** Puts content and buttons in the place of those that are there; the same again is refused. Buttons left out are gone. */
export function edit({ world }: Visit, post: Post, content: Content, markup: object | undefined): void {
  const keyboard = keyboardOf(markup);
  const { reply_markup: before, ...rest } = post.message;
  const wanted = { ...rest, ...content };
  if (Bun.deepEquals(wanted, rest) && Bun.deepEquals(before, keyboard)) throw badRequest(NOT_MODIFIED);
  post.message = rest;
  world.revise(post, { ...content, ...(keyboard ? { reply_markup: keyboard } : {}) });
}

function remove({ world, bot }: Visit, room: Room, post: Post): void {
  const isOwn = post.message.from?.id === bot.id;
  const isLate = world.clock.now() - post.message.date * 1000 > DELETABLE_MS;
  const mayOthers = room.kind === "private" || room.isAdmin(bot.id);
  if ((!isOwn && !mayOthers) || (isLate && !room.isAdmin(bot.id))) {
    throw badRequest("message can't be deleted");
  }
  post.isDeleted = true;
  post.isPinned = false;
  world.changed();
}

function hasCaption(message: Message): boolean {
  return ["photo", "video", "document", "audio", "voice", "animation"].some((kind) => kind in message);
}

/** What a message says, without who said it, where, and under which number. */
export function contentOf(message: Message): Content {
  const {
    message_id: _id,
    from: _from,
    chat: _chat,
    date: _date,
    reply_to_message: _reply,
    message_thread_id: _thread,
    is_topic_message: _topic,
    edit_date: _edited,
    reply_markup: _markup,
    media_group_id: _album,
    quote: _quote,
    ...content
  } = message;
  return content;
}
