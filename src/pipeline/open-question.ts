import type { InboundMessage } from "../core/message.ts";
import type { Question } from "../core/question.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { DeliveryKey, Turn } from "../core/store.ts";
import type { QuestionPlace } from "./question-place.ts";
import type { Chosen } from "./question-text.ts";

/** Why a question ended without an answer. */
export type WhyClosed = "skipped" | "late" | "wrong" | "over" | "restart" | "nobody";

export type Outcome = Chosen | { readonly why: WhyClosed };

/** A turn as questions see it. */
export interface AskingTurn {
  readonly turn: Turn;
  /** What it answers by now: messages may have joined. */
  readonly messages: readonly InboundMessage[];
  readonly stopping: AbortSignal;
  readonly ended: Promise<void>;
  noteQuestion(open: boolean): void;
}

export interface QuestionFacts {
  readonly id: string;
  readonly key: DeliveryKey;
  readonly running: AskingTurn;
  /** The session whose turn asks. */
  readonly asker: SessionKey;
  readonly place: QuestionPlace;
  readonly question: Question;
}

/** A question until it is over: the first answer, or the first reason to close it, counts. */
export class OpenQuestion implements QuestionFacts {
  readonly id: string;
  readonly key: DeliveryKey;
  readonly running: AskingTurn;
  readonly asker: SessionKey;
  readonly place: QuestionPlace;
  readonly question: Question;
  /** People can see it: from now on they can answer. */
  isShown = false;
  wrongAnswers = 0;
  readonly #over = new AbortController();
  readonly #outcome = Promise.withResolvers<Outcome>();

  constructor({ id, key, running, asker, place, question }: QuestionFacts) {
    this.id = id;
    this.key = key;
    this.running = running;
    this.asker = asker;
    this.place = place;
    this.question = question;
  }

  get outcome(): Promise<Outcome> {
    return this.#outcome.promise;
  }

  /** Aborts once it is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  answer(chosen: Chosen): void {
    this.#end(chosen);
  }

  close(why: WhyClosed): void {
    this.#end({ why });
  }

  #end(outcome: Outcome): void {
    this.#outcome.resolve(outcome);
    this.#over.abort();
  }
}
