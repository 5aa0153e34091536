import type { Message, MessageEntity } from "grammy/types";
import type { BotIdentity } from "./places.ts";

/** Whether a message in a group speaks to the bot, and what it says without the mere address. */
export interface Addressed {
  readonly isForBot: boolean;
  readonly message: Message;
}

/** Reads whom a message in a group is for: the bot named, its message answered, or a command that is not another's. */
export function readAddressing(message: Message, bot: BotIdentity): Addressed {
  const { text, entities } = textOf(message);
  const command = commandOf(text, entities);
  if (command !== undefined) {
    const isOurs = command.bot === undefined || isSame(command.bot, bot.username);
    return isOurs
      ? { isForBot: true, message: withoutBotName(message, command) }
      : { isForBot: false, message };
  }
  const mentions = entities.filter((entity) => isMentionOf(entity, text, bot) && !isInCode(entity, entities));
  const isForBot = mentions.length > 0 || isAnswerTo(message, bot);
  const [first] = mentions;
  return { isForBot, message: first ? withoutLeading(first, message) : message };
}

/** `/name` becomes what it is where nobody else could be meant. */
export function withoutOwnName(message: Message, bot: BotIdentity): Message {
  const { text, entities } = textOf(message);
  const command = commandOf(text, entities);
  const isOurs = command?.bot !== undefined && isSame(command.bot, bot.username);
  return isOurs ? withoutBotName(message, command) : message;
}

/** The message that another one answers; the first of a topic, which all in it seem to answer, is none. */
export function answered(message: Message): Message["reply_to_message"] {
  const { reply_to_message: to, message_thread_id: thread, is_topic_message: isInTopic } = message;
  const isRoot = to?.forum_topic_created !== undefined || (isInTopic && to?.message_id === thread);
  return isRoot ? undefined : to;
}

function isAnswerTo(message: Message, { id }: BotIdentity): boolean {
  return answered(message)?.from?.id === id;
}

function textOf({ text, entities, caption, caption_entities }: Message) {
  return text === undefined
    ? { text: caption ?? "", entities: caption_entities ?? [] }
    : { text, entities: entities ?? [] };
}

interface Command {
  /** As far as the name of the bot. */
  readonly end: number;
  readonly nameEnd: number;
  readonly bot: string | undefined;
}

function commandOf(text: string, entities: readonly MessageEntity[]): Command | undefined {
  const entity = entities.find(({ type, offset }) => type === "bot_command" && offset === 0);
  if (!entity) return undefined;
  const end = entity.length;
  const at = text.slice(0, end).indexOf("@");
  return { end, nameEnd: at < 0 ? end : at, bot: at < 0 ? undefined : text.slice(at + 1, end) };
}

function isMentionOf(entity: MessageEntity, text: string, { id, username }: BotIdentity): boolean {
  if (entity.type === "text_mention") return entity.user.id === id;
  if (entity.type !== "mention") return false;
  const { offset, length } = entity;
  return isSame(text.slice(offset + 1, offset + length), username);
}

function isInCode({ offset }: MessageEntity, entities: readonly MessageEntity[]): boolean {
  return entities.some(
    (one) =>
      (one.type === "code" || one.type === "pre") && one.offset <= offset && offset < one.offset + one.length,
  );
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

function withoutBotName(message: Message, { nameEnd, end }: Command): Message {
  return without({ start: nameEnd, end }, message);
}

/** “@bot, look” says “look”; a mention that is all there is stays. */
function withoutLeading({ offset, length }: MessageEntity, message: Message): Message {
  const { text } = textOf(message);
  const behind = /^[\s,:]*/.exec(text.slice(offset + length))?.[0].length ?? 0;
  const end = offset + length + behind;
  const isAddress = text.slice(0, offset).trim() === "" && text.slice(end) !== "";
  return isAddress ? without({ start: 0, end }, message) : message;
}

/** The message with a stretch of its text cut out, and its entities moved along. */
function without(cut: { start: number; end: number }, message: Message): Message {
  if (cut.start === cut.end) return message;
  const { text, entities } = textOf(message);
  const left = `${text.slice(0, cut.start)}${text.slice(cut.end)}`;
  const moved = entities.flatMap((entity) => shifted(entity, cut));
  return message.text === undefined
    ? { ...message, caption: left, caption_entities: moved }
    : { ...message, text: left, entities: moved };
}

function shifted(entity: MessageEntity, cut: { start: number; end: number }): readonly MessageEntity[] {
  const to = (at: number) => (at <= cut.start ? at : Math.max(cut.start, at - (cut.end - cut.start)));
  const offset = to(entity.offset);
  const length = to(entity.offset + entity.length) - offset;
  return length > 0 ? [{ ...entity, offset, length }] : [];
}
