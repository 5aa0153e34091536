import type { APIPartialEmoji } from "discord-api-types/v10";
import type { Room } from "./room.ts";

const UNICODE =
  /^(?:\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?(?:[\u{E0020}-\u{E007F}]+)?(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)*)$/u;

/** The emoji of that name: one of Unicode's, or `name:id` of one that the server has. */
export function emojiNamed(room: Room, name: string): APIPartialEmoji | undefined {
  if (UNICODE.test(name)) return { id: null, name };
  const id = name.split(":").at(-1);
  const own = room.guild?.emojis.find((emoji) => emoji.id === id);
  return own && { id: own.id, name: own.name };
}

export function emojiKey({ id, name }: APIPartialEmoji): string {
  return id ?? name ?? "";
}
