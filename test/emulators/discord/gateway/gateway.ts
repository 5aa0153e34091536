import {
  GatewayCloseCodes,
  GatewayDispatchEvents,
  GatewayOpcodes,
  type GatewayGuildCreateDispatchData,
  type GatewayReadyDispatchData,
  type UserFlags,
} from "discord-api-types/v10";
import { UPDATE_FAULTS, type FaultScript } from "../../common/faults.ts";
import type { BotAccount } from "../bot-account.ts";
import type { Guild } from "../guild.ts";
import { may } from "../permissions.ts";
import { threadOf, type World, type WorldEvent } from "../world.ts";
import { Connection } from "./connection.ts";
import { ALL_INTENTS, disallowed } from "./intents.ts";
import { PACKET, type Packet, type Sent } from "./packets.ts";
import { Session } from "./session.ts";

/** How long Discord remembers a session whose connection is gone. It does not say; clients have been back after minutes. */
const SESSION_LIFE_MS = 180_000;
const HEARTBEAT_MS = 41_250;
const MOST_SENT = 120;
const LARGEST_PACKET = 4096;
const IDENTIFY_SPAN_MS = 5000;
/** Codes after which a session cannot be taken up again. */
const ENDING: ReadonlySet<number> = new Set([
  GatewayCloseCodes.AuthenticationFailed,
  GatewayCloseCodes.InvalidSeq,
  GatewayCloseCodes.InvalidShard,
  GatewayCloseCodes.ShardingRequired,
  GatewayCloseCodes.InvalidAPIVersion,
  GatewayCloseCodes.InvalidIntents,
  GatewayCloseCodes.DisallowedIntents,
]);

/** The WebSocket side: sessions, what they are told, and what can go wrong with them. */
export class Gateway {
  readonly sessions: Session[] = [];
  /** What bots are told to beat their hearts at; for connections that are made from now on. */
  heartbeatMs = HEARTBEAT_MS;
  /** Whether heartbeats are acknowledged. */
  acknowledges = true;
  /** Set where IDENTIFY may come once in five seconds only. */
  isStrict = false;
  /** Servers that are not described when a session begins. */
  readonly outOfSight = new Set<Guild>();
  identifyCount = 0;
  resumeCount = 0;
  readonly #world: World;
  readonly #faults: FaultScript;
  readonly #connections = new Set<Connection>();
  readonly #overtaken = new Map<BotAccount, WorldEvent>();
  readonly #identifiedAtMs = new Map<BotAccount, number>();
  #server: Bun.Server<Connection> | undefined;
  #closedUntilMs = 0;

  constructor(world: World, faults: FaultScript) {
    this.#world = world;
    this.#faults = faults;
    world.deliver = (bot, event) => this.#deliver(bot, event);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server?.port}`;
  }

  listen(): void {
    this.#server = Bun.serve<Connection>({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, server) => this.#upgrade(request, server),
      websocket: {
        perMessageDeflate: false,
        open: (wire) => {
          wire.data.wire = wire;
          this.#connections.add(wire.data);
          wire.data.say(GatewayOpcodes.Hello, { heartbeat_interval: this.heartbeatMs, _trace: [] });
        },
        message: (wire, message) => this.#hear(wire.data, message),
        close: (wire, code) => this.#lose(wire.data, code),
      },
    });
  }

  async stop(): Promise<void> {
    this.cut();
    await this.#server?.stop(true);
  }

  /** Asks bots to connect again and resume (op 7). */
  reconnect(bot?: BotAccount): void {
    for (const connection of this.#of(bot)) connection.say(GatewayOpcodes.Reconnect);
  }

  /** Says that the session is not valid (op 9); unless it can be resumed, it is forgotten. */
  invalidate(canResume: boolean, bot?: BotAccount): void {
    for (const connection of this.#of(bot)) {
      if (!canResume) this.#forget(connection.session);
      connection.say(GatewayOpcodes.InvalidSession, canResume);
    }
  }

  /** Closes the connections with a code, such as 4000. */
  close(code: number, reason = "", bot?: BotAccount): void {
    for (const connection of this.#of(bot)) this.#end(connection, code, reason);
  }

  /** Breaks the connections off, without a word. */
  cut(bot?: BotAccount): void {
    for (const connection of this.#of(bot)) {
      connection.isDead = true;
      connection.wire?.terminate();
    }
  }

  /** From now on nothing gets through on the connections that there are, although nobody has closed them. */
  zombify(bot?: BotAccount): void {
    for (const connection of this.#of(bot)) connection.isDead = true;
  }

  /** Breaks all off, and lets nobody in until `untilMs`. */
  shutUntil(untilMs: number, keepSessions: boolean): void {
    this.#closedUntilMs = untilMs;
    this.cut();
    if (keepSessions) for (const session of this.sessions) session.endsAtMs = untilMs + SESSION_LIFE_MS;
    else for (const session of this.sessions.splice(0)) session.connection = undefined;
  }

  /** Sessions of a bot, newest last. */
  of(bot: BotAccount): Session[] {
    return this.sessions.filter((session) => session.bot === bot);
  }

  #of(bot: BotAccount | undefined): Connection[] {
    return [...this.#connections].filter(({ session }) => bot === undefined || session?.bot === bot);
  }

  #upgrade(request: Request, server: Bun.Server<Connection>): Response | undefined {
    if (this.#world.clock.now() < this.#closedUntilMs) return new Response(null, { status: 503 });
    const { searchParams } = new URL(request.url);
    const isCompressed = searchParams.get("compress") === "zlib-stream";
    const connection = new Connection({ isCompressed });
    if (!server.upgrade(request, { data: connection }))
      return new Response("expected a WebSocket", { status: 400 });
    const wrong = ["v", "encoding", "compress"].find((name) => !KNOWN[name]?.has(searchParams.get(name)));
    if (wrong !== undefined) {
      this.#world.complaints.push(`the gateway knows no ${wrong}=${searchParams.get(wrong)}`);
      queueMicrotask(() => connection.close(GatewayCloseCodes.InvalidAPIVersion, "Invalid API version"));
    }
    return undefined;
  }

  #deliver(bot: BotAccount, event: WorldEvent): void {
    const subject = { method: event.name, path: "gateway", chat: event.channelId };
    const fault = this.#faults.take(subject, UPDATE_FAULTS);
    if (fault?.kind === "delay") {
      void this.#world.clock.sleep(fault.ms).then(() => this.#push(bot, event));
      return;
    }
    if (fault?.kind === "reorder" && !this.#overtaken.has(bot)) {
      this.#overtaken.set(bot, event);
      return;
    }
    this.#push(bot, event);
    if (fault?.kind === "duplicate") this.#push(bot, event);
    const late = this.#overtaken.get(bot);
    this.#overtaken.delete(bot);
    if (late) this.#push(bot, late);
  }

  #push(bot: BotAccount, event: WorldEvent): void {
    this.#dropExpired();
    for (const session of this.of(bot)) session.push(event);
  }

  #hear(connection: Connection, message: string | Buffer): void {
    if (connection.isDead) return;
    const text = String(message);
    if (connection.count(this.#world.clock.now()) > MOST_SENT)
      return this.#end(connection, GatewayCloseCodes.RateLimited, "Rate limited.");
    if (Buffer.byteLength(text) > LARGEST_PACKET)
      return this.#end(connection, GatewayCloseCodes.DecodeError, "Error while decoding payload.");
    const packet = readPacket(text);
    if (packet === "unreadable")
      return this.#end(connection, GatewayCloseCodes.DecodeError, "Error while decoding payload.");
    if (packet === "unknown") {
      this.#world.complaints.push(`the gateway was sent ${text.slice(0, 200)}`);
      return this.#end(connection, GatewayCloseCodes.UnknownOpcode, "Unknown opcode.");
    }
    this.#obey(connection, packet);
    this.#world.changed();
  }

  #obey(connection: Connection, packet: Packet): void {
    const { session } = connection;
    if (packet.op === 1) {
      if (this.acknowledges) connection.say(GatewayOpcodes.HeartbeatAck);
      return;
    }
    if (packet.op === 2 || packet.op === 6) {
      if (session) this.#end(connection, GatewayCloseCodes.AlreadyAuthenticated, "Already authenticated.");
      else if (packet.op === 2) this.#identify(connection, packet.d);
      else this.#resume(connection, packet.d);
      return;
    }
    if (!session) return this.#end(connection, GatewayCloseCodes.NotAuthenticated, "Not authenticated.");
    if (packet.op === 8) this.#tellMembers(session, packet.d);
  }

  #identify(connection: Connection, { token, intents, shard = [0, 1] }: Sent<2>): void {
    this.identifyCount += 1;
    const bot = this.#botOf(token);
    if (!bot) return this.#end(connection, GatewayCloseCodes.AuthenticationFailed, "Authentication failed.");
    if (!Number.isInteger(intents) || intents < 0 || intents > ALL_INTENTS || (intents & ~ALL_INTENTS) !== 0)
      return this.#end(connection, GatewayCloseCodes.InvalidIntents, "Invalid intent(s).");
    if (disallowed(intents, bot) !== 0)
      return this.#end(connection, GatewayCloseCodes.DisallowedIntents, "Disallowed intent(s).");
    if (shard[0] < 0 || shard[0] >= shard[1])
      return this.#end(connection, GatewayCloseCodes.InvalidShard, "Invalid shard.");
    if (!this.#mayIdentify(connection, bot)) return;
    const session = new Session({ id: `session-${this.identifyCount}-${bot.id}`, bot, intents, shard });
    this.sessions.push(session);
    this.#attach(connection, session);
    session.dispatch(GatewayDispatchEvents.Ready, this.#readyOf(session));
    for (const guild of this.#world.guilds)
      if (guild.bots.has(bot.id) && !this.outOfSight.has(guild)) this.greet(session, guild);
  }

  /** There are so many for a day: too many, and the token is no good any more. */
  #mayIdentify(connection: Connection, bot: BotAccount): boolean {
    const now = this.#world.clock.now();
    const isSoon = now - (this.#identifiedAtMs.get(bot) ?? Number.NEGATIVE_INFINITY) < IDENTIFY_SPAN_MS;
    if (this.isStrict && isSoon) {
      connection.say(GatewayOpcodes.InvalidSession, false);
      return false;
    }
    this.#identifiedAtMs.set(bot, now);
    bot.identifiesLeft -= 1;
    if (bot.identifiesLeft >= 0) return true;
    bot.isTokenValid = false;
    this.close(GatewayCloseCodes.AuthenticationFailed, "Authentication failed.", bot);
    this.#end(connection, GatewayCloseCodes.AuthenticationFailed, "Authentication failed.");
    return false;
  }

  #resume(connection: Connection, { token, session_id, seq }: Sent<6>): void {
    this.#dropExpired();
    const bot = this.#botOf(token);
    if (!bot) return this.#end(connection, GatewayCloseCodes.AuthenticationFailed, "Authentication failed.");
    const session = this.sessions.find(({ id, bot: owner }) => id === session_id && owner === bot);
    if (!session) return connection.say(GatewayOpcodes.InvalidSession, false);
    if ((seq ?? 0) > session.sequence) {
      this.#forget(session);
      return this.#end(connection, GatewayCloseCodes.InvalidSeq, "Invalid seq.");
    }
    if (session.connection)
      this.#end(session.connection, GatewayCloseCodes.UnknownError, "Resumed elsewhere.");
    this.resumeCount += 1;
    session.resumeCount += 1;
    this.#attach(connection, session);
    session.replay(seq ?? 0);
    session.dispatch(GatewayDispatchEvents.Resumed, { _trace: [] });
  }

  /** Tells a session of a server that the bot is in. */
  greet(session: Session, guild: Guild): void {
    const data = guildCreateOf(guild, session.bot);
    session.push({ name: GatewayDispatchEvents.GuildCreate, data, guildId: guild.id, channelId: undefined });
  }

  #readyOf({ id, bot, shard }: Session): GatewayReadyDispatchData {
    const mine = this.#world.guilds.filter(({ bots }) => bots.has(bot.id));
    return {
      v: 10,
      user: { ...bot.user, verified: true, mfa_enabled: false, email: null, flags: 0 as UserFlags },
      guilds: mine.map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: id,
      resume_gateway_url: `${this.url}/resume`,
      shard: [shard[0], shard[1]],
      application: { id: bot.id, flags: bot.flags, flags_new: String(bot.flags) },
    } satisfies GatewayReadyDispatchData;
  }

  #tellMembers(session: Session, { guild_id, query, limit = 0, user_ids, nonce }: Sent<8>): void {
    const guild = this.#world.guild(guild_id);
    if (!guild?.bots.has(session.bot.id)) return;
    const ids = typeof user_ids === "string" ? [user_ids] : user_ids;
    const found = [...guild.members.values()].filter(({ user }) =>
      ids ? ids.includes(user.id) : user.username.startsWith(query ?? ""),
    );
    const members = (limit === 0 ? found : found.slice(0, limit)).map(({ user }) => guild.asMember(user.id));
    session.dispatch(GatewayDispatchEvents.GuildMembersChunk, {
      guild_id,
      members,
      chunk_index: 0,
      chunk_count: 1,
      not_found: ids?.filter((id) => !guild.members.has(id)) ?? [],
      ...(nonce === undefined ? {} : { nonce }),
    });
  }

  #botOf(token: string): BotAccount | undefined {
    const bare = token.replace(/^Bot /, "");
    return this.#world.bots.find((bot) => bot.isTokenValid && bot.token === bare);
  }

  #attach(connection: Connection, session: Session): void {
    connection.session = session;
    session.connection = connection;
    session.endsAtMs = undefined;
  }

  #end(connection: Connection, code: number, reason: string): void {
    if (ENDING.has(code)) this.#forget(connection.session);
    this.#detach(connection);
    if (!connection.isDead) connection.close(code, reason);
  }

  /** The WebSocket is gone; a bot that closes it in good order gives its session up. */
  #lose(connection: Connection, code: number): void {
    this.#connections.delete(connection);
    const { session } = connection;
    if (session?.connection === connection) {
      if ((code === 1000 || code === 1001) && !connection.isDead) this.#forget(session);
      this.#detach(connection);
    }
    this.#world.changed();
  }

  #detach(connection: Connection): void {
    const { session } = connection;
    if (session?.connection !== connection) return;
    session.connection = undefined;
    session.endsAtMs ??= this.#world.clock.now() + SESSION_LIFE_MS;
  }

  #forget(session: Session | undefined): void {
    const at = session ? this.sessions.indexOf(session) : -1;
    if (at >= 0) this.sessions.splice(at, 1);
  }

  #dropExpired(): void {
    const now = this.#world.clock.now();
    for (const session of this.sessions.filter(({ endsAtMs = now + 1 }) => endsAtMs <= now))
      this.#forget(session);
  }
}

const KNOWN: Readonly<Record<string, ReadonlySet<string | null>>> = {
  v: new Set(["10", "9", null]),
  encoding: new Set(["json", null]),
  compress: new Set(["zlib-stream", null]),
};

function readPacket(text: string): Packet | "unreadable" | "unknown" {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The bot is told so by the code that closes the connection.
    return "unreadable";
  }
  const packet = PACKET.safeParse(value);
  return packet.success ? packet.data : "unknown";
}

function guildCreateOf(guild: Guild, bot: BotAccount): GatewayGuildCreateDispatchData {
  const seen = guild.rooms.filter((room) => !room.isDeleted && may(room, bot.id, "ViewChannel"));
  const own = guild.asMember(bot.id);
  type Data = GatewayGuildCreateDispatchData;
  return {
    ...guild.asGuild(),
    joined_at: guild.members.get(bot.id)?.joinedAt ?? "",
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: own ? [own] : [],
    channels: seen
      .filter(({ thread }) => !thread)
      .map((room) => room.asChannel() as Data["channels"][number]),
    threads: seen
      .filter(({ thread }) => thread && !thread.isArchived)
      .map((room) => threadOf(room, bot.id) as Data["threads"][number]),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  } satisfies GatewayGuildCreateDispatchData;
}
