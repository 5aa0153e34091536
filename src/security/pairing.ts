import { randomInt } from "node:crypto";
import type { AccessLedger, AllowEntry, Pairing, PairingName } from "../core/access.ts";
import { RequestError } from "../core/errors.ts";
import type { InboundMessage } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type { Addressee } from "../core/spoken-language.ts";
import type { Delivery } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";

/** Letters and digits that nobody takes for one another. */
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 8;
const LASTS_MS = 3_600_000;
/** So many strangers of one account may wait at once. */
const MOST_OPEN = 3;

/** What the people concerned read. */
export interface PairingNotices {
  /** The answer to a stranger's first message. */
  readonly code: (pairing: Pairing, to: Addressee) => string;
  /** Said to owners about it, once for each pairing; nowhere if no owner can be reached. */
  readonly asked: (pairing: Pairing) => Promise<void>;
  /** Said to whoever was let in. */
  readonly approved: (entry: AllowEntry, isOwner: boolean) => readonly Delivery[];
}

export interface PairingDeps {
  readonly access: AccessLedger;
  readonly owners: Owners;
  readonly notices: PairingNotices;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
  /** Another source of codes, for tests. */
  readonly newCode?: () => string;
}

/** What a stranger's message comes to: `reply` for the one that asked, `why` for all others. */
export type PairingAnswer = { readonly isIn: true } | { readonly reply: string } | { readonly why: string };

/** A pairing as people name it. Without an account the code alone says which; without a channel as well. */
export interface WrittenPairing {
  readonly code: string;
  readonly channel?: string | undefined;
  readonly account?: string | undefined;
}

/** Somebody who was let in, and whether that made them an owner. */
export interface AllowedPerson extends AllowEntry {
  readonly isOwner: boolean;
}

/** How strangers get in: they are told a code, and an owner approves it within the hour. */
export class PairingDesk {
  readonly #deps: PairingDeps;
  readonly #newCode: () => string;

  constructor(deps: PairingDeps) {
    this.#deps = deps;
    this.#newCode = deps.newCode ?? newCode;
  }

  /** Takes a stranger's private message; nothing that stands in it is looked at. */
  async request(message: InboundMessage): Promise<PairingAnswer> {
    const { id, address, sender } = message;
    const { access, clock, notices } = this.#deps;
    const pairing: Pairing = {
      channel: address.channel,
      account: address.account,
      senderId: sender.id,
      senderName: sender.name.slice(0, 256),
      code: this.#newCode(),
      address,
      askedBy: id,
      expiresAtMs: clock.now() + LASTS_MS,
    };
    const request = await access.openPairing(pairing, MOST_OPEN);
    if (request.state === "allowed") return { isIn: true };
    if (request.state === "full") return { why: `${MOST_OPEN} others wait for approval already` };
    if (request.pairing.state === "denied") return { why: "was refused within the last hour" };
    // Around a crash the same message comes again, and may not have been answered.
    if (request.pairing.askedBy !== id) return { why: "waits for approval" };
    await notices.asked(request.pairing);
    return { reply: notices.code(request.pairing, message) };
  }

  /** Strangers who wait, the one whose time is over first. */
  async waiting(): Promise<readonly Pairing[]> {
    return (await this.#deps.access.pairings()).filter(({ state }) => state === "open");
  }

  /** Whether the next one who is let in owns the gateway by that. */
  async nextOwns(): Promise<boolean> {
    const isFirst = (await this.#deps.access.allowed()).length === 0;
    return this.#deps.owners.isStandIn({ isFirst });
  }

  /** Lets a stranger in, who is told. Throws `RequestError` for a code that is none, or no longer. */
  async approve(written: WrittenPairing): Promise<AllowedPerson> {
    const { access, owners, notices, log } = this.#deps;
    const tell = (entry: AllowEntry) => notices.approved(entry, owners.isStandIn(entry));
    const entry = await this.#close(written, (name) => access.approvePairing(name, tell));
    await owners.load();
    const { channel, account, senderId } = entry;
    log.info({ channel, account, sender: senderId }, "somebody was let in");
    return { ...entry, isOwner: owners.isStandIn(entry) };
  }

  /** Refuses a stranger, who is not told. Throws like `approve`. */
  async deny(written: WrittenPairing): Promise<Pairing> {
    return this.#close(written, (name) => this.#deps.access.denyPairing(name));
  }

  /** Everybody who was let in, first first. */
  async allowed(): Promise<readonly AllowedPerson[]> {
    const { access, owners } = this.#deps;
    const entries = await access.allowed();
    return entries
      .toSorted((one, other) => one.addedAtMs - other.addedAtMs)
      .map((entry) => ({ ...entry, isOwner: owners.isStandIn(entry) }));
  }

  /** Takes somebody off again. Throws `RequestError` where nobody was let in by that name. */
  async remove(channel: string, senderId: string, account = "default"): Promise<AllowedPerson> {
    const { access, owners, log } = this.#deps;
    const entry = await access.disallow({ channel, account, senderId });
    if (!entry) {
      const place = account === "default" ? channel : `${channel}:${account}`;
      const sentence = `${senderId} was not approved on ${place}. People in the configuration are taken out of it there.`;
      throw new RequestError("NOT_FOUND", sentence);
    }
    const isOwner = owners.isStandIn(entry);
    await owners.load();
    log.info({ channel, account, sender: senderId }, "somebody was taken off");
    return { ...entry, isOwner };
  }

  async #close<T>(
    written: WrittenPairing,
    decide: (name: PairingName) => Promise<T | undefined>,
  ): Promise<T> {
    const code = written.code.replaceAll(/[\s-]/g, "").toUpperCase();
    const { channel, account } = written;
    const named = (await this.#deps.access.pairings()).find(
      (one) =>
        one.code === code &&
        one.channel === (channel ?? one.channel) &&
        one.account === (account ?? one.account),
    );
    const decided = named && (await decide(named));
    if (decided) return decided;
    throw new RequestError("NOT_FOUND", "This code is unknown or expired.");
  }
}

/** 40 bits: none is guessed within its hour. */
function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}
