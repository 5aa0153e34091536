import type { MessageEntity } from "@grammyjs/types";

type Found = MessageEntity.CommonMessageEntity;

const PATTERNS: readonly (readonly [Found["type"], RegExp])[] = [
  ["bot_command", /(?<![\w/@])\/[a-zA-Z0-9_]{1,64}(?:@\w{3,32})?(?![\w/@])/gu],
  ["email", /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu],
  ["mention", /(?<![\w@/])@\w{4,32}(?!\w)/gu],
  [
    "url",
    /(?<![\w@])(?:https?:\/\/[^\s<>"]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|test|example)(?:\/[^\s<>"]*)?)(?<![.,!?;:)])/giu,
  ],
  ["hashtag", /(?<![\w#])#(?!\d+\b)[\p{L}\p{N}_]{1,256}/gu],
];

/** What Telegram finds in a text by itself: commands, mentions, links, addresses, hashtags. Offsets in UTF-16 units. */
export function findEntities(text: string, taken: readonly MessageEntity[] = []): MessageEntity[] {
  const found: MessageEntity[] = [...taken];
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const entity: Found = { type, offset: match.index, length: match[0].length };
      if (!found.some((other) => isBlocking(other) && overlaps(other, entity))) found.push(entity);
    }
  }
  return found.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
}

/** Inside these Telegram looks for nothing. */
function isBlocking({ type }: MessageEntity): boolean {
  return ![
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
  ].includes(type);
}

function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
