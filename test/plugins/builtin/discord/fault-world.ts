import type { StreamingMode } from "../../../../src/core/channel.ts";
import type { Clock } from "../../../../src/lib/clock.ts";
import { DiscordChannel } from "../../../../src/plugins/builtin/discord/channel.ts";
import {
  type BotAccount,
  type DiscordServer,
  type Person,
  type Room,
  startDiscord,
} from "../../../emulators/discord/index.ts";
import type { MatrixStage } from "../../../fakes/fault-matrix.ts";
import { CALL_LIMIT_MS, FaultWorld } from "../../../fakes/fault-world.ts";
import { accountOf } from "./discord-world.ts";

export interface DiscordFaultOptions {
  readonly mode: StreamingMode;
  readonly onDoubt?: "resend" | "drop";
}

/** Anna, a bot, and the stand-in of Discord between them. */
export class FaultyDiscord implements MatrixStage {
  readonly discord: DiscordServer;
  readonly bot: BotAccount;
  readonly anna: Person;
  readonly chat: Room;
  readonly #mode: StreamingMode;

  constructor(discord: DiscordServer, mode: StreamingMode) {
    this.discord = discord;
    this.bot = discord.addBot({ username: "my_bot", name: "bot" });
    this.anna = discord.addPerson({ name: "Anna" });
    this.chat = this.anna.dm(this.bot);
    this.#mode = mode;
  }

  get calls() {
    return this.discord.calls;
  }

  get faults() {
    return this.discord.faults;
  }

  ask(text: string): void {
    this.anna.say(this.chat, text);
  }

  enforceRates(): void {
    this.discord.enforceRates();
  }

  liveLines(): string[] {
    return this.lines();
  }

  lines(): string[] {
    return this.discord.transcript(this.chat);
  }

  channel(clock: Clock): DiscordChannel {
    const account = accountOf({ apiRoot: this.discord.url, dmPolicy: "open", streamingMode: this.#mode });
    const parts = { name: "default", token: this.bot.token };
    return new DiscordChannel({ ...parts, account, clock, callLimitMs: CALL_LIMIT_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discord[Symbol.asyncDispose]();
  }
}

/** A conversation over a stand-in of Discord whose calls fail as the test says. */
export function openFaultWorld({
  mode,
  onDoubt = "resend",
}: DiscordFaultOptions): Promise<FaultWorld<FaultyDiscord>> {
  return FaultWorld.open(async (time) => new FaultyDiscord(await startDiscord({ clock: time }), mode), {
    onDoubt,
  });
}
