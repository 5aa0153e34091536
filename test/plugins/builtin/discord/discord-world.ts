import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../../src/lib/clock.ts";
import { DiscordChannel } from "../../../../src/plugins/builtin/discord/channel.ts";
import {
  type DiscordAccount,
  discordSchema,
  type DiscordSection,
} from "../../../../src/plugins/builtin/discord/config.ts";
import {
  type BotAccount,
  type DiscordServer,
  type Guild,
  type Person,
  type Room,
  startDiscord,
} from "../../../emulators/discord/index.ts";
import { KeepingHost } from "../../../fakes/keeping-host.ts";

type Given = Partial<Omit<DiscordSection, "accounts">>;

/** What a section with these keys is for the account `default`. */
export function accountOf(given: object = {}): DiscordAccount {
  const { accounts: _, ...account } = discordSchema.parse(given);
  return account;
}

/** A stand-in of Discord with one bot in one server, and the channel that speaks for it. */
export class DiscordWorld implements AsyncDisposable {
  readonly discord: DiscordServer;
  readonly bot: BotAccount;
  readonly anna: Person;
  readonly ben: Person;
  readonly guild: Guild;
  readonly general: Room;
  readonly host: KeepingHost;
  readonly #clock: Clock;
  readonly #channels: DiscordChannel[] = [];

  private constructor(discord: DiscordServer, host: KeepingHost, clock: Clock) {
    this.discord = discord;
    this.host = host;
    this.#clock = clock;
    this.bot = discord.addBot({ username: "my_bot" });
    this.anna = discord.addPerson({ name: "Anna" });
    this.ben = discord.addPerson({ name: "Ben" });
    const members = [this.anna, this.ben];
    const channels = ["general", "random", { name: "ideas", kind: "forum" }] as const;
    this.guild = discord.addGuild({ name: "Club", members, bots: [this.bot], channels });
    this.general = this.guild.channel("general");
  }

  static async open(clock: Clock = systemClock): Promise<DiscordWorld> {
    const discord = await startDiscord({ clock });
    const folder = await mkdtemp(join(tmpdir(), "discord-"));
    return new DiscordWorld(discord, new KeepingHost(folder), clock);
  }

  /** A channel for the bot, not started. It listens in all channels of the server unless `given` says otherwise. */
  channel(given: Given | object = {}, token = this.bot.token): DiscordChannel {
    const guilds = { [this.guild.id]: {} };
    const channel = new DiscordChannel({
      name: "default",
      account: accountOf({ apiRoot: this.discord.url, guilds, ...given }),
      token,
      clock: this.#clock,
    });
    this.#channels.push(channel);
    return channel;
  }

  /** A channel that is started, and that Discord has taken in. */
  async start(given: Given | object = {}): Promise<DiscordChannel> {
    const channel = this.channel(given);
    await channel.start(this.host);
    await this.discord.until(() => channel.status().state === "connected");
    return channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.stop()));
    await this.discord[Symbol.asyncDispose]();
    await rm(this.host.mediaDir, { recursive: true, force: true });
  }
}
