import type { InboundMessage } from "../core/message.ts";

export type Access =
  { readonly allowed: true } | { readonly allowed: false; readonly why: string; readonly reply?: string };

/** Decides who may talk to an agent, by the channel's policy, its allowlist, and open pairings. */
export interface AccessControl {
  check(message: InboundMessage): Promise<Access>;
}

/**
 * For channels whose door has already asked for a credential, such as the gateway's own page:
 * who got in may talk.
 */
export const admitAuthenticated: AccessControl = {
  check: async () => ({ allowed: true }),
};
