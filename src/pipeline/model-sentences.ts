import type { BudgetAccount, BudgetState } from "../core/budget.ts";

/** What the gateway says when no model answers, or none may be asked. */
export interface ModelSentences {
  readonly failed: (said: string, ref: string) => string;
  /** `tried`: each model with what it said. */
  readonly allFailed: (tried: string, ref: string) => string;
  /** The model that was chosen for this conversation failed, and no other is asked. */
  readonly pinnedFailed: (model: string, said: string, ref: string) => string;
  readonly overBudget: (budget: BudgetState) => string;
}

const dollars = (usd: number) => `$${usd.toFixed(2)}`;

const moment = (ms: number, language: string) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(ms);

function budgetEn({ of, name }: BudgetAccount, period: BudgetState["period"]): string {
  const budget = period === "day" ? "daily budget" : "monthly budget";
  if (of === "sender") return `Your ${budget}`;
  if (of === "agent") return `The ${budget} of the agent ${name}`;
  return of === "channel" ? `The ${budget} of ${name}` : `The ${budget}`;
}

export const modelSentencesEn: ModelSentences = {
  failed: (said, ref) => `The model could not answer: ${said} (ref ${ref})`,
  allFailed: (tried, ref) => `No model could answer. ${tried} (ref ${ref})`,
  pinnedFailed: (model, said, ref) =>
    `${model}, which was chosen for this conversation, could not answer: ${said} No other model was asked; choose one with /model. (ref ${ref})`,
  overBudget: ({ account, period, limitUsd, untilMs }) =>
    `${budgetEn(account, period)} (${dollars(limitUsd)}) is used up. It starts afresh on ${moment(untilMs, "en")}.`,
};

function budgetZh({ of, name }: BudgetAccount, period: BudgetState["period"]): string {
  const budget = period === "day" ? "每日预算" : "每月预算";
  if (of === "sender") return `你的${budget}`;
  if (of === "agent") return `智能体 ${name} 的${budget}`;
  return of === "channel" ? `${name} 的${budget}` : budget;
}

export const modelSentencesZh: ModelSentences = {
  failed: (said, ref) => `模型无法回答:${said}(编号 ${ref})`,
  allFailed: (tried, ref) => `没有模型能够回答。${tried}(编号 ${ref})`,
  pinnedFailed: (model, said, ref) =>
    `为此会话选定的模型 ${model} 无法回答:${said} 没有询问其他模型,可用 /model 另选。(编号 ${ref})`,
  overBudget: ({ account, period, limitUsd, untilMs }) =>
    `${budgetZh(account, period)}(${dollars(limitUsd)})已用完,将于 ${moment(untilMs, "zh")} 重新开始。`,
};
