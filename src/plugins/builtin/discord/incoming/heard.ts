import type { Address, InboundEvent, MessageRef, Sender } from "../../../types.ts";
import { isOfProgram, isWritten, type HeardMessage, type Reader, withinOf, wordsOf } from "./message.ts";
import { senderOf } from "./people.ts";
import type { Place } from "./places.ts";

/** What happened in a chat, with a name that is the same whenever Discord tells of the same thing. */
export interface HeardEvent {
  readonly id: string;
  readonly event: InboundEvent;
}

/** An emoji, as reactions name it. */
interface Emoji {
  readonly id: string | null;
  readonly name: string | null;
}

/** A reaction that came or went. Discord names the person only when it came. */
export interface HeardReaction {
  readonly user_id: string;
  readonly channel_id: string;
  readonly message_id: string;
  readonly emoji: Emoji;
  readonly member?: Required<Pick<HeardMessage, "member">>["member"] & {
    readonly user?: HeardMessage["author"];
  };
}

/** That somebody has other words in a message now. Undefined for what the platform changes by itself, such as previews. */
export function readEdit(message: HeardMessage, place: Place, reader: Reader): HeardEvent | undefined {
  const { id, author, edited_timestamp: editedAt } = message;
  // Told in part where Discord knows no more of an old message.
  if (!editedAt || author === undefined || author.id === reader.bot.id) return undefined;
  if (!isWritten(message) || isOfProgram(message)) return undefined;
  const within = withinOf(message, place);
  const event: InboundEvent = {
    kind: "edited",
    message: refTo(id, place, reader),
    by: senderOf(author, message.member),
    text: wordsOf(message, place, reader),
    atMs: Date.parse(editedAt),
    ...(within ? { within } : {}),
  };
  return { id: `edited/${id}/${editedAt}`, event };
}

export function readRemoval(message: string, place: Place, reader: Reader): HeardEvent {
  return { id: `removed/${message}`, event: { kind: "removed", message: refTo(message, place, reader) } };
}

/** `name` is what is known of the person where Discord tells no name. Undefined for what programs do. */
export function readReaction(
  reaction: HeardReaction,
  added: boolean,
  place: Place,
  { reader, id, name }: { readonly reader: Reader; readonly id: string; readonly name: string | undefined },
): HeardEvent | undefined {
  const { user_id: user, message_id: message, member, emoji } = reaction;
  if (user === reader.bot.id || member?.user?.bot) return undefined;
  const by: Sender = member?.user
    ? senderOf(member.user, member)
    : { id: user, name: name ?? user, isBot: false };
  const within = withinOf(member ? { member } : {}, place);
  const event: InboundEvent = {
    kind: "reaction",
    message: refTo(message, place, reader),
    by,
    emoji: emojiOf(emoji),
    added,
    ...(within ? { within } : {}),
  };
  return { id: `reaction/${id}`, event };
}

/** That the bot came to a chat, or that it is not there any more. Discord does not tell by whom it was. */
export function readOwnMove(kind: "joined" | "left", address: Address, by: Sender, id: string): HeardEvent {
  return { id: `${kind}/${id}`, event: { kind, address, by, isUs: true } };
}

/**
 * A message as edits, reactions and presses name it. The one that a thread of ours grew from is in the channel, and
 * was heard as the thread's first.
 */
export function refTo(message: string, place: Place, { places }: Reader): MessageRef {
  const thread = places.of(message);
  const isRoot = thread?.isOurs === true && thread.parent === place.id;
  return { address: places.addressIn(isRoot ? thread : place), id: message };
}

/** Emoji of a server by their names, as people write them. */
function emojiOf({ id, name }: Emoji): string {
  if (id === null) return name ?? "";
  return `:${name ?? id}:`;
}
