import { createHash, randomBytes } from "node:crypto";
import { RequestError } from "../core/errors.ts";
import type { ChannelName } from "../core/message.ts";
import { formatSessionKey, parseSessionKey, type SessionKey, toSessionKey } from "../core/session-key.ts";
import type { Principal } from "../security/gateway-auth.ts";

const CHAT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads the `sessionKey` of clients, and says which conversations are whose. */
export class Conversations {
  readonly #channel: ChannelName;

  /** `channel`: the one whose conversations take place in the page. */
  constructor(channel: ChannelName) {
    this.#channel = channel;
  }

  /** A conversation nobody has had yet. The same `idempotencyKey` and text name the same one. */
  fresh(idempotencyKey: string | undefined, text: string): SessionKey {
    // An id that was made is hard to guess: knowing it is what lets a browser into its conversation.
    const chat =
      idempotencyKey === undefined
        ? randomBytes(16).toString("base64url")
        : createHash("sha256")
            .update(JSON.stringify([idempotencyKey, text]))
            .digest("base64url")
            .slice(0, 22);
    return this.#keyOf(chat);
  }

  /** The session that `text` names: a key, or only the id of a conversation of the page. */
  read(text: string): SessionKey {
    if (CHAT_ID.test(text)) return this.#keyOf(text);
    const key = toSessionKey(text);
    if (key) return key;
    throw new RequestError(
      "BAD_REQUEST",
      `sessionKey: expected ${this.#form}, or only the id (letters, digits, - and _), not "${text.slice(0, 200)}"`,
    );
  }

  /** Throws unless `principal` may read along in `session`. */
  mayRead(session: SessionKey, principal: Principal): void {
    if (principal.kind === "admin" || this.#isOurs(session)) return;
    throw new RequestError("FORBIDDEN", `${session} is not a conversation of this page.`);
  }

  /** Throws unless messages from clients may go to `session`. */
  mayWrite(session: SessionKey): void {
    if (!this.#isOurs(session)) {
      throw new RequestError(
        "FORBIDDEN",
        `${session} belongs to another channel; chat.send writes to ${this.#form} only.`,
      );
    }
    const chat = parseSessionKey(session)?.address.chat ?? "";
    if (!CHAT_ID.test(chat)) {
      throw new RequestError("BAD_REQUEST", "sessionKey: an id has letters, digits, - and _, at most 64");
    }
  }

  #isOurs(session: SessionKey): boolean {
    const address = parseSessionKey(session)?.address;
    return address?.channel === this.#channel && address.account === "default" && address.scope === "dm";
  }

  #keyOf(chat: string): SessionKey {
    const address = { channel: this.#channel, account: "default", scope: "dm", chat } as const;
    return formatSessionKey({ agent: "main", address });
  }

  get #form(): string {
    return `agent:main:${this.#channel}:dm:<id>`;
  }
}
