import type { AllowEntry, Pairing } from "../core/access.ts";
import type { Channel } from "../core/channel.ts";
import type { Address, InboundMessage, TextMessage } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type { Addressee } from "../core/spoken-language.ts";
import type { Delivery, OutboxLedger, StateLedger } from "../core/store.ts";
import { approvedKey, askedKey, unlistedKey } from "../delivery/keys.ts";
import type { Clock } from "../lib/clock.ts";
import { nameInMarkdown } from "../lib/shown-name.ts";
import type { PairingNotices } from "../security/pairing.ts";
import type { Speech } from "./sentences.ts";

export interface AccessNoticesDeps {
  readonly outbox: Pick<OutboxLedger, "post">;
  readonly state: StateLedger;
  readonly owners: Pick<Owners, "chats">;
  readonly channel: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
  readonly sentences: Speech;
  /** What a command begins with. */
  readonly prefix: () => string;
  readonly clock: Pick<Clock, "now">;
}

/** Groups that are remembered as told. */
const MOST_TOLD = 200;
/** Whoever adds the bot to groups without end must not flood an owner. */
const MOST_A_DAY = 10;
const DAY_MS = 86_400_000;
const STATE = ["access", "groups told"] as const;

/** What people read about who may talk: strangers, those who were let in, and owners. */
export class AccessNotices implements PairingNotices {
  readonly #deps: AccessNoticesDeps;
  #told: Set<string> | undefined;
  #toldAtMs: number[] = [];

  constructor(deps: AccessNoticesDeps) {
    this.#deps = deps;
  }

  code({ channel, account, code }: Pairing, to: Addressee): string {
    const where = account === "default" ? "" : ` --account ${account}`;
    return this.#deps.sentences(to).access.code(code, `pi-gw pairing approve ${channel} ${code}${where}`);
  }

  approved({ channel, account, senderId, address, addedAtMs }: AllowEntry, isOwner: boolean): Delivery[] {
    const { approved, approvedAsOwner } = this.#say;
    const markdown = isOwner ? `${approved}\n\n${approvedAsOwner}` : approved;
    const key = approvedKey(channel, account, senderId, addedAtMs);
    return [{ key, to: address, message: { kind: "text", markdown } }];
  }

  async asked(pairing: Pairing): Promise<void> {
    const { channel, account, code, senderId, senderName } = pairing;
    const { asked, approve, deny } = this.#say;
    const prefix = this.#deps.prefix();
    const who = nameInMarkdown(senderName, senderId);
    const bot = account === "default" ? "" : `${account}:`;
    const id = nameInMarkdown(`${channel}:${bot}${senderId}`, senderId);
    await this.#tellOwner(channel, askedKey(channel, account, code), {
      kind: "text",
      markdown: asked({ who, id, code, prefix }),
      buttons: [
        [
          { id: `/pair approve ${code}`, label: approve },
          { id: `/pair deny ${code}`, label: deny },
        ],
      ],
      // Strangers decide when this comes.
      silent: true,
    });
  }

  /** Once for each group, and for a few groups a day; nowhere if no owner can be reached. */
  async unlisted({ address, sender, within }: InboundMessage, listedIn: string): Promise<void> {
    const { channel, account, chat } = address;
    const group = within?.guild ?? chat;
    const key = unlistedKey(channel, account, group);
    const told = await this.#knownGroups();
    if (told.has(key) || !this.#mayTellAnother()) return;
    const who = nameInMarkdown(sender.name, sender.id);
    const markdown = this.#say.unlisted({ who, id: group, key: listedIn });
    if (!(await this.#tellOwner(channel, key, { kind: "text", markdown, silent: true }))) return;
    told.add(key);
    this.#toldAtMs.push(this.#deps.clock.now());
    const [oldest] = told;
    if (told.size > MOST_TOLD && oldest !== undefined) told.delete(oldest);
    await this.#deps.state.set(...STATE, JSON.stringify([...told]));
  }

  get #say() {
    return this.#deps.sentences().access;
  }

  /** False if no owner can be reached. On the stranger's platform an owner sees best who it is. */
  async #tellOwner(channel: string, key: string, message: TextMessage): Promise<boolean> {
    const { owners, outbox, channel: channelOf } = this.#deps;
    const chats = owners.chats(channelOf);
    const to = chats.find((one) => one.channel === channel) ?? chats[0];
    if (!to) return false;
    await outbox.post([{ key, to, message }]);
    return true;
  }

  #mayTellAnother(): boolean {
    const since = this.#deps.clock.now() - DAY_MS;
    this.#toldAtMs = this.#toldAtMs.filter((atMs) => atMs > since);
    return this.#toldAtMs.length < MOST_A_DAY;
  }

  async #knownGroups(): Promise<Set<string>> {
    const kept: unknown = this.#told ? [] : JSON.parse((await this.#deps.state.get(...STATE)) ?? "[]");
    this.#told ??= new Set(Array.isArray(kept) ? kept.map(String) : []);
    return this.#told;
  }
}
