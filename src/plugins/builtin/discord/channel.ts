import type { Clock } from "../../../lib/clock.ts";
import { Connection } from "../../connection.ts";
import { Reconnect } from "../../reconnect.ts";
import {
  type Address,
  type Attachment,
  type Channel,
  type ChannelCapabilities,
  ChannelError,
  type ChannelHost,
  type ChannelStatus,
  type DownloadOptions,
  type EditOptions,
  type Finding,
  type Logger,
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
  #host: ChannelHost | undefined;
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(parts: DiscordParts) {
    const { name, account, token, clock, callLimitMs } = parts;
    const { apiRoot, proxy, linkPreview = false, silent = false } = account;
    this.account = name;
    this.#parts = parts;
    const limits = callLimitMs === undefined ? {} : { callLimitMs };
    const rest = new Rest({ token, apiRoot, proxy, ...limits });
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
  }

  /** Resolves at once: that Discord cannot be reached shows in `status`, and is tried until it can. */
  async start(host: ChannelHost): Promise<void> {
    await this.stop();
    this.#host = host;
    this.#outgoing.attach(host);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, host.signal]);
    this.#connection.becomes("connecting");
    this.#running = { stop, ended: this.#run(host, signal) };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    running?.stop.abort();
    await running?.ended;
    if (this.#running === running) this.#running = undefined;
  }

  /** Never rejects. */
  async #run(host: ChannelHost, signal: AbortSignal): Promise<void> {
    try {
      const bot = await this.#introduce(host.log, signal);
      if (bot) await this.#hear(bot, host, signal);
      if (signal.aborted) this.#connection.becomes("stopped");
    } catch (error) {
      host.log.error({ error }, "the account has stopped because of a fault");
      this.#connection.becomes("failed", "a fault of the gateway; the log has more");
    }
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

  /** Who we are on Discord; undefined if that cannot be found out any more. */
  async #introduce(log: Logger, signal: AbortSignal): Promise<BotIdentity | undefined> {
    const { clock } = this.#parts;
    const reconnect = new Reconnect({ connection: this.#connection, clock, log }, discordWords);
    while (!signal.aborted) {
      try {
        const { id, username: name } = await this.#calls.me(signal);
        log.info({ bot: name }, "Discord knows the bot");
        this.#places.bot = id;
        return { id, name };
      } catch (error) {
        if (signal.aborted || !(await reconnect.failed(error, "who we are", signal))) return undefined;
      }
    }
    return undefined;
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
    const host = this.#host;
    if (!host) throw new ChannelError("unreachable", "The channel has not started yet.", { retry: "now" });
    const maxBytes = mediaMaxMb * BYTES_PER_MB;
    const { fetch } = host;
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
    const subject = name === "default" ? this.name : `${this.name}/${name}`;
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
