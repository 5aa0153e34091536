import type { ChatClient } from "./chat-client.ts";

/** What a `question` event carries. */
export interface QuestionFrame {
  readonly sessionKey: string;
  readonly turnId: string;
  readonly id: string;
  readonly messageId: string;
  readonly kind: string;
  readonly state: "open" | "answered" | "closed";
  readonly title: string;
  readonly message?: string;
  readonly options?: readonly string[];
  readonly optionCount?: number;
  readonly placeholder?: string;
  readonly prefill?: string;
  readonly answer?: string;
}

/** The `question` events that this client has got, oldest first. */
export function questionsOf(client: ChatClient): QuestionFrame[] {
  return client.frames
    .filter(({ event }) => event === "question")
    .map(({ payload }) => payload as unknown as QuestionFrame); // The form of the event, by its name.
}

/** The first question that is in `state`, as soon as there is one. */
export function question(client: ChatClient, state: QuestionFrame["state"]): Promise<QuestionFrame> {
  return client.until(`a question that is ${state}`, () =>
    questionsOf(client).findLast((one) => one.state === state),
  );
}
