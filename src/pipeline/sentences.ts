import { type Addressee, type Language, languageFor } from "../core/spoken-language.ts";
import { type AccessSentences, accessSentencesEn, accessSentencesZh } from "./access-sentences.ts";
import { type CronSentences, cronSentencesEn, cronSentencesZh } from "./cron-sentences.ts";
import { fileSentencesEn, fileSentencesZh, type FileSentences } from "./file-sentences.ts";
import { type ModelSentences, modelSentencesEn, modelSentencesZh } from "./model-sentences.ts";
import { type QueueSentences, queueSentencesEn, queueSentencesZh } from "./queue-sentences.ts";
import { type EventSentences, eventSentencesEn, eventSentencesZh } from "./event-sentences.ts";
import { type QuestionSentences, questionSentencesEn, questionSentencesZh } from "./question-sentences.ts";

/** What the gateway itself says in chats, in the language of `gateway.language`. */
export interface Sentences {
  readonly queueFull: string;
  /** On the button below an answer that grows. */
  readonly stop: string;
  readonly stopped: string;
  readonly conversationEnded: string;
  /** To whoever wrote a message that a stop took away. */
  readonly cancelled: string;
  readonly compacted: (before: number | undefined, after: number | undefined) => string;
  readonly nothingToCompact: string;
  readonly compactionWithheld: string;
  readonly tookTooLong: (minutes: number) => string;
  readonly noSignOfLife: (minutes: number) => string;
  readonly wentWrong: (ref: string) => string;
  readonly gaveUp: (attempts: number, ref: string) => string;
  readonly withheld: string;
  readonly restarted: string;
  readonly plain: (sentence: string, ref: string) => string;
  readonly model: ModelSentences;
  readonly queue: QueueSentences;
  readonly question: QuestionSentences;
  readonly file: FileSentences;
  readonly event: EventSentences;
  readonly access: AccessSentences;
  readonly cron: CronSentences;
}

const tokens = (count: number) => count.toLocaleString("en");

const en: Sentences = {
  queueFull: "Too much is waiting here already. Please try again in a moment.",
  stop: "⏹ Stop",
  stopped: "Stopped.",
  conversationEnded: "This conversation was ended before the message was answered.",
  cancelled: "This message was cancelled before it was answered.",
  compacted: (before, after) => {
    const sizes =
      before === undefined || after === undefined ? "" : `: ${tokens(before)} became ${tokens(after)} tokens`;
    const size = sizes === "" && before !== undefined ? ` (it was ${tokens(before)} tokens)` : sizes;
    return `The conversation was shortened to a summary${size}.`;
  },
  nothingToCompact: "There is nothing to shorten yet.",
  compactionWithheld: "A plugin or an extension kept this conversation from being shortened.",
  tookTooLong: (minutes) => `This took longer than ${minutes} minutes, so it was stopped.`,
  noSignOfLife: (minutes) =>
    `There was no sign of life for ${minutes} minutes, so this was stopped. Please try again.`,
  wentWrong: (ref) => `Something went wrong here (ref ${ref}).`,
  gaveUp: (attempts, ref) => `This could not be finished in ${attempts} tries (ref ${ref}).`,
  withheld: "The answer could not be checked, so it was withheld.",
  restarted: "The gateway has restarted and is back.",
  plain: (sentence, ref) => `${sentence} (ref ${ref})`,
  model: modelSentencesEn,
  queue: queueSentencesEn,
  question: questionSentencesEn,
  file: fileSentencesEn,
  event: eventSentencesEn,
  access: accessSentencesEn,
  cron: cronSentencesEn,
};

const zh: Sentences = {
  queueFull: "这里等待处理的消息太多了,请稍后再试。",
  stop: "⏹ 停止",
  stopped: "已停止。",
  conversationEnded: "在回复这条消息之前,会话已被结束。",
  cancelled: "这条消息在得到回复之前已被取消。",
  compacted: (before, after) => {
    if (before === undefined) return "对话已压缩成摘要。";
    const size =
      after === undefined ? `原为 ${tokens(before)}` : `由 ${tokens(before)} 变为 ${tokens(after)}`;
    return `对话已压缩成摘要(${size} 个 token)。`;
  },
  nothingToCompact: "还没有可以压缩的内容。",
  compactionWithheld: "某个插件或扩展阻止了压缩对话。",
  tookTooLong: (minutes) => `处理时间超过 ${minutes} 分钟,已停止。`,
  noSignOfLife: (minutes) => `${minutes} 分钟没有任何进展,已停止。请重试。`,
  wentWrong: (ref) => `出了点问题(编号 ${ref})。`,
  gaveUp: (attempts, ref) => `尝试 ${attempts} 次后仍未完成(编号 ${ref})。`,
  withheld: "回答未能通过检查,因此没有发送。",
  restarted: "网关已重新启动,现在恢复正常。",
  plain: (sentence, ref) => `${sentence}(编号 ${ref})`,
  model: modelSentencesZh,
  queue: queueSentencesZh,
  question: questionSentencesZh,
  file: fileSentencesZh,
  event: eventSentencesZh,
  access: accessSentencesZh,
  cron: cronSentencesZh,
};

/** What the gateway says, in the language of whoever it is said to. */
export type Speech = (to?: Addressee) => Sentences;

/** The sentences of a gateway whose own language is what `language` gives. */
export function speechIn(language: () => Language): Speech {
  return (to) => sentencesIn(languageFor(language(), to));
}

export function sentencesIn(language: Language): Sentences {
  return language === "zh" ? zh : en;
}
