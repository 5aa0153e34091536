import type { Address, MessageRef, OutboundMessage } from "./message.ts";
import type { SessionKey } from "./session-key.ts";
import type { DeliveryKey } from "./store.ts";

/** Something that is to be said outside of a turn's answer. */
export interface Utterance {
  readonly to: Address;
  /** The conversation whose history shows it. */
  readonly session: SessionKey;
  readonly message: OutboundMessage;
  /** Names the effect for ever: saying it again under a known key says nothing. */
  readonly key: DeliveryKey;
}

/** What became of it by the time somebody stopped waiting. */
export type Said =
  /** The platform has it: its messages, a long text in several. */
  | { readonly state: "sent"; readonly refs: readonly MessageRef[] }
  /** It is on disk and will go out; `key` names it until then. */
  | { readonly state: "pending"; readonly key: DeliveryKey }
  | { readonly state: "dead"; readonly error: string }
  /** A hook stopped it. */
  | { readonly state: "withheld" };

/** What may be done to a message that is there. */
export type MessageChange =
  | { readonly kind: "react"; readonly emoji: string }
  | { readonly kind: "edit"; readonly markdown: string }
  | { readonly kind: "remove" }
  | { readonly kind: "pin" };

/** The way out for whoever waits for what comes of it: tools. */
export interface Outlet {
  /**
   * Says something once and waits for the platform, at most `withinMs`. In a turn that was interrupted, what the
   * interrupted call had said already is not said again. Rejects with `RequestError` for an unknown channel.
   */
  say(utterance: Utterance, from: SessionKey, withinMs: number, signal: AbortSignal): Promise<Said>;
  /**
   * Changes a message, past the hooks that watch over what we send; people who watch see it at once. Rejects with
   * `ChannelError` where the platform refuses and with `RequestError` where the channel cannot do it, there is no
   * such message, or a hook says no.
   */
  change(message: MessageRef, session: SessionKey, change: MessageChange, signal: AbortSignal): Promise<void>;
}
