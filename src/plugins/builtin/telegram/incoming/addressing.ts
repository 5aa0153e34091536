import type { Message, MessageEntity } from "grammy/types";
import type { BotIdentity } from "./places.ts";

/** Whether a message in a group speaks to the bot, and what it says without the mere address. */
export interface Addressed {
  readonly isForBot: boolean;
  readonly message: Message;
}

/** What the gateway calls a command that was typed. */
export type CommandNames = (typed: string) => string;

/** Reads whom a message in a group is for: the bot named, its message answered, or a command that is not another's. */
export function readAddressing(message: Message, bot: BotIdentity, nameOf: CommandNames): Addressed {
  const command = readCommand(message, bot, nameOf);
  if (command) return command;
  const { text, entities } = textOf(message);
  const mentions = entities.filter((entity) => isMentionOf(entity, text, bot) && !isInCode(entity, entities));
  const isForBot = mentions.length > 0 || isAnswerTo(message, bot);
  const [first] = mentions;
  return { isForBot, message: first ? withoutLeading(first, message) : message };
}

/** A message that is a command, with the command as the gateway calls it; undefined for one that is none. */
export function readCommand(message: Message, bot: BotIdentity, nameOf: CommandNames): Addressed | undefined {
  const { text, entities } = textOf(message);
  const entity = entities.find(({ type, offset }) => type === "bot_command" && offset === 0);
  if (!entity) return undefined;
  const [typed = "", addressee] = text.slice(1, entity.length).split("@");
  if (addressee !== undefined && !isSame(addressee, bot.username)) return { isForBot: false, message };
  return {
    isForBot: true,
    message: replaced(message, { start: 0, end: entity.length }, `/${nameOf(typed)}`),
  };
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

/** “@bot, look” says “look”; a mention that is all there is stays. */
function withoutLeading({ offset, length }: MessageEntity, message: Message): Message {
  const { text } = textOf(message);
  const behind = /^[\s,:]*/.exec(text.slice(offset + length))?.[0].length ?? 0;
  const end = offset + length + behind;
  const isAddress = text.slice(0, offset).trim() === "" && text.slice(end) !== "";
  return isAddress ? replaced(message, { start: 0, end }, "") : message;
}

/** The message with other words in place of a stretch of its text, and its entities moved along. */
function replaced(message: Message, { start, end }: Stretch, by: string): Message {
  const { text, entities } = textOf(message);
  const after = `${text.slice(0, start)}${by}${text.slice(end)}`;
  if (after === text) return message;
  const moved = entities.flatMap((entity) => shifted(entity, { start, end }, start + by.length));
  return message.text === undefined
    ? { ...message, caption: after, caption_entities: moved }
    : { ...message, text: after, entities: moved };
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where `entity` is now that what reached to `end` reaches to `newEnd`. */
function shifted(entity: MessageEntity, { start, end }: Stretch, newEnd: number): readonly MessageEntity[] {
  const to = (at: number) => (at <= start ? at : Math.max(newEnd, at - end + newEnd));
  const offset = to(entity.offset);
  const length = to(entity.offset + entity.length) - offset;
  return length > 0 ? [{ ...entity, offset, length }] : [];
}
