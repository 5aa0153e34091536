import { accountTitle } from "../../../lib/account-title.ts";
import type { Clock } from "../../../lib/clock.ts";
import { ChannelLine } from "../../channel-line.ts";
import { Connection } from "../../connection.ts";
import {
  type Address,
  type Attachment,
  type Channel,
  type ChannelCapabilities,
  type ChannelHost,
  type ChannelStatus,
  type DownloadOptions,
  type EditOptions,
  type Finding,
  type MenuCommand,
  type MessageRef,
  type OutboundMessage,
  type SendOptions,
} from "../../types.ts";
import type { DiscordAccount } from "./config.ts";
import { type DiscordCalls, discordCalls } from "./incoming/discord-calls.ts";
import { download } from "./incoming/download.ts";
import { findings } from "./incoming/findings.ts";
import { hear } from "./incoming/line.ts";
import { type BotIdentity, Places } from "./incoming/places.ts";
import { discordWords } from "./incoming/reconnect-words.ts";
import { Rest } from "./outgoing/api.ts";
import { DiscordOutgoing } from "./outgoing/discord-outgoing.ts";
import { toChannelError } from "./outgoing/errors.ts";
import { type DiscordSettings, Settings } from "./settings.ts";

export interface DiscordParts {
  readonly name: string;
  /** What the configuration says of this account. */
  readonly account: DiscordAccount;
  readonly token: string;
  readonly clock: Clock;
  /** How long a call may take; see `RestOptions`. */
  readonly callLimitMs?: number;
}

const DEFAULT_MEDIA_MB = 25;
const BYTES_PER_MB = 1_000_000;

/** One bot on Discord: what people write comes in over Discord's gateway, what this gateway says goes out over REST. */
export class DiscordChannel implements Channel {
  readonly name = "discord";
  readonly account: string;
  readonly capabilities: ChannelCapabilities;
  readonly #parts: DiscordParts;
  readonly #calls: DiscordCalls;
  readonly #connection: Connection;
  readonly #places: Places;
  readonly #settings: Settings;
  readonly #outgoing: DiscordOutgoing;
  readonly #line: ChannelLine<BotIdentity>;

  constructor(parts: DiscordParts) {
    const { name, account, token, clock, callLimitMs } = parts;
    const { apiRoot, proxy, linkPreview = false, silent = false } = account;
    this.account = name;
    this.#parts = parts;
    const limits = callLimitMs === undefined ? {} : { callLimitMs };
    const rest = new Rest({ token, apiRoot, proxy, clock, ...limits });
    this.#calls = discordCalls(rest);
    this.#connection = new Connection(clock);
    this.#places = new Places(name);
    this.#settings = new Settings(account, this.#places);
    this.#outgoing = new DiscordOutgoing({
      rest,
      style: { linkPreview, silent },
      mostBytesAt: ({ chat, thread }) => this.#places.mostBytesIn(thread ?? chat),
    });
    this.capabilities = this.#outgoing.capabilities;
    this.#line = new ChannelLine<BotIdentity>({
      connection: this.#connection,
      clock,
      words: discordWords,
      whoAmI: { call: "who we are", ask: (signal) => this.#whoAmI(signal) },
      nameOf: ({ name: bot }) => `@${bot}`,
      hear: (bot, host, signal) => this.#hear(bot, host, signal),
    });
  }

  async start(host: ChannelHost): Promise<void> {
    this.#outgoing.attach(host);
    await this.#line.start(host);
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }

  async #hear(bot: BotIdentity, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const { account, token, clock } = this.#parts;
    const parts = { account, token, clock, bot, host, calls: this.#calls, connection: this.#connection };
    const outgoing = this.#outgoing;
    await hear(
      {
        ...parts,
        places: this.#places,
        settings: this.#settings,
        buttonOf: (data) => outgoing.buttonIdOf(data),
        commandNameOf: (typed) => outgoing.commandNameOf(typed),
        onDirect: (person, channel) => void outgoing.noteDirect(person, channel),
        openThread: (from, until) => outgoing.openThread(from, until),
      },
      signal,
    );
  }

  async #whoAmI(signal: AbortSignal): Promise<BotIdentity> {
    const { id, username: name } = await this.#calls.me(signal);
    this.#places.bot = id;
    return { id, name };
  }

  send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    return this.#outgoing.send(to, message, options);
  }

  edit(message: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    return this.#outgoing.edit(this.#located(message), markdown, options);
  }

  remove(message: MessageRef): Promise<void> {
    return this.#outgoing.remove(this.#located(message));
  }

  react(message: MessageRef, emoji: string): Promise<void> {
    return this.#outgoing.react(this.#located(message), emoji);
  }

  pin(message: MessageRef): Promise<void> {
    return this.#outgoing.pin(this.#located(message));
  }

  typing(to: Address): Promise<void> {
    return this.#outgoing.typing(to);
  }

  /** Somebody who keeps the bot's commands themselves says so. */
  async setCommands(commands: readonly MenuCommand[]): Promise<void> {
    await this.#outgoing.setCommands(commands, this.#parts.account.commandMenu ?? true);
  }

  async download(attachment: Attachment, options: DownloadOptions): Promise<Uint8Array> {
    const { account } = this.#parts;
    const { apiRoot, proxy, mediaMaxMb = DEFAULT_MEDIA_MB } = account;
    const maxBytes = mediaMaxMb * BYTES_PER_MB;
    const { fetch } = this.#line.host;
    return download(attachment, options, { calls: this.#calls, fetch, apiRoot, proxy, maxBytes });
  }

  settings(to: Address): DiscordSettings {
    return this.#settings.of(to);
  }

  /** A plain id is a channel's, or a thread's where it is known as one; people are `dm:` and their id. */
  addressOf(chat: string): Address {
    const place = this.#places.of(chat);
    if (place) return this.#places.addressIn(place);
    return { channel: "discord", account: this.account, scope: "channel", chat };
  }

  async probe(signal: AbortSignal): Promise<string> {
    try {
      return `@${(await this.#calls.me(signal)).username}`;
    } catch (error) {
      throw toChannelError(error, true);
    }
  }

  status(): ChannelStatus {
    return this.#connection.status();
  }

  async findings(): Promise<readonly Finding[]> {
    const { name, account } = this.#parts;
    const subject = accountTitle(this.name, name);
    try {
      return await findings({ calls: this.#calls, account, subject });
    } catch (error) {
      throw toChannelError(error, true);
    }
  }

  /** The message that a thread of ours grew from has the thread's id, and is in the channel. */
  #located(message: MessageRef): MessageRef {
    const home = this.#places.rootOf(message);
    return home ? { ...message, address: this.#places.addressIn(home) } : message;
  }
}
