import { createHash, randomBytes } from "node:crypto";
import { RequestError } from "../core/errors.ts";
import type { ChannelName, Sender } from "../core/message.ts";
import {
  formatSessionKey,
  parseSessionKey,
  readSessionKey,
  type SessionKey,
  type SessionName,
  toSessionKey,
} from "../core/session-key.ts";
import { plainRouter, type SessionRouter } from "../core/session-router.ts";
import { nearest } from "../lib/nearest.ts";
import type { Principal } from "../security/gateway-auth.ts";

const CHAT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Where messages go, and who there is to answer them. */
export interface Routing {
  readonly router: SessionRouter;
  /** The agents that a key may name. */
  readonly agents: () => readonly string[];
}

/** A conversation as a client names it, and the session that its messages go to: the same, unless several share one. */
export interface Conversation {
  readonly named: SessionKey;
  readonly session: SessionKey;
}

/** Reads the `sessionKey` of clients, and says which conversations are whose. */
export class Conversations {
  readonly #channel: ChannelName;
  readonly #router: SessionRouter;
  readonly #agents: Routing["agents"] | undefined;

  /** `channel`: the one whose conversations take place in the page. Without `routing` each key is a session. */
  constructor(channel: ChannelName, routing?: Routing) {
    this.#channel = channel;
    this.#router = routing?.router ?? plainRouter;
    this.#agents = routing?.agents;
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

  /** Who answers in a conversation that names nobody. */
  get defaultAgent(): string {
    return parseSessionKey(this.#keyOf("somebody"))?.agent ?? "main";
  }

  /** The conversation that `text` names: a key, or only the id of a conversation of the page. */
  read(text: string): SessionKey {
    if (CHAT_ID.test(text)) return this.#keyOf(text);
    const key = toSessionKey(text);
    if (key) return key;
    throw new RequestError(
      "BAD_REQUEST",
      `sessionKey: expected ${this.#form}, or only the id (letters, digits, - and _), not "${text.slice(0, 200)}"`,
    );
  }

  /** The conversation `named`, for `principal` to read along in. Throws where that is not allowed. */
  open(named: SessionKey, principal: Principal): Conversation {
    const name = this.#ours(named);
    const session = name ? this.#sessionOf(name) : named;
    if (principal.kind === "admin") return { named, session };
    if (!name) throw new RequestError("FORBIDDEN", `${named} is not a conversation of this page.`);
    const shared = readSessionKey(session);
    // Whoever may chat can pick any id: no proof of being the person whose accounts are joined.
    if (shared && "shared" in shared && shared.shared === "person") {
      throw new RequestError(
        "FORBIDDEN",
        `${named} is one of ${shared.person}'s accounts (session.identityLinks): only the gateway's own credential opens it.`,
      );
    }
    return { named, session };
  }

  /** Throws unless messages from clients may go to the conversation. */
  mayWrite(named: SessionKey): void {
    const name = this.#ours(named);
    if (!name) {
      throw new RequestError(
        "FORBIDDEN",
        `${named} belongs to another channel; chat.send writes to ${this.#form} only.`,
      );
    }
    if (!CHAT_ID.test(name.address.chat)) {
      throw new RequestError("BAD_REQUEST", "sessionKey: an id has letters, digits, - and _, at most 64");
    }
    const agents = this.#agents?.();
    if (!agents || agents.includes(name.agent)) return;
    const near = nearest(name.agent, agents);
    const hint = near === undefined ? `There are: ${agents.join(", ")}.` : `Did you mean ${near}?`;
    throw new RequestError("NOT_FOUND", `sessionKey: there is no agent "${name.agent}". ${hint}`);
  }

  #ours(key: SessionKey): SessionName | undefined {
    const name = parseSessionKey(key);
    const isOurs =
      name?.address.channel === this.#channel &&
      name.address.account === "default" &&
      name.address.scope === "dm";
    return isOurs ? name : undefined;
  }

  #sessionOf({ agent, address }: SessionName): SessionKey {
    return this.#router.route({ address, agent, sender: visitor(address.chat) }).session;
  }

  /** Who answers there when nobody is named. */
  #keyOf(chat: string): SessionKey {
    const address = { channel: this.#channel, account: "default", scope: "dm", chat } as const;
    const { agent } = this.#router.route({ address, sender: visitor(chat) });
    return formatSessionKey({ agent, address });
  }

  get #form(): string {
    return `agent:main:${this.#channel}:dm:<id>`;
  }
}

/** Somebody who writes from the page, as routing sees them: the id of the conversation is all there is. */
function visitor(chat: string): Sender {
  return { id: chat, name: chat, isBot: false, isSelfNamed: true };
}
