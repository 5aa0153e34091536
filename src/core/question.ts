import type { InboundEvent, InboundMessage, Sender } from "./message.ts";
import type { SessionKey } from "./session-key.ts";
import type { Turn } from "./store.ts";

/** Something pi, or a plugin, wants to know from a person. */
export type Question = {
  readonly title: string;
  readonly message?: string;
  /** Cancelled after this long; without it `agent.questionTimeoutMs` counts from when it is shown. */
  readonly timeoutMs?: number;
} & (
  | { readonly kind: "select"; readonly options: readonly string[] }
  | { readonly kind: "confirm" }
  | ({ readonly kind: "input" } & Text)
  | ({ readonly kind: "editor" } & Text)
);

interface Text {
  readonly placeholder?: string;
  /** What is there already: the answer if it is kept. */
  readonly prefill?: string;
}

/** What was answered: an option, `true` or `false`, or a text. */
export type QuestionAnswer = string | boolean;

/** Something that may happen only if an owner says yes. */
export interface Approval {
  readonly title: string;
  readonly description?: string;
  /** Refused after this long; `agent.questionTimeoutMs` when omitted. */
  readonly timeoutMs?: number;
}

/** What a client of ours answers: the number of an option from 1, `true` or `false`, a text; null lets it be. */
export type GivenAnswer = string | number | boolean | null;

/** What became of it. `wrong`: that is no answer to this question, which stays open. */
export type Given = "taken" | "wrong" | "closed";

/** Questions to people, and the messages that answer them. */
export interface QuestionDesk {
  /**
   * Asks in the chat of the turn that runs in `session`, and resolves with the answer; undefined once
   * `signal` aborts, the turn is stopped or over, the deadline passes, or nobody can be asked. Never rejects.
   */
  ask(session: SessionKey, question: Question, signal: AbortSignal): Promise<QuestionAnswer | undefined>;
  /**
   * The same to an owner: in the turn's chat if an owner's message is in the turn, else in the chat of the first
   * of `owners`. Only an owner may answer.
   */
  askOwner(session: SessionKey, question: Question, signal: AbortSignal): Promise<QuestionAnswer | undefined>;
  /** Asks an owner for a yes. Resolves with undefined for one, else with why it may not be. Never rejects. */
  approve(session: SessionKey, approval: Approval, signal: AbortSignal): Promise<string | undefined>;
  /** Takes a message that answers what is open in its chat. False: nothing is, so it is an ordinary message. */
  take(message: InboundMessage, session: SessionKey): Promise<boolean>;
  /** Takes a button that was pressed; one that belongs to no open question, or not to whoever pressed it, is left alone. */
  press(event: InboundEvent & { readonly kind: "button" }): void;
  /** Takes what was answered to the question `id` in the page that shows `session`. */
  answer(session: SessionKey, id: string, answer: GivenAnswer, by: Sender): Given;
  /** Lets people see that what an earlier attempt at `turn` asked, before the gateway died, is over. Never rejects. */
  closeLeft(turn: Turn): Promise<void>;
}
