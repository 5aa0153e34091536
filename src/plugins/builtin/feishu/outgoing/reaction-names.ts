/** The names of all reactions that Feishu has, as its documentation of emoji lists them. */
const NAMES: ReadonlySet<string> = new Set(
  `OK THUMBSUP THANKS MUSCLE FINGERHEART APPLAUSE FISTBUMP JIAYI DONE SMILE BLUSH LAUGH SMIRK LOL FACEPALM LOVE WINK
  PROUD WITTY SMART SCOWL THINKING SOB CRY ERROR NOSEPICK HAUGHTY SLAP SPITBLOOD TOASTED GLANCE DULL INNOCENTSMILE
  JOYFUL WOW TRICK YEAH ENOUGH TEARS EMBARRASSED KISS SMOOCH DROOL OBSESSED MONEY TEASE SHOWOFF COMFORT CLAP PRAISE
  STRIVE XBLUSH SILENT WAVE WHAT FROWN SHY DIZZY LOOKDOWN CHUCKLE WAIL CRAZY WHIMPER HUG BLUBBER WRONGED HUSKY SHHH
  SMUG ANGRY HAMMER SHOCKED TERROR PETRIFIED SKULL SWEAT SPEECHLESS SLEEP DROWSY YAWN SICK PUKE BETRAYED HEADSET
  EatingFood MeMeMe Sigh Typing Lemon Get LGTM OnIt OneSecond VRHeadset YouAreTheBest SALUTE SHAKE HIGHFIVE UPPERLEFT
  ThumbsDown SLIGHT TONGUE EYESCLOSED RoarForYou CALF BEAR BULL RAINBOWPUKE ROSE HEART PARTY LIPS BEER CAKE GIFT
  CUCUMBER Drumstick Pepper CANDIEDHAWS BubbleTea Coffee Yes No OKR CheckMark CrossMark MinusOne Hundred AWESOMEN Pin
  Alarm Loudspeaker Trophy Fire BOMB Music XmasTree Snowman XmasHat FIREWORKS REDPACKET FORTUNE LUCK FIRECRACKER
  StickyRiceBalls HEARTBROKEN POOP StatusFlashOfInspiration CLEAVER Soccer Basketball StatusReading Shrug ClownFace
  ColdSweat Partying GoGoGo ThanksFace SaluteFace BeamingFace Delighted MoonRabbit Mooncake TV Movie Pumpkin`.split(
    /\s+/,
  ),
);

/** Emoji by what people mean with them, nearest first come. */
const NEAREST: readonly (readonly [name: string, emoji: string])[] = [
  ["THUMBSUP", "👍 👆 ☝ ⭕ 🔝 🤙 🟢"],
  ["ThumbsDown", "👎 👇 🙅"],
  ["CheckMark", "✅ ✔ ☑"],
  ["CrossMark", "❌ ✖ ✗ ❎ 🚫 ⛔ 🛑 🔴"],
  ["OK", "👌 🆗 🤏 🫱"],
  ["GLANCE", "👀 👁 🫵 👓"],
  ["HEART", "❤ 🧡 💛 💚 💙 💜 🖤 🤍 🤎 ♥ 💖 💗 💓 💞 💕 💝 ❣ 🩷 🩵 🩶 💘 ❤‍🔥"],
  ["FINGERHEART", "🫰 🫶"],
  ["HEARTBROKEN", "💔 🥀"],
  ["APPLAUSE", "👏 👐"],
  ["PRAISE", "🙌"],
  ["JIAYI", "➕ 🙋"],
  ["MinusOne", "➖"],
  ["MUSCLE", "💪"],
  ["FISTBUMP", "👊 🤜 🤛 ✊"],
  ["SHAKE", "🤝 🫲"],
  ["HIGHFIVE", "🖐 ✋ 🤚 🖖 🤲"],
  ["WAVE", "👋"],
  ["THANKS", "🙏 🙇"],
  ["SALUTE", "🫡 💂"],
  ["Fire", "🔥 🌋 🌶 ☄"],
  ["GoGoGo", "🚀 🏃 📈 💨"],
  ["PARTY", "🎉 🎊 🎈 🪅 ✨"],
  ["Partying", "🥳"],
  ["FIREWORKS", "🎆 🎇"],
  ["CAKE", "🎂 🍰"],
  ["GIFT", "🎁"],
  ["SMILE", "😀 🙂 😊 ☺ 😃 😺 😸 🤗"],
  ["BeamingFace", "😄 😁"],
  ["LAUGH", "😆 😹"],
  ["LOL", "🤣 😂"],
  ["LOVE", "😍 🥰 😻 🤩"],
  ["KISS", "😘 😚 😙 😗"],
  ["LIPS", "💋"],
  ["WINK", "😉"],
  ["SMIRK", "😏"],
  ["TONGUE", "😛 😜 😝 🤪 😋"],
  ["BLUSH", "🤭"],
  ["INNOCENTSMILE", "😇 😌 👼"],
  ["PROUD", "😎 🕶 🤠"],
  ["SMART", "🤓 🧠 🎓 📊 🔬"],
  ["StatusFlashOfInspiration", "💡"],
  ["THINKING", "🤔 🧐 💭 🔍 🔎"],
  ["WHAT", "❓ ❔ ⁉ 🤨"],
  ["OneSecond", "⏳ ⌛ 🕐 ⏱ 🔄"],
  ["Alarm", "⏰ 🚨 🔔"],
  ["ERROR", "❗ ‼ ❕ ⚠ 🆘"],
  ["SHOCKED", "😱 😲 😮 😯 😳"],
  ["DIZZY", "🤯 😵 🥴"],
  ["TERROR", "😨 😧 😦 🙀 🫣 👻"],
  ["ColdSweat", "😰 😥 😓"],
  ["SWEAT", "😅"],
  ["EMBARRASSED", "😬"],
  ["CRY", "😢 😿 🥺"],
  ["SOB", "😭"],
  ["FROWN", "🙁 ☹ 😞 😟 😕 😣 😖"],
  ["Sigh", "😔 😩 😫 😮‍💨"],
  ["ANGRY", "😡 🤬 👿 😠"],
  ["SCOWL", "😤 💢 😾"],
  ["SPEECHLESS", "😐 😑 😶 🫥"],
  ["FACEPALM", "🤦 🤦‍♂ 🤦‍♀"],
  ["Shrug", "🤷 🤷‍♂ 🤷‍♀"],
  ["PUKE", "🤮"],
  ["SICK", "🤢 🤧 😷 🤒 💊"],
  ["SLEEP", "😴 💤 🛌"],
  ["DROWSY", "😪"],
  ["YAWN", "🥱"],
  ["SILENT", "🤐 🙊"],
  ["SHHH", "🤫"],
  ["HUG", "🫂"],
  ["SKULL", "💀 ☠"],
  ["POOP", "💩"],
  ["ClownFace", "🤡"],
  ["BOMB", "💣 💥 🧨"],
  ["Hundred", "💯 🎯"],
  ["Trophy", "🏆 🥇 🥈 🥉 🏅 🎖"],
  ["YouAreTheBest", "⭐ 🌟 👑"],
  ["OnIt", "✍ 📝 ✏ 🖊 🖋 💻 🖥 ⌨ 🛠 🔧 🔨 ⚙ 👨‍💻 👩‍💻 🧑‍💻 🐛 🪲 🤖 ⚡"],
  ["StatusReading", "📖 📚 📄 🗒"],
  ["Pin", "📌 📍 📎 💾"],
  ["Loudspeaker", "📢 📣 🔊"],
  ["Music", "🎵 🎶 🎧"],
  ["ROSE", "🌹 🌷 🌸 💐"],
  ["BEER", "🍺 🍻 🥂 🍾 🍷"],
  ["Coffee", "☕ 🍵"],
  ["BubbleTea", "🧋"],
  ["Pumpkin", "🎃"],
  ["XmasTree", "🎄 🌲"],
  ["XmasHat", "🎅"],
  ["Snowman", "☃ ⛄ ❄"],
  ["REDPACKET", "🧧"],
  ["LUCK", "🍀"],
  ["Soccer", "⚽"],
  ["Basketball", "🏀"],
];

const MEANT: ReadonlyMap<string, string> = new Map(
  NEAREST.flatMap(([name, all]) => all.split(" ").map((emoji) => [plain(emoji), name] as const)),
);

/** The name of Feishu's reaction that says the same as an emoji, or comes nearest to it; a name stays what it is. */
export function reactionNameOf(emoji: string): string {
  const wanted = emoji.trim().replace(/^:(\w+):$/, "$1");
  return NAMES.has(wanted) ? wanted : (MEANT.get(plain(wanted)) ?? "THUMBSUP");
}

/** The emoji that says the same as a reaction of Feishu's; its name between colons where there is none. */
export function emojiOf(name: string): string {
  return SHOWN.get(name) ?? `:${name}:`;
}

const SHOWN: ReadonlyMap<string, string> = new Map(
  NEAREST.map(([name, all]) => [name, all.split(" ")[0] ?? name] as const),
);

/** Without the signs that choose a colour of skin, or colours at all. */
function plain(emoji: string): string {
  return emoji.trim().replaceAll(/[\u{1F3FB}-\u{1F3FF}]|\uFE0F/gu, "");
}
