import { en } from "./words-en.ts";
import { zh } from "./words-zh.ts";

/** The gateway's own commands. */
export const BUILTIN_NAMES = [
  "new",
  "reset",
  "stop",
  "status",
  "model",
  "think",
  "compact",
  "queue",
  "usage",
  "cron",
  "pair",
  "whoami",
  "help",
] as const;

export type BuiltinName = (typeof BUILTIN_NAMES)[number];

/** What the gateway's own commands say, as Markdown. `p` is what a command begins with, usually a slash. */
export interface CommandWords {
  /** One line of `/help` and of a platform's menu. */
  readonly summaries: Readonly<Record<BuiltinName, string>>;
  /** What may stand behind the name. */
  readonly parameters: Readonly<Partial<Record<BuiltinName, string>>>;
  readonly forOwners: (command: string) => string;
  readonly failed: (command: string, ref: string) => string;
  readonly tooSlow: (command: string, seconds: number, ref: string) => string;

  readonly newConversation: string;
  readonly stopped: (cancelled: number) => string;
  readonly cancelled: (cancelled: number) => string;
  readonly nothingToStop: string;
  readonly nothingToCompact: string;
  readonly busy: (p: string) => string;

  readonly nothingYet: string;
  readonly status: StatusWords;
  readonly model: ModelWords;
  readonly think: ThinkWords;
  readonly queue: QueueWords;
  readonly usage: UsageWords;
  readonly cron: CronWords;
  readonly pair: PairWords;
  readonly whoami: WhoamiWords;
  readonly help: HelpWords;
}

export interface StatusWords {
  readonly title: string;
  readonly model: string;
  readonly thinking: (level: string) => string;
  readonly noModel: string;
  readonly context: string;
  readonly contextOf: (tokens: number, window: number, percent: number) => string;
  readonly tokens: (count: number) => string;
  readonly used: string;
  readonly usedTokens: (input: number, output: number) => string;
  readonly now: string;
  readonly answering: string;
  readonly idle: string;
  readonly waiting: (count: number) => string;
  readonly queue: string;
  readonly turns: string;
}

export interface ModelWords {
  readonly current: (model: string, isOwn: boolean) => string;
  readonly unknownYet: string;
  readonly available: string;
  readonly more: (count: number) => string;
  readonly howTo: (p: string, example: string) => string;
  readonly set: (model: string) => string;
  readonly reset: (model: string | undefined) => string;
  readonly notThere: (name: string, nearest: readonly string[], p: string) => string;
  readonly none: string;
}

export interface ThinkWords {
  readonly current: (level: string | undefined) => string;
  readonly levels: (levels: readonly string[], p: string) => string;
  readonly set: (level: string) => string;
  readonly reset: string;
  readonly notThere: (level: string, levels: readonly string[]) => string;
}

export interface QueueWords {
  readonly title: string;
  readonly mode: string;
  readonly debounce: string;
  readonly cap: string;
  readonly drop: string;
  readonly seconds: (ms: number) => string;
  readonly asConfigured: string;
  readonly drops: Readonly<Record<"summarize" | "old" | "new", string>>;
  readonly modes: Readonly<Record<"steer" | "followup" | "collect" | "interrupt", string>>;
  readonly howTo: (p: string) => string;
  readonly set: string;
  readonly reset: string;
  readonly notUnderstood: (word: string, p: string) => string;
}

export interface UsageWords {
  readonly conversation: string;
  readonly you: string;
  readonly all: string;
  readonly today: string;
  readonly month: string;
  readonly ever: string;
  readonly limits: string;
  readonly spentOf: (spent: string, limit: string) => string;
  readonly tokens: (input: number, output: number) => string;
}

/** `job` is Markdown already; times are ISO. */
export interface CronWords {
  readonly title: string;
  readonly none: string;
  readonly more: (count: number) => string;
  readonly howTo: (p: string) => string;
  readonly howToAdd: (p: string) => string;
  readonly next: (time: string) => string;
  readonly failing: (failures: number) => string;
  readonly undelivered: string;
  readonly states: Readonly<
    Record<"waiting" | "running" | "paused" | "disabled" | "finished" | "hidden" | "off", string>
  >;
  readonly runStates: Readonly<Record<"running" | "done" | "failed" | "cancelled" | "skipped", string>>;
  readonly noRuns: (job: string) => string;
  readonly added: (job: string, times: readonly string[]) => string;
  readonly started: (job: string) => string;
  readonly paused: (job: string) => string;
  readonly resumed: (job: string, times: readonly string[]) => string;
  readonly removed: (job: string) => string;
  readonly unknown: (job: string) => string;
  readonly notUnderstood: (text: string, p: string) => string;
}

/** `who` is Markdown already. */
export interface PairWords {
  readonly title: string;
  readonly none: string;
  readonly howTo: (p: string) => string;
  readonly approved: (who: string) => string;
  readonly denied: (who: string) => string;
  readonly unknown: string;
}

export interface WhoamiWords {
  readonly you: string;
  readonly id: string;
  readonly place: string;
  readonly session: string;
  readonly agent: string;
  readonly role: string;
  readonly owner: string;
  readonly yes: string;
  readonly no: (target: string) => string;
}

export interface HelpWords {
  readonly title: string;
  readonly plugins: string;
  readonly skills: string;
  readonly templates: string;
  readonly extensions: string;
  readonly plainText: (p: string) => string;
}

/** What a command of the gateway's own does, by language; undefined for any other command. */
export function summariesOf(name: string): Readonly<Record<string, string>> | undefined {
  const known = BUILTIN_NAMES.find((one) => one === name);
  return known && { en: en.summaries[known], zh: zh.summaries[known] };
}

/** The words in a language of `gateway.language`. */
export function commandWords(language: "en" | "zh"): CommandWords {
  return language === "zh" ? zh : en;
}
