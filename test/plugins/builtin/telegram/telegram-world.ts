import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../../src/lib/clock.ts";
import { formatter } from "../../../../src/plugins/builtin/telegram/accounts.ts";
import { TelegramChannel } from "../../../../src/plugins/builtin/telegram/channel.ts";
import {
  type TelegramAccount,
  telegramSchema,
  type TelegramSection,
} from "../../../../src/plugins/builtin/telegram/config.ts";
import { type BotAccount, startTelegram, type TelegramServer } from "../../../emulators/telegram/index.ts";
import { KeepingHost } from "../../../fakes/keeping-host.ts";

type Given = Partial<Omit<TelegramSection, "accounts">>;

/** What a section with these keys is for the account `default`. */
export function accountOf(given: object = {}): TelegramAccount {
  const { accounts: _, ...account } = telegramSchema.parse(given);
  return account;
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
