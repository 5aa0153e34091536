/** What the gateway says around a question, in one language. */
export interface QuestionSentences {
  readonly yes: string;
  readonly no: string;
  /** Leaves a question without an answer. */
  readonly skip: string;
  /** Takes the text that is there already. */
  readonly keep: string;
  readonly howToChoose: (most: number) => string;
  readonly howToConfirm: string;
  readonly howToWrite: string;
  /** Under a text that is offered as the answer. */
  readonly howToKeep: string;
  readonly moreOptions: (count: number) => string;
  readonly moreText: (count: number) => string;
  readonly wrongChoice: (most: number) => string;
  readonly wrongConfirm: string;
  readonly skipped: string;
  readonly nobodyAnswered: string;
  readonly notUnderstood: string;
  readonly noLongerNeeded: string;
  readonly restarted: string;
  /** Why something was not allowed, for the model. */
  readonly refused: string;
  readonly noOwner: string;
  readonly notAnswered: string;
}

export const questionSentencesEn: QuestionSentences = {
  yes: "Yes",
  no: "No",
  skip: "Skip",
  keep: "Keep it as it is",
  howToChoose: (most) => `Please answer with a number from 1 to ${most}.`,
  howToConfirm: "Please answer yes or no.",
  howToWrite: "Please write your answer.",
  howToKeep: "Please write the whole text as it should be, or = to keep it as it is.",
  moreOptions: (count) => `… and ${count} more: their numbers and names count as well.`,
  moreText: (count) => `… (${count} more characters)`,
  wrongChoice: (most) =>
    `That is none of the choices. Please answer with a number from 1 to ${most}, or write the choice itself.`,
  wrongConfirm: "Please answer yes or no.",
  skipped: "Skipped.",
  nobodyAnswered: "Closed: nobody answered in time.",
  notUnderstood: "Closed: none of the answers could be understood.",
  noLongerNeeded: "Closed: the answer is no longer needed.",
  restarted: "Closed: the gateway was restarted in the meantime.",
  refused: "The owner did not allow it.",
  noOwner: "This needs the owner's permission, and there is no chat in which the owner could be asked.",
  notAnswered: "This needs the owner's permission, and the owner did not answer.",
};

export const questionSentencesZh: QuestionSentences = {
  yes: "是",
  no: "否",
  skip: "跳过",
  keep: "保持不变",
  howToChoose: (most) => `请回复 1 到 ${most} 之间的数字。`,
  howToConfirm: "请回复“是”或“否”。",
  howToWrite: "请写下你的回答。",
  howToKeep: "请写出完整的文本;回复 = 表示保持不变。",
  moreOptions: (count) => `……还有 ${count} 项:也可以回复它们的编号或名称。`,
  moreText: (count) => `……(还有 ${count} 个字符)`,
  wrongChoice: (most) => `没有这个选项。请回复 1 到 ${most} 之间的数字,或直接写出选项。`,
  wrongConfirm: "请回复“是”或“否”。",
  skipped: "已跳过。",
  nobodyAnswered: "已关闭:没有人及时回答。",
  notUnderstood: "已关闭:无法理解收到的回答。",
  noLongerNeeded: "已关闭:不再需要回答。",
  restarted: "已关闭:网关在此期间重新启动了。",
  refused: "主人没有允许。",
  noOwner: "此操作需要主人的许可,但没有可以询问主人的聊天。",
  notAnswered: "此操作需要主人的许可,但主人没有回答。",
};
