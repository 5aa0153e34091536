import type { InboundMessage } from "./message.ts";
import type { SessionKey } from "./session-key.ts";

/** Something pi, or a plugin, wants to know from the person whose turn runs. */
export type Question = {
  readonly title: string;
  readonly message?: string;
} & (
  | { readonly kind: "select"; readonly options: readonly string[] }
  | { readonly kind: "confirm" }
  | { readonly kind: "input" | "editor"; readonly placeholder?: string; readonly prefill?: string }
);

/** What was answered: an option, `true` or `false`, or a text. */
export type QuestionAnswer = string | boolean;

/** Questions to people, and the messages that answer them. */
export interface QuestionDesk {
  /**
   * Asks in the chat of the turn that runs in `session`, and resolves with the answer; undefined once
   * `signal` aborts, the deadline passes, or nobody can be asked. Never rejects.
   */
  ask(session: SessionKey, question: Question, signal: AbortSignal): Promise<QuestionAnswer | undefined>;
  /** Takes a message that answers what is open in its chat. False: nothing is, so it is an ordinary message. */
  take(message: InboundMessage, session: SessionKey): Promise<boolean>;
}
