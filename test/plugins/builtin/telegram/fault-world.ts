import type { StreamingMode } from "../../../../src/core/channel.ts";
import type { Clock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { formatter } from "../../../../src/plugins/builtin/telegram/accounts.ts";
import { TelegramChannel } from "../../../../src/plugins/builtin/telegram/channel.ts";
import {
  type BotAccount,
  type Person,
  type Room,
  startTelegram,
  type TelegramServer,
} from "../../../emulators/telegram/index.ts";
import type { MatrixStage } from "../../../fakes/fault-matrix.ts";
import { CALL_LIMIT_MS, FaultWorld } from "../../../fakes/fault-world.ts";
import { accountOf } from "./telegram-world.ts";

export interface TelegramFaultOptions {
  readonly mode: StreamingMode;
  readonly way?: "polling" | "webhook";
  readonly onDoubt?: "resend" | "drop";
}

/** Anna, a bot, and the stand-in of Telegram between them. */
class FaultyTelegram implements MatrixStage {
  readonly #telegram: TelegramServer;
  readonly #anna: Person;
  readonly #chat: Room;
  readonly #bot: BotAccount;
  readonly #options: TelegramFaultOptions;
  readonly #hook: ReturnType<typeof Bun.serve>;
  #channel: TelegramChannel | undefined;

  constructor(telegram: TelegramServer, options: TelegramFaultOptions) {
    this.#telegram = telegram;
    this.#bot = telegram.addBot({ username: "my_bot", name: "bot" });
    this.#anna = telegram.addPerson({ firstName: "Anna" });
    this.#chat = this.#anna.dm(this.#bot);
    this.#options = options;
    this.#hook = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => this.#answerHook(request) });
  }

  get calls() {
    return this.#telegram.calls;
  }

  get faults() {
    return this.#telegram.faults;
  }

  ask(text: string): void {
    this.#anna.say(this.#chat, text);
  }

  enforceRates(): void {
    this.#telegram.enforceRates();
  }

  liveLines(): string[] {
    return this.#telegram.transcript(this.#chat, { isLive: true });
  }

  lines(): string[] {
    return this.#telegram.transcript(this.#chat);
  }

  channel(clock: Clock): TelegramChannel {
    const { mode, way = "polling" } = this.#options;
    const webhook = { webhookUrl: `http://127.0.0.1:${this.#hook.port}/hook`, webhookSecret: "secret" };
    const account = accountOf({
      apiRoot: this.#telegram.url,
      dmPolicy: "open",
      streamingMode: mode,
      ...(way === "webhook" ? webhook : {}),
    });
    const parts = { name: "default", token: this.#bot.token, formatter, log: silentLogger };
    this.#channel = new TelegramChannel({ ...parts, account, clock, callLimitMs: CALL_LIMIT_MS });
    return this.#channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hook.stop(true);
    await this.#telegram[Symbol.asyncDispose]();
  }

  async #answerHook(request: Request): Promise<Response> {
    const body: unknown = await request.json();
    const readable = Object.fromEntries(request.headers);
    const headers = Object.assign(new Headers(readable), readable);
    if (!this.#channel) return new Response(null, { status: 503 });
    return this.#channel.webhook({ headers, json: () => body });
  }
}

/** A conversation over a stand-in of Telegram whose calls fail as the test says. */
export function openFaultWorld({
  onDoubt = "resend",
  ...rest
}: TelegramFaultOptions): Promise<FaultWorld<FaultyTelegram>> {
  return FaultWorld.open(
    async (time) => new FaultyTelegram(await startTelegram({ clock: time }), { ...rest, onDoubt }),
    { onDoubt },
  );
}
