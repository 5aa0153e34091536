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
  readonly createdAtMs: number;
  readonly lastActiveAtMs: number;
  /** Set from its end until its next message begins it anew. */
  readonly hasEnded?: boolean;
  /** Turns that ended, however they ended. */
  readonly turns: number;
}

export type SessionPatch = Partial<Omit<Session, "key" | "createdAtMs">>;
