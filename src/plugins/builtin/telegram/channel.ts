import type { Api } from "grammy";
import { accountTitle } from "../../../lib/account-title.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { PlacedSettings } from "../../chat-rules.ts";
import { ChannelLine } from "../../channel-line.ts";
import { Connection } from "../../connection.ts";
import { comeAgain } from "../../webhook-answers.ts";
import {
  type Address,
  type Attachment,
  type Channel,
  type ChannelCapabilities,
  type ChannelHost,
  type ChannelStatus,
  type ChannelStream,
  type DownloadOptions,
  type EditOptions,
  type Finding,
  type HttpRequest,
  type Logger,
  type MenuCommand,
  type MessageRef,
  type OutboundMessage,
  type SendOptions,
  type StreamOptions,
} from "../../types.ts";
import type { TelegramAccount } from "./config.ts";
import { allowedUpdates } from "./incoming/allowed-updates.ts";
import { botCalls, type BotCalls } from "./incoming/bot-calls.ts";
import { download } from "./incoming/download.ts";
import { findings } from "./incoming/findings.ts";
import { Intake } from "./incoming/intake.ts";
import { Pastes } from "./incoming/pastes.ts";
import { addressOf, type BotIdentity } from "./incoming/places.ts";
import { Poll } from "./incoming/poll.ts";
import { telegramWords } from "./incoming/reconnect-words.ts";
import { Webhook } from "./incoming/webhook.ts";
import { createApi } from "./outgoing/api.ts";
import { toChannelError } from "./outgoing/errors.ts";
import type { Formatter } from "./outgoing/formatter.ts";
import { TelegramOutgoing } from "./outgoing/telegram-outgoing.ts";
import { MessageNames } from "./message-names.ts";
import { Settings } from "./settings.ts";

export interface TelegramParts {
  readonly name: string;
  /** What the configuration says of this account. */
  readonly account: TelegramAccount;
  readonly token: string;
  readonly formatter: Formatter;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a call may take; see `ApiOptions`. */
  readonly callLimitMs?: number;
}

const DEFAULT_MEDIA_MB = 20;
const BYTES_PER_MB = 1_000_000;
const FIRST_BOT_KEY = "firstBot";

/** One bot on Telegram: what people write comes in by polling or by webhook, what the gateway says goes out. */
export class TelegramChannel implements Channel {
  readonly name = "telegram";
  readonly account: string;
  readonly capabilities: ChannelCapabilities;
  readonly #parts: TelegramParts;
  readonly #calls: BotCalls;
  readonly #connection: Connection;
  readonly #settings: Settings;
  readonly #outgoing: TelegramOutgoing;
  readonly #names = new MessageNames();
  readonly #line: ChannelLine<BotIdentity>;
  #webhook: Webhook | undefined;

  constructor(parts: TelegramParts) {
    const { name, account, token, formatter, clock, log } = parts;
    const { apiRoot, proxy, format = "html", linkPreview = true, silent = false } = account;
    this.account = name;
    this.#parts = parts;
    const { callLimitMs } = parts;
    const limits = callLimitMs === undefined ? {} : { callLimitMs };
    const api: Api = createApi({ token, apiRoot, proxy, ...limits });
    this.#calls = botCalls(api);
    this.#connection = new Connection(clock);
    this.#settings = new Settings(account, log);
    this.#outgoing = new TelegramOutgoing({
      api,
      style: { format, linkPreview, silent },
      formatter,
      isOwnServer: apiRoot !== undefined,
      onMoved: (from, to) => this.#reportMove(from, to),
      names: this.#names,
    });
    this.capabilities = this.#outgoing.capabilities;
    this.#line = new ChannelLine<BotIdentity>({
      connection: this.#connection,
      clock,
      words: telegramWords,
      whoAmI: { call: "getMe", ask: (signal) => this.#whoAmI(signal) },
      nameOf: ({ username }) => `@${username}`,
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

  async #whoAmI(signal: AbortSignal): Promise<BotIdentity> {
    const { id, username } = await this.#calls.getMe(signal);
    return { account: this.account, id, username };
  }

  async #hear(bot: BotIdentity, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const { clock, account } = this.#parts;
    const { log } = host;
    const connection = this.#connection;
    const first = await firstBotOf(host.state, bot);
    if (first !== bot.id) this.#names.distinguish(bot.id);
    const reader = {
      bot,
      names: this.#names,
      pastes: new Pastes(),
      roleAt: (place: Address) => this.#settings.of(place).role,
      commandNameOf: (typed: string) => this.#outgoing.commandNameOf(typed),
    };
    const calls = this.#calls;
    const buttonOf = (data: string) => this.#outgoing.buttonIdOf(data);
    const onMoved = (from: string, to: string) => this.#outgoing.noteMove(from, to);
    const intake = new Intake({ calls, host, reader, buttonOf, onMoved });
    const parts = { calls, intake, connection, clock, log, kinds: allowedUpdates(account) };
    const { webhookUrl: url, webhookSecret: secret } = account;
    if (url === undefined) await new Poll(parts).run(signal);
    else {
      this.#webhook = new Webhook({ ...parts, state: host.state, place: { url, secret } });
      await this.#webhook.run(signal);
      this.#webhook = undefined;
    }
    await intake.settled();
  }

  /** What Telegram brings to the webhook of this account. */
  async webhook(request: Pick<HttpRequest, "headers" | "json">): Promise<Response> {
    return this.#webhook?.answer(request) ?? comeAgain();
  }

  send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    return this.#outgoing.send(to, message, options);
  }

  edit(message: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    return this.#outgoing.edit(message, markdown, options);
  }

  remove(message: MessageRef): Promise<void> {
    return this.#outgoing.remove(message);
  }

  react(message: MessageRef, emoji: string): Promise<void> {
    return this.#outgoing.react(message, emoji);
  }

  pin(message: MessageRef): Promise<void> {
    return this.#outgoing.pin(message);
  }

  typing(to: Address): Promise<void> {
    return this.#outgoing.typing(to);
  }

  openStream(to: Address, options: StreamOptions): Promise<ChannelStream | undefined> {
    return this.#outgoing.openStream(to, options);
  }

  /** Somebody who keeps a menu of their own, at @BotFather, says so. */
  async setCommands(commands: readonly MenuCommand[]): Promise<void> {
    await this.#outgoing.setCommands(commands, this.#parts.account.commandMenu ?? true);
  }

  async download(attachment: Attachment, options: DownloadOptions): Promise<Uint8Array> {
    const { token, account } = this.#parts;
    const { apiRoot, proxy, mediaMaxMb = DEFAULT_MEDIA_MB } = account;
    const maxBytes = mediaMaxMb * BYTES_PER_MB;
    const { fetch } = this.#line.host;
    return download(attachment, options, { calls: this.#calls, fetch, token, apiRoot, proxy, maxBytes });
  }

  settings(to: Address): PlacedSettings {
    return this.#settings.of(to);
  }

  addressOf(chat: string): Address {
    return addressOf(chat, this.account);
  }

  async probe(signal: AbortSignal): Promise<string> {
    try {
      return `@${(await this.#calls.getMe(signal)).username}`;
    } catch (error) {
      throw toChannelError(error, "getMe");
    }
  }

  status(): ChannelStatus {
    return this.#connection.status();
  }

  async findings(): Promise<readonly Finding[]> {
    const { name, account, clock } = this.#parts;
    const subject = accountTitle(this.name, name);
    const { hasRival } = this.#connection;
    try {
      return await findings({ calls: this.#calls, account, subject, hasRival, nowMs: clock.now() });
    } catch (error) {
      throw toChannelError(error, "getMe");
    }
  }

  /** Somebody found out by writing to a group that it has become a supergroup. Telegram tells of it in the chat as well. */
  #reportMove(from: string, to: string): void {
    const host = this.#line.hostIfStarted;
    if (!host) return;
    const event = { kind: "migrated", from: this.addressOf(from), to: this.addressOf(to) } as const;
    host.report(`migrated/${from}/${to}`, event).catch((error: unknown) => {
      host.log.warn({ error, from, to }, "that a group has got another id could not be noted yet");
    });
  }
}

/** The bot that this account was first; noted once. */
async function firstBotOf(state: ChannelHost["state"], { id }: BotIdentity): Promise<number> {
  const known = await state.get(FIRST_BOT_KEY);
  if (known === undefined) await state.set(FIRST_BOT_KEY, String(id));
  return known === undefined ? id : Number(known);
}
