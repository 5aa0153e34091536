import { z } from "zod";
import { defined } from "../common/defined.ts";
import { type Acts as ActsOf, bytesOf, serveControl, TROUBLES, troublesOf } from "../common/control.ts";
import type { Exchange, Reply } from "../common/http-server.ts";
import type { Guild } from "./guild.ts";
import type { Person } from "./person.ts";
import type { Post, Room } from "./room.ts";
import type { DiscordServer } from "./server.ts";

/** A chat is a channel or thread by its id, or the person's own with a bot. */
const CHAT = { bot: z.string().optional(), channel: z.string().optional() };
const ACT = { person: z.string(), ...CHAT };
const MESSAGE = { ...ACT, message: z.string() };
const CHANNEL = z.union([
  z.string(),
  z.strictObject({
    name: z.string(),
    kind: z.enum(["text", "forum"]).optional(),
    topic: z.string().optional(),
    tags: z.array(z.string()).optional(),
  }),
]);
const VALUES = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** What a test in another process may ask for. */
const REQUEST = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("addBot"),
    username: z.string(),
    name: z.string().optional(),
    messageContent: z.boolean().optional(),
    guildMembers: z.boolean().optional(),
  }),
  z.strictObject({
    do: z.literal("addPerson"),
    name: z.string(),
    username: z.string().optional(),
    id: z.string().optional(),
  }),
  z.strictObject({
    do: z.literal("addGuild"),
    name: z.string(),
    members: z.array(z.string()),
    bots: z.array(z.string()).optional(),
    roles: z.array(z.string()).optional(),
    channels: z.array(CHANNEL).optional(),
  }),
  z.strictObject({ do: z.literal("giveRole"), guild: z.string(), person: z.string(), role: z.string() }),
  z.strictObject({ do: z.literal("open"), ...ACT }),
  z.strictObject({ do: z.literal("say"), ...ACT, text: z.string(), replyTo: z.string().optional() }),
  z.strictObject({ do: z.literal("edit"), ...MESSAGE, text: z.string() }),
  z.strictObject({ do: z.literal("remove"), ...MESSAGE }),
  z.strictObject({ do: z.literal("react"), ...MESSAGE, emoji: z.string(), isGone: z.boolean().optional() }),
  z.strictObject({ do: z.literal("press"), ...MESSAGE, label: z.string() }),
  z.strictObject({ do: z.literal("choose"), ...MESSAGE, values: z.array(z.string()) }),
  z.strictObject({ do: z.literal("slash"), ...ACT, name: z.string(), values: VALUES.optional() }),
  z.strictObject({
    do: z.literal("upload"),
    ...ACT,
    name: z.string().optional(),
    base64: z.string().optional(),
    mimeType: z.string().optional(),
    text: z.string().optional(),
  }),
  z.strictObject({ do: z.literal("openThread"), ...ACT, message: z.string().optional(), name: z.string() }),
  z.strictObject({ do: z.literal("post"), ...ACT, name: z.string(), text: z.string() }),
  z.strictObject({
    do: z.literal("block"),
    person: z.string(),
    bot: z.string(),
    isBlocked: z.boolean().optional(),
  }),
  z.strictObject({
    do: z.literal("transcript"),
    person: z.string().optional(),
    ...CHAT,
    isLive: z.boolean().optional(),
    hasMarks: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("messages"), person: z.string().optional(), ...CHAT }),
  z.strictObject({ do: z.literal("interactions") }),
  z.strictObject({ do: z.literal("sessions") }),
  z.strictObject({ do: z.literal("calls"), method: z.string().optional(), chat: z.string().optional() }),
  z.strictObject({ do: z.literal("enforceRates") }),
  z.strictObject({ do: z.literal("outage"), ms: z.int(), keepSessions: z.boolean().optional() }),
  z.strictObject({ do: z.literal("describeLate"), guild: z.string() }),
  z.strictObject({ do: z.literal("describe"), guild: z.string() }),
  z.strictObject({ do: z.literal("closeGateway"), code: z.int() }),
  ...TROUBLES,
]);

type Request = z.infer<typeof REQUEST>;
type Acts<D extends Request["do"] = Request["do"]> = ActsOf<Request, D>;
interface Place {
  readonly person?: string | undefined;
  readonly bot?: string | undefined;
  readonly channel?: string | undefined;
}

/** `POST /control` with `{ do, … }`: acts as a person, and reads what there is. Answers `{ ok, result }` or `{ ok, error }`. */
export class Control {
  readonly #discord: DiscordServer;
  readonly #people = new Map<string, Person>();
  readonly #acts: Acts;

  constructor(discord: DiscordServer) {
    this.#discord = discord;
    this.#acts = {
      ...this.#makings(),
      ...this.#deeds(),
      ...this.#presses(),
      ...this.#looks(),
      ...this.#troubles(),
      ...troublesOf(discord),
    };
  }

  serve(exchange: Exchange): Reply {
    return serveControl(REQUEST, this.#acts, exchange);
  }

  /** Who and what there is. */
  #makings(): Acts<"addBot" | "addPerson" | "addGuild" | "giveRole"> {
    const discord = this.#discord;
    return {
      addBot: (facts) => {
        const { id, token, username } = discord.addBot(defined(facts));
        return { id, token, username };
      },
      addPerson: (facts) => {
        const person = discord.addPerson(defined(facts));
        this.#people.set(person.id, person);
        return { id: person.id };
      },
      addGuild: ({ members, bots = [], channels, ...facts }) => {
        const guild = discord.addGuild({
          ...defined(facts),
          members: members.map((id) => this.#person(id)),
          bots: bots.map((username) => this.#bot(username)),
          ...(channels
            ? { channels: channels.map((each) => (typeof each === "string" ? each : defined(each))) }
            : {}),
        });
        const named = guild.rooms.map(({ name, id }) => [name, id]);
        return { id: guild.id, channels: Object.fromEntries(named) };
      },
      giveRole: ({ guild, person, role }) => discord.giveRole(this.#guild(guild), this.#person(person), role),
    };
  }

  /** What people write. */
  #deeds(): Acts<"open" | "say" | "edit" | "remove" | "react" | "upload" | "openThread" | "post" | "block"> {
    return {
      open: (request) => ({ channel: this.#room(request).id }),
      say: (request) => {
        const { text, replyTo } = request;
        const who = this.#person(request.person);
        if (replyTo === undefined) return idOf(who.say(this.#room(request), text));
        return idOf(who.reply(this.#post({ ...request, message: replyTo }), text));
      },
      edit: (request) => this.#person(request.person).edit(this.#post(request), request.text),
      remove: (request) => this.#person(request.person).remove(this.#post(request)),
      react: (request) => {
        const who = this.#person(request.person);
        if (request.isGone) who.unreact(this.#post(request), request.emoji);
        else who.react(this.#post(request), request.emoji);
      },
      upload: (request) => {
        const { name, base64, mimeType, text } = request;
        const bytes = bytesOf(base64);
        const file = defined({ name, bytes, mimeType });
        return idOf(this.#person(request.person).upload(this.#room(request), file, text));
      },
      openThread: (request) => {
        const { message, name } = request;
        const from = message === undefined ? this.#room(request) : this.#post({ ...request, message });
        return { channel: this.#person(request.person).openThread(from, name).id };
      },
      post: (request) => {
        const thread = this.#person(request.person).post(this.#room(request), request.name, request.text);
        return { channel: thread.id };
      },
      block: ({ person, bot, isBlocked = true }) => {
        const who = this.#person(person);
        if (isBlocked) who.block(this.#bot(bot));
        else who.unblock(this.#bot(bot));
      },
    };
  }

  /** What people press. */
  #presses(): Acts<"press" | "choose" | "slash"> {
    return {
      press: (request) => ({ id: this.#person(request.person).press(this.#post(request), request.label).id }),
      choose: (request) => ({
        id: this.#person(request.person).choose(this.#post(request), ...request.values).id,
      }),
      slash: ({ person, channel, bot = "", name, values }) => {
        const room = this.#room(channel === undefined ? { person, bot } : { channel });
        return { id: this.#person(person).slash(room, this.#bot(bot), name, values).id };
      },
    };
  }

  #looks(): Acts<"transcript" | "messages" | "interactions" | "sessions" | "calls"> {
    const discord = this.#discord;
    return {
      transcript: ({ person, bot, channel, isLive, hasMarks }) => {
        const as = person === undefined ? undefined : this.#person(person);
        return discord.transcript(this.#room({ person, bot, channel }), defined({ as, isLive, hasMarks }));
      },
      messages: (place) => this.#room(place).readable.map(({ message }) => message),
      interactions: () =>
        discord.world.interactions.map(({ id, name, answeredWith, isEphemeral, isThinking }) => ({
          id,
          name,
          answeredWith,
          isEphemeral,
          isThinking,
        })),
      sessions: () =>
        discord.gateway.sessions.map(({ id, bot, isConnected, intents, sequence }) => ({
          id,
          bot: bot.username,
          isConnected,
          intents,
          sequence,
        })),
      calls: (filter) => discord.calls.of(defined(filter)),
    };
  }

  #troubles(): Acts<"enforceRates" | "outage" | "describeLate" | "describe" | "closeGateway"> {
    const discord = this.#discord;
    return {
      enforceRates: () => discord.enforceRates(),
      outage: ({ ms, keepSessions }) => discord.outage(ms, defined({ keepSessions })),
      describeLate: ({ guild }) => discord.describeLate(this.#guild(guild)),
      describe: ({ guild }) => discord.describe(this.#guild(guild)),
      closeGateway: ({ code }) => discord.gateway.close(code),
    };
  }

  #person(id: string): Person {
    const person = this.#people.get(id);
    if (!person) throw new Error(`nobody has the id ${id}`);
    return person;
  }

  #bot(username: string) {
    const bot = this.#discord.world.bots.find((each) => each.username === username);
    if (!bot) throw new Error(`no bot is called ${username}`);
    return bot;
  }

  #guild(id: string): Guild {
    const guild = this.#discord.world.guild(id);
    if (!guild) throw new Error(`there is no server ${id}`);
    return guild;
  }

  #room({ person, bot, channel }: Place): Room {
    if (channel === undefined && person !== undefined && bot !== undefined)
      return this.#person(person).dm(this.#bot(bot));
    const room = this.#discord.world.room(channel ?? "");
    if (!room) throw new Error("name a channel, or a person and a bot");
    return room;
  }

  #post(request: Place & { readonly message: string }): Post {
    const post = this.#room(request).find(request.message);
    if (!post) throw new Error(`there is no message ${request.message}`);
    return post;
  }
}

function idOf({ message }: Post): { message: string } {
  return { message: message.id };
}
