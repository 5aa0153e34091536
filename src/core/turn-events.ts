import type { ToolOutput } from "./agent.ts";
import type { Question } from "./question.ts";
import type { SessionKey } from "./session-key.ts";
import type { Amended, SentFile } from "./history.ts";
import type { DeliveryKey, TurnId } from "./store.ts";

/**
 * What happens in a session while it happens, for whoever watches: a browser, a test. Nothing
 * here is durable; what must not be lost is in the store. The pipeline publishes, `ws/` serves.
 */
export interface TurnEvents {
  publish(session: SessionKey, event: TurnEvent): void;
}

/** The messages a turn answers, by their ids. */
interface OfTurn {
  readonly turn: TurnId;
  readonly messageIds: readonly string[];
}

export type TurnEvent =
  /** Waits; `place` 1 is the next turn of its session. */
  | { readonly kind: "queued"; readonly messageIds: readonly string[]; readonly place: number }
  | ({ readonly kind: "started" | "compacting" } & OfTurn)
  /** A message that came while the turn runs belongs to it from here on: `messageIds` are all of them. */
  | ({ readonly kind: "joined" } & OfTurn)
  | ({ readonly kind: "retrying"; readonly reason: string } & OfTurn)
  /** Extends the text since the last one with `replace`. Tool lines are never in it. */
  | ({ readonly kind: "delta"; readonly delta: string; readonly replace: boolean } & OfTurn)
  | ({
      readonly kind: "tool";
      readonly id: string;
      readonly tool: string;
      readonly phase: "start" | "update" | "end";
      readonly params?: Readonly<Record<string, unknown>>;
      readonly result?: ToolOutput;
    } & OfTurn)
  /** A person is asked something; `answered` and `closed` end it. Its text in the chat is the delivery named by `key`. */
  | {
      readonly kind: "question";
      readonly turn: TurnId;
      readonly id: string;
      readonly key: DeliveryKey;
      readonly question: Question;
      readonly state: "open" | "answered" | "closed";
      /** What was chosen or written, in words; for `closed`, why. */
      readonly answer?: string;
    }
  /** A word from an extension in pi that nobody has to act on. */
  | ({ readonly kind: "notice"; readonly level: "info" | "warning" | "error"; readonly text: string } & Pick<
      OfTurn,
      "turn"
    >)
  /** Each message ends in exactly one of these. `text` is the last assistant message, after hooks. */
  | {
      readonly kind: "end";
      readonly state: "final" | "aborted" | "error";
      readonly turn?: TurnId;
      readonly messageIds: readonly string[];
      readonly text: string;
      /** The delivery that carries `text`: the id of its row in the history. */
      readonly key?: DeliveryKey;
      readonly error?: TurnFailure;
    }
  /** Something visible that belongs to no turn: a notice, a command's answer, `send_message`, cron, the CLI. */
  | {
      readonly kind: "said";
      readonly key: DeliveryKey;
      readonly text: string;
      readonly media?: readonly SentFile[];
    }
  /** A message of the history was edited, taken back, or got an emoji. */
  | ({ readonly kind: "amended" } & Amended);

export interface TurnFailure {
  readonly code: string;
  /** One sentence for the person. */
  readonly message: string;
  readonly retryable: boolean;
  /** Names the log line that has the rest. */
  readonly ref: string;
}
