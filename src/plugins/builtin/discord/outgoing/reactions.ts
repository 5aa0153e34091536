/** Any emoji will do, such as 👍 or 👩🏽‍💻: a picture, with what changes it, and others joined to it; a flag; a key. */
const EMOJI =
  /\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})*(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})*)*[\u{E0020}-\u{E007F}]*/u;
/** A server's own: `<:name:id>`, or `name:id`. */
const CUSTOM = /^<?a?:?(\w{2,32}):(\d{17,19})>?$/;
const FALLBACK = "👍";

/** Names that people and models write, by what they mean. */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "👍": "thumbsup +1 like yes ok approve",
    "👎": "thumbsdown -1 dislike no",
    "❤️": "heart love red_heart",
    "🎉": "tada party celebrate hooray",
    "😄": "smile smiley grin happy",
    "😂": "joy laugh laughing lol haha",
    "😢": "cry sad disappointed",
    "😮": "open_mouth wow surprised",
    "🤔": "thinking thinking_face hmm",
    "👀": "eyes looking",
    "🔥": "fire lit",
    "🚀": "rocket ship",
    "✅": "white_check_mark check done heavy_check_mark",
    "❌": "x cross_mark fail error",
    "⚠️": "warning",
    "⏳": "hourglass hourglass_flowing_sand waiting",
    "🙏": "pray thanks please",
    "👏": "clap applause",
    "💯": "100 hundred",
    "👋": "wave hello",
  }).flatMap(([emoji, names]) => names.split(" ").map((name) => [name, emoji] as const)),
);

/** As Discord's paths have it: an emoji, or `name:id` for a server's own. What is neither becomes the nearest that is. */
export function reactionFor(emoji: string): string {
  const text = emoji.trim();
  const [, name, id] = CUSTOM.exec(text) ?? [];
  if (name !== undefined && id !== undefined) return `${name}:${id}`;
  return coloured(EMOJI.exec(text)?.[0]) ?? NAMED.get(text.replaceAll(":", "").toLowerCase()) ?? FALLBACK;
}

/** A sign that is also a letter, such as ❤, is an emoji only with the sign behind it that says so. */
function coloured(emoji: string | undefined): string | undefined {
  return emoji !== undefined && /^(?!\p{Emoji_Presentation}).$/u.test(emoji) ? `${emoji}\uFE0F` : emoji;
}

/** What to try where Discord does not know one: the same without colours, then what always works. */
export function simplerThan(reaction: string): string | undefined {
  const plain = reaction.replaceAll(/[\u{1F3FB}-\u{1F3FF}]|\u200D.*$/gu, "");
  if (plain !== reaction && plain !== "") return plain;
  return reaction === FALLBACK ? undefined : FALLBACK;
}
