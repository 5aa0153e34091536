import { accountTitle } from "../../../lib/account-title.ts";
import type { Clock } from "../../../lib/clock.ts";
import { cutText } from "../../../lib/cut-text.ts";
import { RecentMap } from "../../../lib/recent-map.ts";
import { ChannelLine } from "../../channel-line.ts";
import { ChannelMemory } from "../../channel-memory.ts";
import type { PlacedSettings } from "../../chat-rules.ts";
import { Connection } from "../../connection.ts";
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
  type MessageRef,
  type OutboundMessage,
  type SendOptions,
  type StreamOptions,
} from "../../types.ts";
import type { FeishuAccount } from "./config.ts";
import { appCalls, type AppCalls, type BotInfo } from "./incoming/app-calls.ts";
import { Directory, type KnownMessage, MOST_TEXT } from "./incoming/directory.ts";
import { download } from "./incoming/download.ts";
import { findings } from "./incoming/findings.ts";
import { Hearing } from "./incoming/hearing.ts";
import { Intake } from "./incoming/intake.ts";
import { LongConnection } from "./incoming/long-connection.ts";
import { feishuWords } from "./incoming/reconnect-words.ts";
import { Webhook } from "./incoming/webhook.ts";
import { FeishuApi, originOf } from "./outgoing/api.ts";
import { toChannelError } from "./outgoing/errors.ts";
import { FeishuOutgoing } from "./outgoing/feishu-outgoing.ts";
import { addressOf, topicOf } from "./places.ts";
import { Settings } from "./settings.ts";

export interface FeishuParts {
  readonly name: string;
  /** What the configuration says of this account. */
  readonly account: FeishuAccount;
  readonly appId: string;
  readonly appSecret: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a call may take; see `ApiOptions`. */
  readonly callLimitMs?: number;
  /** How long an answer to a ping may take; see `LineFacts`. */
  readonly pingTimeoutMs?: number;
}

const DEFAULT_MEDIA_MB = 30;
const BYTES_PER_MB = 1_000_000;
/** Messages that this process remembers, for what is said about them later. */
const MOST_MESSAGES = 2000;

/** One app's bot on Feishu or Lark: what people write comes in over the long connection or by webhook. */
export class FeishuChannel implements Channel {
  readonly name = "feishu";
  readonly account: string;
  readonly capabilities: ChannelCapabilities;
  readonly #parts: FeishuParts;
  readonly #calls: AppCalls;
  readonly #connection: Connection;
  readonly #settings: Settings;
  readonly #outgoing: FeishuOutgoing;
  readonly #memory = new ChannelMemory();
  readonly #messages = new RecentMap<KnownMessage>(MOST_MESSAGES);
  readonly #hearing: Hearing;
  readonly #webhook: Webhook;
  readonly #line: ChannelLine<BotInfo>;

  constructor(parts: FeishuParts) {
    const { name, account, appId, appSecret, clock, log, callLimitMs } = parts;
    const { domain, proxy, encryptKey, verificationToken } = account;
    this.account = name;
    this.#parts = parts;
    const limits = callLimitMs === undefined ? {} : { callLimitMs };
    const api = new FeishuApi({ appId, appSecret, domain, proxy, log, ...limits });
    this.#calls = appCalls(api, appId);
    this.#connection = new Connection(clock);
    this.#settings = new Settings(account);
    this.#hearing = new Hearing(this.#memory, clock);
    this.#outgoing = new FeishuOutgoing({ api, clock });
    const onVerified = () => this.#hearing.noteVerified();
    this.#webhook = new Webhook({ secrets: { encryptKey, verificationToken }, appId, clock, onVerified });
    this.capabilities = this.#outgoing.capabilities;
    this.#line = new ChannelLine<BotInfo>({
      connection: this.#connection,
      clock,
      words: feishuWords,
      whoAmI: { call: "bot", ask: (signal) => this.#calls.bot(signal) },
      nameOf: ({ app_name: bot }) => `@${bot}`,
      hear: (bot, host, signal) => this.#hear(bot, host, signal),
    });
  }

  async start(host: ChannelHost): Promise<void> {
    this.#memory.attach(host.state, host.log);
    this.#outgoing.attach(host);
    await this.#line.start(host);
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }

  async #hear(bot: BotInfo, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const { clock, account, appId, appSecret, pingTimeoutMs, callLimitMs } = this.#parts;
    const { log } = host;
    const intake = this.#intakeOf(bot, host);
    const onEvent = () => this.#hearing.noteEvent();
    if (account.connectionMode === "webhook") return this.#webhook.run({ intake, onEvent }, signal);
    const { domain } = account;
    const proxy = account.proxy ?? host.proxyFor?.(originOf(domain));
    const line = { appId, appSecret, domain, proxy, pingTimeoutMs, callLimitMs };
    const connection = this.#connection;
    connection.becomes("connecting");
    return new LongConnection({ line, intake, connection, clock, log, onEvent }).run(signal);
  }

  #intakeOf({ open_id: ownId }: BotInfo, host: ChannelHost): Intake {
    const { clock, name, appId } = this.#parts;
    const directory = new Directory({
      calls: this.#calls,
      appId,
      bot: ownId,
      memory: this.#memory,
      messages: this.#messages,
      now: () => clock.now(),
      log: host.log,
    });
    const reader = {
      account: name,
      bot: ownId,
      directory,
      scopeIn: (chat: string) => this.#settings.scopeIn(chat),
      settingsOf: (place: Address) => this.#settings.of(place),
      now: () => clock.now(),
      buttonOf: (data: string) => this.#outgoing.buttonIdOf(data),
    };
    return new Intake({ host, reader, clock });
  }

  /** What Feishu brings to the webhook of this account. */
  webhook(request: Pick<HttpRequest, "headers" | "bytes">): Promise<Response> {
    return this.#webhook.answer(request);
  }

  async send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    const ref = await this.#outgoing.send(to, message, options);
    this.#noteSaid(ref, message.kind === "text" ? message.markdown : "");
    return ref;
  }

  async edit(message: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    await this.#outgoing.edit(message, markdown, options);
    this.#noteSaid(message, markdown);
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

  openStream(to: Address, options: StreamOptions): Promise<ChannelStream | undefined> {
    return this.#outgoing.openStream(to, options);
  }

  async download(attachment: Attachment, options: DownloadOptions): Promise<Uint8Array> {
    const { domain, proxy, mediaMaxMb = DEFAULT_MEDIA_MB } = this.#parts.account;
    const maxBytes = mediaMaxMb * BYTES_PER_MB;
    const { fetch } = this.#line.host;
    return download(attachment, options, {
      calls: this.#calls,
      fetch,
      origin: originOf(domain),
      proxy,
      maxBytes,
    });
  }

  settings(to: Address): PlacedSettings {
    return this.#settings.of(to);
  }

  addressOf(chat: string): Address {
    return addressOf(chat, this.account);
  }

  async probe(signal: AbortSignal): Promise<string> {
    try {
      return `@${(await this.#calls.bot(signal)).app_name}`;
    } catch (error) {
      throw toChannelError(error, "bot");
    }
  }

  status(): ChannelStatus {
    return this.#connection.status();
  }

  async findings(): Promise<readonly Finding[]> {
    const { name, account } = this.#parts;
    const subject = accountTitle(this.name, name);
    const { hasRival } = this.#connection;
    const isConnected = this.#connection.status().state === "connected";
    const heard = { ...(await this.#hearing.facts()), isConnected, hasRival };
    try {
      return await findings({ calls: this.#calls, account, name, subject, heard });
    } catch (error) {
      throw toChannelError(error, "bot");
    }
  }

  /** What people say about our messages comes with their ids alone. */
  #noteSaid({ id, address }: MessageRef, text: string): void {
    const spot = { chat: address.chat, topic: topicOf(address) };
    this.#messages.set(id, { spot, isOurs: true, text: cutText(text, MOST_TEXT), files: [], address });
  }
}
