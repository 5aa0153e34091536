import type { ChannelName, Sender } from "./message.ts";
import type { SessionKey } from "./session-key.ts";

/** The channel of the gateway's own page: a channel like the others, whose platform is our own socket. */
export interface BrowserChannel {
  readonly name: ChannelName;
  /**
   * Takes what somebody typed. Resolves after the durable write; the same `idempotencyKey` gives
   * the same answer and no second message. Rejects with `RequestError` on bad input, and with code
   * `BUSY` when the gateway can take no more.
   */
  accept(request: BrowserMessage): Promise<{ readonly messageId: string; readonly sessionKey: SessionKey }>;
}

export interface BrowserMessage {
  readonly text: string;
  readonly sender: Sender;
  readonly sessionKey: SessionKey;
  readonly idempotencyKey?: string;
  readonly attachments: readonly BrowserAttachment[];
}

export interface BrowserAttachment {
  readonly name: string;
  readonly mimeType: string;
  readonly base64: string;
}
