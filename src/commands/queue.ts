import type { Command, CommandCall } from "../core/command.ts";
import type { QueueWishes } from "../core/session.ts";
import { builtin, change, type Conversations } from "./conversation.ts";
import { asTyped } from "./typed.ts";
import type { CommandWords, QueueWords } from "./words.ts";

/** How the queue is set where a conversation has not said otherwise, as far as that is known. */
export type QueueDefaults = QueueWishes;

/** `/queue`: what happens in this conversation to messages that come while an answer is being written. */
export function queueCommand(
  conversations: Pick<Conversations, "open" | "sessions">,
  defaults: (call: CommandCall) => QueueDefaults,
  prefix: () => string,
  words: () => CommandWords,
): Command {
  return builtin("queue", words, async (call) => {
    const { queue: said } = words();
    const own = (await conversations.sessions.get(call.sessionKey))?.queue ?? {};
    if (call.args === "") {
      return call.reply(`${said.title}\n\n${listed(own, defaults(call), said)}\n\n${said.howTo(prefix())}`);
    }
    if (call.args.toLowerCase() === "default") {
      await change(call, { queue: undefined }, conversations);
      return call.reply(said.reset);
    }
    const wishes = readWishes(call.args);
    if ("wrong" in wishes) return call.reply(said.notUnderstood(asTyped(wishes.wrong), prefix()));
    const queue = { ...own, ...wishes };
    await change(call, { queue }, conversations);
    return call.reply(`${said.set}\n\n${listed(queue, defaults(call), said)}`);
  });
}

const MODES = ["steer", "followup", "collect", "interrupt"] as const;
const DROPS = ["summarize", "old", "new"] as const;
const MOST_DEBOUNCE_MS = 600_000;
const MOST_CAP = 1000;

/** `collect debounce:2s cap:25 drop:old`, in any order, or the first word that is none of these. */
export function readWishes(text: string): QueueWishes | { readonly wrong: string } {
  let wishes: QueueWishes = {};
  for (const word of text.split(/\s+/)) {
    const wish = wishOf(word.toLowerCase());
    if (!wish) return { wrong: word };
    wishes = { ...wishes, ...wish };
  }
  return wishes;
}

function wishOf(word: string): QueueWishes | undefined {
  const mode = MODES.find((one) => one === word);
  if (mode) return { mode };
  const [, name, value = ""] = /^(\w+)[:=](\w+(?:\.\d+)?\w*)$/.exec(word) ?? [];
  if (name === "mode") return MODES.some((one) => one === value) ? wishOf(value) : undefined;
  if (name === "debounce") return debounceOf(value);
  if (name === "cap") {
    const cap = /^\d+$/.test(value) ? Number(value) : 0;
    return cap >= 1 && cap <= MOST_CAP ? { cap } : undefined;
  }
  const drop = name === "drop" ? DROPS.find((one) => one === value) : undefined;
  return drop && { drop };
}

/** `2s`, `1.5s`, `500ms`, or `500`, which is milliseconds. */
function debounceOf(value: string): QueueWishes | undefined {
  const [, digits, unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const debounceMs = Math.round(Number(digits) * (unit === "s" ? 1000 : 1));
  return debounceMs <= MOST_DEBOUNCE_MS ? { debounceMs } : undefined;
}

function listed(own: QueueWishes, defaults: QueueDefaults, said: QueueWords): string {
  const { mode, debounceMs, cap, drop } = { ...defaults, ...own };
  const line = (key: keyof QueueWishes, label: string, text: string | undefined) => {
    const source = own[key] === undefined && text !== undefined ? ` (${said.asConfigured})` : "";
    return `- ${label}: ${text === undefined ? said.asConfigured : text}${source}`;
  };
  return [
    line("mode", said.mode, mode && `**${mode}** – ${said.modes[mode]}`),
    line("debounceMs", said.debounce, debounceMs === undefined ? undefined : said.seconds(debounceMs)),
    line("cap", said.cap, cap === undefined ? undefined : String(cap)),
    line("drop", said.drop, drop && `${drop} – ${said.drops[drop]}`),
  ].join("\n");
}
