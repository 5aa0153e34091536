import type { ReactionTypeEmoji } from "grammy/types";

type Reaction = ReactionTypeEmoji["emoji"];

/** Every reaction that Telegram lets a bot give. */
const ALLOWED: ReadonlySet<string> = new Set<Reaction>(
  // prettier-ignore
  [
    "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩", "🙏", "👌", "🕊", "🤡",
    "🥱", "🥴", "😍", "🐳", "❤‍🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓", "🍾", "💋", "🖕", "😈",
    "😴", "😭", "🤓", "👻", "👨‍💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃", "💅", "🤪", "🗿",
    "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂", "🤷", "🤷‍♀", "😡",
  ],
);

/** Others by what people mean with them, nearest first come. */
const NEAREST: readonly (readonly [Reaction, string])[] = [
  ["👍", "✅ ✔ ☑ 🆗 👆 ☝ ➕ 🟢 💪 🤙 🙋 ⭕ 🔝"],
  ["👎", "❌ ✖ ✗ 🚫 ⛔ 🛑 🔴 👇 ➖ 🙅 ❎"],
  ["🔥", "🚀 💥 🌋 🧨 📈 ☄ 🌶"],
  ["❤", "🧡 💛 💚 💙 💜 🖤 🤍 🤎 ♥ 💖 💗 💓 💞 💕 💝 ❣ 🩷 🩵 🩶 🫶"],
  ["🎉", "🎊 🥳 🎈 🎂 🎁 🪅 🎆 🎇 ✨"],
  ["👏", "🙌 👐 🫰"],
  ["😁", "😀 😃 😄 😆 🙂 😊 ☺ 😉 😺 😸 🙃 😋"],
  ["🤣", "😂 😹 💀 ☠"],
  ["🥰", "😚 😙 😗 🤭 😻"],
  ["🤔", "❓ ❔ 🧐 ⁉ 💭 🤷🏻 🔍 🔎 ⏳ ⌛ 🕐 ⏱ ⏰ 🔄"],
  ["🤯", "😵 😲 😮 😯 😳"],
  ["😱", "❗ ‼ ❕ ⚠ 🚨 🆘"],
  ["😨", "😰 😧 😦 😥 😓 😬 🙀 🫣"],
  ["😢", "🙁 ☹ 😞 😔 😟 😕 😿 🥺 😣 😖 😩 😫"],
  ["😡", "😠 👿 💢 😤"],
  ["🤮", "🤢 🤧"],
  ["🙏", "🙇 🫂"],
  ["👌", "🤏 🆒️ 🫱"],
  ["🤝", "👋 🫲 🤲 🖐 ✋ 🖖"],
  ["✍", "📝 ✏ 🖊 🖋 📌 📍 📎 💾 📄 🗒"],
  ["👨‍💻", "💻 🖥 ⌨ 🛠 🔧 🔨 ⚙ 🧑‍💻 👩‍💻 🐛 🪲 🤖"],
  ["👀", "👁 🫵 📖 📚 👓"],
  ["🤓", "🧠 💡 🎓 📊 🔬"],
  ["🏆", "🥇 🥈 🥉 🏅 🎖 👑 ⭐ 🌟"],
  ["⚡", "🌩 💨 🏃 🔋 🔌"],
  ["💯", "🎯"],
  ["😴", "💤 🛌 😪 🌙"],
  ["🍾", "🍻 🥂 🍺 🍷 ☕ 🍵"],
  ["💔", "🥀"],
  ["😎", "🕶 🤠"],
  ["😇", "😌 👼"],
  ["🫡", "👮 💂"],
  ["🎄", "🌲"],
  ["☃", "⛄ ❄"],
  ["🕊", "☮ 🐦"],
  ["🐳", "🐋 🐬 🌊"],
  ["👾", "🎮 👽 🕹"],
];

const MEANT: ReadonlyMap<string, Reaction> = new Map(
  NEAREST.flatMap(([reaction, others]) =>
    others.split(" ").map((emoji) => [plain(emoji), reaction] as const),
  ),
);

/** The reaction of Telegram's that says the same, or comes nearest to it. */
export function reactionFor(emoji: string): Reaction {
  const known = plain(emoji);
  return isReaction(known) ? known : (MEANT.get(known) ?? "👍");
}

function isReaction(emoji: string): emoji is Reaction {
  return ALLOWED.has(emoji);
}

/** Without the signs that choose a colour of skin, or colours at all. */
function plain(emoji: string): string {
  return emoji.trim().replaceAll(/[\u{1F3FB}-\u{1F3FF}]|\uFE0F/gu, "");
}
