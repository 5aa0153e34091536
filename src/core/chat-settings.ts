import type { StreamingMode } from "./channel.ts";

/** How the configuration wants one chat to be treated. A channel reads it out of its section; others act on it. */
export interface ChatSettings {
  readonly access: AccessRules;
  /** How an answer appears while it is written. */
  readonly streamingMode: StreamingMode;
  /** Whether the preview tells which tools are at work, and shows what the model thinks. */
  readonly showTools: boolean;
  readonly showThinking: boolean;
  /** Which parts of an answer quote the message they answer. */
  readonly replyToMode: "off" | "first" | "all";
  /** So many messages that were not for the bot are kept as context for the next one that is; 0: none. */
  readonly historyLimit: number;
  /** The reaction that says “I have read this”, while a turn is on its way; absent for none. */
  readonly ackReaction?: string;
  /** Which reactions to messages the agent hears of. */
  readonly reactionNotifications: "off" | "own" | "all";
}

/** Who may talk to an agent in one chat. */
export interface AccessRules {
  /** Who may write privately, and what strangers are told. */
  readonly dmPolicy: "pairing" | "allowlist" | "open" | "disabled";
  /** People who may write, by the platform's id; the union of `allowlist` and `allowFrom`. */
  readonly allowFrom: readonly string[];
  /** Set where the chat is no private one. */
  readonly group?: GroupRules;
}

/** The rules of a group, or of one topic or thread in it. */
export interface GroupRules {
  /** Whether the bot listens there at all; `why` tells an owner which key decides that it does not. */
  readonly isOpen: boolean;
  readonly why?: string;
  /** Closed only because nobody has listed the group under this key: an owner is told of it, once. */
  readonly unlistedIn?: string;
  readonly requireMention: boolean;
  /** Who may write there, by id; everybody when absent. */
  readonly allowFrom?: readonly string[];
  /** The same by role in the server; whoever has one of them may write as well. */
  readonly allowRoles?: readonly string[];
}
