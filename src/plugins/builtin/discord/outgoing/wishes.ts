import type { APIAllowedMentions, APIMessageReferenceSend, MessageFlags } from "discord-api-types/v10";
import type { OutboundMessage } from "../../../types.ts";
import { isId } from "./place.ts";

/** How the configuration wants messages to look. */
export interface OutgoingStyle {
  /** Links may show previews. */
  readonly linkPreview: boolean;
  /** Every message comes without a sound. */
  readonly silent: boolean;
}

/** What every kind of message may ask for. */
export interface Wishes {
  readonly allowed_mentions: APIAllowedMentions;
  readonly flags: MessageFlags;
  readonly nonce: string;
  readonly enforce_nonce: true;
  readonly message_reference?: APIMessageReferenceSend;
}

const SUPPRESS_EMBEDS = 1 << 2;
const SUPPRESS_NOTIFICATIONS = 1 << 12;
/** Discord takes no longer one. */
const LONGEST_NONCE = 25;

/** What a model writes calls nobody, whatever stands in it. */
export const NOBODY: APIAllowedMentions = { parse: [], replied_user: false };

/** Whether a message makes a sound, what it answers, and how a second one like it is known, in Discord's words. */
export function wishesOf(message: OutboundMessage, nonce: string, style: OutgoingStyle): Wishes {
  const { replyTo = "", silent = style.silent } = message;
  return {
    allowed_mentions: NOBODY,
    flags: (style.linkPreview ? 0 : SUPPRESS_EMBEDS) | (silent ? SUPPRESS_NOTIFICATIONS : 0),
    nonce: shortened(nonce),
    enforce_nonce: true,
    ...(isId(replyTo) ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } } : {}),
  };
}

function shortened(nonce: string): string {
  if (nonce.length <= LONGEST_NONCE) return nonce;
  return new Bun.CryptoHasher("sha256").update(nonce).digest("base64url").slice(0, LONGEST_NONCE);
}
