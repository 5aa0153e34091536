import type { InboundMessage } from "../core/message.ts";

/** What becomes of a message before anybody reads it. `why` is for the log: it names the key that decides. */
export type Access =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly why: string;
      /** What the sender is told; silence when absent. */
      readonly reply?: string;
      /** Said in a group by somebody who may talk there, but not to the bot. */
      readonly isOverheard?: true;
    };

/** Decides who may talk to an agent, by the channel's policy, its allowlist, and open pairings. */
export interface AccessControl {
  /** The same message is decided the same way again: after a crash it comes a second time. */
  check(message: InboundMessage): Promise<Access>;
  /**
   * Whether somebody may do what is no message (edit one, react, press a button, stop): whoever may write there.
   * Nobody is told anything, and no pairing is opened.
   */
  mayAct(actor: Pick<InboundMessage, "address" | "sender" | "within">): Promise<boolean>;
}
