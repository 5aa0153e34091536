import { GatewayDispatchEvents, OverwriteType, type APIRole } from "discord-api-types/v10";
import { systemClock, type Clock } from "../../../src/lib/clock.ts";
import { CallLog, type Call } from "../common/call-log.ts";
import { FaultScript, type Fault } from "../common/faults.ts";
import { HttpServer, type Errand, type Exchange, type Platform, type Reply } from "../common/http-server.ts";
import { until } from "../common/until.ts";
import type { BotAccount, BotOptions } from "./bot-account.ts";
import { Control } from "./control.ts";
import { Gateway } from "./gateway/gateway.ts";
import { roleOf, type Guild } from "./guild.ts";
import { bitsOf, type PermissionName } from "./permissions.ts";
import { Person } from "./person.ts";
import { Rates } from "./rates.ts";
import { RestApi } from "./rest/rest-api.ts";
import type { Room } from "./room.ts";
import { transcriptOf, type TranscriptOptions } from "./transcript.ts";
import { World } from "./world.ts";

export interface DiscordOptions {
  readonly clock?: Clock;
  /** The port to take for REST; any that is free by default. */
  readonly port?: number;
}

export interface PersonFacts {
  /** What people see; the user name is made from it unless it is given. */
  readonly name: string;
  readonly username?: string;
  readonly id?: string;
}

export interface ChannelFacts {
  readonly name: string;
  readonly kind?: "text" | "forum";
  readonly topic?: string;
  /** Names of the tags that posts of a forum may have. */
  readonly tags?: readonly string[];
}

export interface GuildFacts {
  readonly name: string;
  /** The first one owns it. */
  readonly members: readonly Person[];
  readonly bots?: readonly BotAccount[];
  readonly roles?: readonly string[];
  /** `general` by default. */
  readonly channels?: readonly (string | ChannelFacts)[];
}

/** Who a right is given to, or taken from. */
export type RightHolder = Person | BotAccount | APIRole;

const CONTROL = "/control";
const CDN = "/cdn";

/** A running stand-in for Discord and for the people who use it. */
export class DiscordServer implements AsyncDisposable {
  readonly world: World;
  readonly gateway: Gateway;
  readonly faults: FaultScript;
  readonly calls = new CallLog();
  readonly clock: Clock;
  readonly #http: HttpServer;
  readonly #api: RestApi;
  readonly #control = new Control(this);
  #address = "";
  #hasFailed = false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.world = new World(clock);
    this.faults = new FaultScript(clock);
    this.gateway = new Gateway(this.world, this.faults);
    this.#api = new RestApi(this.world, this.gateway);
    const platform: Platform = {
      subjectOf: (url) =>
        url.pathname.startsWith(CDN)
          ? { method: "download", path: url.pathname, chat: undefined }
          : this.#api.subjectOf(url),
      read: (exchange) => this.#read(exchange),
      refusal: (fault: Extract<Fault, { kind: "429" | "5xx" }>): Reply => this.#api.refusal(fault),
      isAside: ({ pathname }) => pathname.startsWith(CONTROL),
    };
    const onCall = () => this.world.changed();
    this.#http = new HttpServer({ platform, faults: this.faults, calls: this.calls, clock, onCall });
  }

  /** What bots take as the root of the API: without a version, and without a slash at its end. */
  get url(): string {
    return `${this.#address}/api`;
  }

  /** Where pictures that have no link of their own are, such as those of stickers. */
  get cdnUrl(): string {
    return `${this.#address}${CDN}`;
  }

  async listen(port = 0): Promise<this> {
    this.#address = await this.#http.listen(port);
    this.world.files.root = this.cdnUrl;
    this.gateway.listen();
    return this;
  }

  addBot(options: BotOptions): BotAccount {
    return this.world.addBot(options);
  }

  addPerson({
    name,
    username = name.toLowerCase().replaceAll(/[^a-z0-9_.]/g, "_"),
    ...rest
  }: PersonFacts): Person {
    return new Person(this.world, this.world.addUser({ name, username, ...rest }));
  }

  /** A server with these people and bots in it. Bots that are connected are told of it. */
  addGuild({ name, members, bots = [], roles = [], channels = ["general"] }: GuildFacts): Guild {
    const guild = this.world.addGuild(name, members[0]?.id ?? this.world.ids.next());
    for (const role of roles) this.addRole(guild, role);
    for (const { user } of members) this.world.letIn(guild, user);
    for (const channel of channels) this.addChannel(guild, channel);
    for (const bot of bots) this.invite(guild, bot);
    return guild;
  }

  /** Lets a bot into a server; it is told of the server if it is connected. */
  invite(guild: Guild, bot: BotAccount): void {
    this.world.letIn(guild, bot.user, bot);
    for (const session of this.gateway.of(bot)) this.gateway.greet(session, guild);
    this.world.changed();
  }

  /** From now on a session that begins does not hear of a server before `describe`, as when Discord is slow. */
  describeLate(guild: Guild): void {
    this.gateway.outOfSight.add(guild);
  }

  /** Describes a server to the sessions that there are. */
  describe(guild: Guild): void {
    this.gateway.outOfSight.delete(guild);
    for (const session of this.gateway.sessions)
      if (guild.bots.has(session.bot.id)) this.gateway.greet(session, guild);
    this.world.changed();
  }

  /** Puts a bot out of a server. */
  expel(guild: Guild, bot: BotAccount): void {
    this.world.tell(bot, GatewayDispatchEvents.GuildDelete, { id: guild.id }, guild);
    guild.bots.delete(bot.id);
    guild.members.delete(bot.id);
    this.world.changed();
  }

  addChannel(guild: Guild, facts: string | ChannelFacts): Room {
    const { name, kind = "text", topic, tags = [] } = typeof facts === "string" ? { name: facts } : facts;
    const room = this.world.addRoom({ kind, name, guild });
    room.topic = topic ?? null;
    room.tags = tags.map((tag) => ({
      id: this.world.ids.next(),
      name: tag,
      moderated: false,
      emoji_id: null,
      emoji_name: null,
    }));
    this.world.tellRoom(room, GatewayDispatchEvents.ChannelCreate, () => room.asChannel() as never);
    return room;
  }

  addRole(guild: Guild, name: string, permissions: readonly PermissionName[] = []): APIRole {
    const role = roleOf({ id: this.world.ids.next(), name, permissions, position: guild.roles.length });
    guild.roles.push(role);
    this.world.tellGuild(guild, GatewayDispatchEvents.GuildRoleCreate, { guild_id: guild.id, role });
    return role;
  }

  /** Gives a member a role; the name is enough. */
  giveRole(guild: Guild, who: { readonly id: string }, name: string): void {
    this.#changeRoles(guild, who.id, (roles) => roles.push(guild.role(name).id));
  }

  takeRole(guild: Guild, who: { readonly id: string }, name: string): void {
    const { id } = guild.role(name);
    this.#changeRoles(guild, who.id, (roles) => roles.splice(roles.indexOf(id), roles.includes(id) ? 1 : 0));
  }

  /** Allows somebody in a channel what they may not do otherwise; without anybody named, everybody. */
  allow(room: Room, names: PermissionName | readonly PermissionName[], who?: RightHolder): void {
    this.#overwrite(room, who, { allow: bitsOf([names].flat()), deny: 0n });
  }

  /** Takes rights away from somebody in a channel; without anybody named, from everybody. */
  deny(room: Room, names: PermissionName | readonly PermissionName[], who?: RightHolder): void {
    this.#overwrite(room, who, { allow: 0n, deny: bitsOf([names].flat()) });
  }

  /** Changes what a role may do in the whole server, such as the one of a bot. */
  setRolePermissions(guild: Guild, role: APIRole, names: readonly PermissionName[]): void {
    role.permissions = String(bitsOf(names));
    this.world.tellGuild(guild, GatewayDispatchEvents.GuildRoleUpdate, { guild_id: guild.id, role });
    this.world.changed();
  }

  /** From now on Discord's limits hold: requests that come too fast are refused, and answers tell the buckets. */
  enforceRates(): void {
    this.#api.rates = new Rates(this.clock);
    this.gateway.isStrict = true;
  }

  /** Requests that were refused because the bot came too fast, not because the fault script said so. */
  get tooFast(): Call[] {
    return this.calls.all.filter(({ status, fault }) => status === 429 && fault === undefined);
  }

  /** For `ms` nothing gets through: sockets are cut, requests too, and sessions are kept for a RESUME or lost. */
  outage(ms: number, { keepSessions = true } = {}): void {
    const fault = { kind: "outage", ms } as const;
    this.faults.add(fault);
    // An outage starts with the first request that it hits, which this one stands for.
    this.faults.take({ method: "outage", path: "", chat: undefined }, new Set(["outage"]));
    this.gateway.shutUntil(this.clock.now() + ms, keepSessions);
  }

  /** What a person sees in a chat; see `transcriptOf`. */
  transcript(room: Room, options?: TranscriptOptions): string[] {
    return transcriptOf(this.world, room, options);
  }

  /** Resolves to what `find` finds as soon as it finds something; looks again after each change, and now and then. */
  until<T>(find: () => T | undefined | false, what?: string): Promise<T> {
    const onChange = (listener: () => void) => this.world.onChange(listener);
    return until({ onChange, describe: () => this.#everything() }, find, what);
  }

  /** Resolves once the transcript of a chat is what is wanted. */
  async untilTranscript(room: Room, lines: readonly string[], options?: TranscriptOptions): Promise<void> {
    await this.until(() => Bun.deepEquals(this.transcript(room, options), lines), `[${lines.join(" | ")}]`);
  }

  /** Resolves once a bot is connected and knows of its servers. */
  async untilReady(bot: BotAccount): Promise<void> {
    await this.until(
      () => this.gateway.of(bot).some(({ isConnected }) => isConnected),
      `${bot.name} is connected`,
    );
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.#http.close();
  }

  /** Closes the server; throws if a bot asked for what Discord does not have. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    // A test that has failed already was told of them: another error would hide the first.
    if (!this.#hasFailed && this.world.complaints.length > 0)
      throw new Error(`asked in vain: ${this.world.complaints.join("; ")}`);
  }

  async #read(exchange: Exchange): Promise<Errand> {
    const { pathname } = exchange.url;
    const nobody = { path: pathname, chat: undefined, by: undefined, params: {} };
    if (pathname.startsWith(CONTROL))
      return { ...nobody, method: "control", serve: async () => this.#control.serve(exchange) };
    if (!pathname.startsWith(CDN)) return this.#api.read(exchange);
    return { ...nobody, method: "download", serve: async () => this.#serveFile(exchange.url) };
  }

  #serveFile(url: URL): Reply {
    const file = this.world.files.open(url, this.clock.now());
    if (!file) return { status: 404, body: "This content is no longer available." };
    return { status: 200, headers: { "content-type": file.mimeType }, body: file.bytes };
  }

  #overwrite(room: Room, who: RightHolder | undefined, bits: { allow: bigint; deny: bigint }): void {
    const id = who?.id ?? room.guild?.id ?? "";
    const isRole = room.guild?.roles.some((role) => role.id === id) ?? false;
    const known = room.overwrites.find((each) => each.id === id);
    const [allow, deny] = [BigInt(known?.allow ?? 0), BigInt(known?.deny ?? 0)];
    room.overwrites = [
      ...room.overwrites.filter((each) => each !== known),
      {
        id,
        type: isRole ? OverwriteType.Role : OverwriteType.Member,
        allow: String((allow & ~bits.deny) | bits.allow),
        deny: String((deny & ~bits.allow) | bits.deny),
      },
    ];
    this.world.tellRoom(room, GatewayDispatchEvents.ChannelUpdate, () => room.asChannel() as never);
    this.world.changed();
  }

  #changeRoles(guild: Guild, userId: string, change: (roles: string[]) => unknown): void {
    const member = guild.members.get(userId);
    if (!member) throw new Error(`${userId} is not in ${guild.name}`);
    change(member.roles);
    const data = guild.asMember(userId);
    if (data) {
      this.world.tellGuild(guild, GatewayDispatchEvents.GuildMemberUpdate, {
        ...data,
        guild_id: guild.id,
        user: member.user,
      } as never);
    }
    this.world.changed();
  }

  #everything(): string {
    this.#hasFailed = true;
    const chats = this.world.rooms.map(
      (room) => `${room.name}:\n  ${this.transcript(room, { isLive: true, hasMarks: true }).join("\n  ")}`,
    );
    const calls = this.calls.all
      .slice(-12)
      .map(({ method, status, fault }) => `${method} ${status} ${fault ?? ""}`);
    const sessions = this.gateway.sessions.map(
      ({ bot, isConnected, sequence }) => `${bot.name} ${isConnected ? "connected" : "away"} ${sequence}`,
    );
    const complaints = this.world.complaints.map((complaint) => `asked in vain: ${complaint}`);
    return [
      ...complaints,
      ...chats,
      `sessions: ${sessions.join(", ")}`,
      `last calls:\n  ${calls.join("\n  ")}`,
    ].join("\n");
  }
}

export async function startDiscord(options: DiscordOptions = {}): Promise<DiscordServer> {
  return new DiscordServer(options.clock ?? systemClock).listen(options.port);
}
