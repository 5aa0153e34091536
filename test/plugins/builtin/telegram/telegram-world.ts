import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelHost, Receipt } from "../../../../src/core/channel.ts";
import type { InboundEvent, InboundMessage } from "../../../../src/core/message.ts";
import { type Clock, systemClock } from "../../../../src/lib/clock.ts";
import { formatter } from "../../../../src/plugins/builtin/telegram/accounts.ts";
import { TelegramChannel } from "../../../../src/plugins/builtin/telegram/channel.ts";
import {
  type TelegramAccount,
  telegramSchema,
  type TelegramSection,
} from "../../../../src/plugins/builtin/telegram/config.ts";
import { type BotAccount, startTelegram, type TelegramServer } from "../../../emulators/telegram/index.ts";
import { keepLines, type LogLine } from "../../../fakes/log-lines.ts";
import { noFetch } from "../../../fakes/no-fetch.ts";

type Given = Partial<Omit<TelegramSection, "accounts">>;

/** What a section with these keys is for the account `default`. */
export function accountOf(given: object = {}): TelegramAccount {
  const { accounts: _, ...account } = telegramSchema.parse(given);
  return account;
}

/** A host that keeps what it is handed; `answer` may say `busy`, or throw. */
export class KeepingHost implements ChannelHost {
  readonly received: InboundMessage[] = [];
  readonly reported: { readonly id: string; readonly event: InboundEvent }[] = [];
  readonly kept = new Map<string, string>();
  readonly lines: LogLine[];
  readonly log: ChannelHost["log"];
  readonly mediaDir: string;
  readonly signal = new AbortController().signal;
  fetch: ChannelHost["fetch"] = noFetch;
  answer: (message: InboundMessage) => Receipt | Promise<Receipt> = () => "recorded";
  readonly #names = new Set<string>();
  #changed = Promise.withResolvers<void>();

  constructor(mediaDir: string) {
    this.mediaDir = mediaDir;
    const { log, lines } = keepLines();
    this.log = log;
    this.lines = lines;
  }

  readonly state = {
    get: async (key: string) => this.kept.get(key),
    set: async (key: string, value: string) => void this.kept.set(key, value),
  };

  async receive(message: InboundMessage): Promise<Receipt> {
    const answer = await this.answer(message);
    if (answer !== "recorded") return answer;
    const { chat, thread } = message.address;
    return this.#note(`${chat}/${thread}/${message.id}`, () => this.received.push(message));
  }

  async report(id: string, event: InboundEvent): Promise<Receipt> {
    return this.#note(`event ${id}`, () => this.reported.push({ id, event }));
  }

  /** Resolves to what `find` finds as soon as something has come that makes it find something. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    const late = AbortSignal.timeout(15_000);
    for (;;) {
      const found = find();
      if (found) return found;
      if (late.aborted)
        throw new Error(`never came; there is ${JSON.stringify([this.received, this.reported])}`);
      const tick = new Promise<void>((resolve) => setTimeout(resolve, 100));
      await Promise.race([this.#changed.promise, tick]);
    }
  }

  /** The texts of the messages that came, once there are `count`. */
  async texts(count: number): Promise<string[]> {
    await this.until(() => this.received.length >= count);
    return this.received.map(({ text }) => text);
  }

  #note(name: string, add: () => void): Receipt {
    if (this.#names.has(name)) return "duplicate";
    this.#names.add(name);
    add();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return "recorded";
  }
}

/** A stand-in of Telegram with one bot, and the channel that speaks for it. */
export class TelegramWorld implements AsyncDisposable {
  readonly telegram: TelegramServer;
  readonly bot: BotAccount;
  readonly host: KeepingHost;
  readonly #clock: Clock;
  readonly #channels: TelegramChannel[] = [];

  private constructor(telegram: TelegramServer, host: KeepingHost, clock: Clock) {
    this.telegram = telegram;
    this.host = host;
    this.#clock = clock;
    this.bot = telegram.addBot({ username: "my_bot" });
  }

  static async open(clock: Clock = systemClock): Promise<TelegramWorld> {
    const telegram = await startTelegram({ clock });
    const folder = await mkdtemp(join(tmpdir(), "telegram-"));
    return new TelegramWorld(telegram, new KeepingHost(folder), clock);
  }

  /** A channel for the bot, not started. */
  channel(given: Given = {}, token = this.bot.token): TelegramChannel {
    const channel = new TelegramChannel({
      name: "default",
      account: accountOf({ apiRoot: this.telegram.url, ...given }),
      token,
      formatter,
      clock: this.#clock,
      log: this.host.log,
    });
    this.#channels.push(channel);
    return channel;
  }

  async start(given: Given = {}): Promise<TelegramChannel> {
    const channel = this.channel(given);
    await channel.start(this.host);
    return channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.stop()));
    await this.telegram[Symbol.asyncDispose]();
    await rm(this.host.mediaDir, { recursive: true, force: true });
  }
}
