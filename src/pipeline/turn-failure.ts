import type { BudgetState } from "../core/budget.ts";
import { AgentError, GatewayError, ModelError } from "../core/errors.ts";
import type { TurnFailure } from "../core/turn-events.ts";
import type { Sentences } from "./sentences.ts";

/** A turn that does not begin: what may be spent has been spent. */
export class OverBudget extends GatewayError {
  readonly code = "over-budget";
  readonly budget: BudgetState;
  constructor(budget: BudgetState) {
    super(`the budget per ${budget.period} of ${budget.limitUsd} USD is used up`);
    this.budget = budget;
  }
}

/** What is known about a failure besides the error. */
export interface FailureFacts {
  readonly ref: string;
  /** It was tried again, or would be. */
  readonly retryable: boolean;
  readonly attempts: number;
}

/** What a person is told about a turn that ended with `error`. */
export function turnFailure(
  error: unknown,
  { ref, retryable, attempts }: FailureFacts,
  sentences: Sentences,
): TurnFailure {
  const code = error instanceof GatewayError ? error.code.toUpperCase().replaceAll("-", "_") : "INTERNAL";
  const failure = (message: string) => ({ code, message, retryable, ref });
  if (error instanceof OverBudget) {
    // Sending the same again helps, only not now.
    return { ...failure(sentences.model.overBudget(error.budget)), retryable: true };
  }
  if (error instanceof GatewayError && error.userMessage !== undefined) {
    return failure(sentences.plain(error.userMessage, ref));
  }
  if (error instanceof ModelError) return failure(modelSentence(error, ref, sentences));
  if (error instanceof AgentError && error.code === "model-failed") {
    return failure(sentences.model.failed(oneLine(error.message), ref));
  }
  return failure(retryable ? sentences.gaveUp(attempts, ref) : sentences.wentWrong(ref));
}

function modelSentence({ message, tried, pinned }: ModelError, ref: string, { model }: Sentences): string {
  const said = oneLine(message);
  if (pinned !== undefined && tried.length <= 1) return model.pinnedFailed(pinned, said, ref);
  if (tried.length <= 1) return model.failed(said, ref);
  const all = tried.map((one) => `${one.model}: ${oneLine(one.said, SHARED_LENGTH)}`);
  return model.allFailed(all.join("; "), ref);
}

const WHOLE_LENGTH = 300;
/** Where several have something to say. */
const SHARED_LENGTH = 140;

const oneLine = (text: string, length = WHOLE_LENGTH) => text.replaceAll(/\s+/g, " ").trim().slice(0, length);
