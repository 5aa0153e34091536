import type { Address } from "./message.ts";
import type { SessionKey } from "./session-key.ts";

/** A conversation we know: where it takes place, who answers, and where pi keeps its transcript. */
export interface Session {
  readonly key: SessionKey;
  readonly agent: string;
  readonly address: Address;
  readonly role?: string;
  /** pi's own transcript, an absolute path. Named by us from the key, so any warm process can open it. */
  readonly file: string;
  readonly model?: string;
  readonly thinkingLevel?: string;
  readonly queue?: QueueWishes;
  /** The session from which an agent asked for this one. */
  readonly parent?: SessionKey;
  readonly createdAtMs: number;
  /** When it last began anew; absent if it never did. */
  readonly startedAtMs?: number;
  readonly lastActiveAtMs: number;
  /** Set from its end until its next message begins it anew. */
  readonly hasEnded?: boolean;
  /** Turns that ended, however they ended. */
  readonly turns: number;
}

/** What people set for one conversation with `/queue`; what is absent is as configured. */
export interface QueueWishes {
  readonly mode?: "steer" | "followup" | "collect" | "interrupt";
  /** How long a message waits for the next one before they become a turn together. */
  readonly debounceMs?: number;
  /** How many messages may wait. */
  readonly cap?: number;
  /** What happens to what waits when there is one more than `cap`. */
  readonly drop?: "summarize" | "old" | "new";
}

/** What changes in a session. `undefined` takes away what only this session had. */
export type SessionPatch = Partial<
  Omit<Session, "key" | "createdAtMs" | "role" | "model" | "thinkingLevel" | "queue">
> & {
  readonly role?: string | undefined;
  readonly model?: string | undefined;
  readonly thinkingLevel?: string | undefined;
  readonly queue?: QueueWishes | undefined;
};
