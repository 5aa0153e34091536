import type { InlineKeyboardMarkup, ReplyParameters, TextQuote } from "@grammyjs/types";
import { badRequest } from "../api-failure.ts";
import type { Post, Room } from "../room.ts";
import type { Content } from "../world.ts";
import { roomToWrite, type Visit } from "./visit.ts";

/** What all methods that send something take. */
export interface SendArgs {
  readonly chat_id: number | string;
  readonly message_thread_id?: number;
  readonly disable_notification?: boolean;
  readonly reply_parameters?: ReplyParameters;
  readonly reply_to_message_id?: number;
  readonly reply_markup?: object;
  readonly business_connection_id?: string;
}

const MOST_BUTTONS = 100;

/** Posts something as the bot, in the topic and as the answer that it asks for. */
export function send(visit: Visit, args: SendArgs, content: Content): Post {
  const { world, bot } = visit;
  const room = roomToWrite(visit, args.chat_id);
  if (args.business_connection_id !== undefined) throw badRequest("business connection not found");
  const thread = threadFor(room, args.message_thread_id);
  const reply = replyFor(room, args);
  const markup = keyboardOf(args.reply_markup);
  return world.post(
    room,
    bot.asUser(),
    { ...content, ...(markup ? { reply_markup: markup } : {}) },
    {
      thread: thread ?? topicOf(reply?.post),
      replyTo: reply?.post,
      quote: reply?.quote,
      isSilent: args.disable_notification,
    },
  );
}

/** The topic to write to; the general topic of a forum has no number that could be used. */
export function threadFor(room: Room, thread: number | undefined): number | undefined {
  if (thread === undefined || thread === 0) return undefined;
  const topic = room.topics.get(thread);
  if (!topic) throw badRequest("message thread not found");
  if (topic.isClosed) throw badRequest("TOPIC_CLOSED");
  return thread;
}

function topicOf(post: Post | undefined): number | undefined {
  return post?.message.is_topic_message ? post.message.message_thread_id : undefined;
}

function replyFor(room: Room, args: SendArgs): { post: Post; quote?: TextQuote } | undefined {
  const wanted: ReplyParameters | undefined =
    args.reply_parameters ??
    (args.reply_to_message_id ? { message_id: args.reply_to_message_id } : undefined);
  if (wanted?.message_id === undefined) return undefined;
  const post = room.find(wanted.message_id);
  if (!post) {
    if (wanted.allow_sending_without_reply) return undefined;
    throw badRequest("message to be replied not found");
  }
  if (wanted.quote === undefined) return { post };
  const text = post.message.text ?? post.message.caption ?? "";
  const position = text.indexOf(wanted.quote);
  if (position < 0) throw badRequest("QUOTE_TEXT_INVALID");
  return { post, quote: { text: wanted.quote, position } };
}

/** The buttons under a message, checked as the server does; undefined for other keyboards, which nobody sees here. */
export function keyboardOf(markup: object | undefined): InlineKeyboardMarkup | undefined {
  if (markup === undefined || !("inline_keyboard" in markup)) return undefined;
  // What else it might be is found out below, as the server does.
  const rows = (markup as InlineKeyboardMarkup).inline_keyboard.filter((row) => row.length > 0);
  if (rows.flat().length > MOST_BUTTONS) throw badRequest("reply markup is too long");
  for (const button of rows.flat()) {
    if (!button.text)
      throw badRequest('can\'t parse inline keyboard button: field "text" must be of type String');
    if ("callback_data" in button) {
      const bytes = Buffer.byteLength(button.callback_data);
      if (bytes < 1 || bytes > 64) throw badRequest("BUTTON_DATA_INVALID");
    } else if ("url" in button) {
      if (!URL.canParse(button.url)) {
        throw badRequest(`inline keyboard button URL '${button.url}' is invalid: wrong HTTP URL`);
      }
    } else if (!("copy_text" in button)) {
      throw badRequest("text buttons are unallowed in the inline keyboard");
    }
  }
  return rows.length === 0 ? undefined : { inline_keyboard: rows };
}
