import { z } from "zod";
import { defined } from "../common/defined.ts";
import { type Acts as ActsOf, bytesOf, serveControl, TROUBLES, troublesOf } from "../common/control.ts";
import type { Exchange, Reply } from "../common/http-server.ts";
import type { Person } from "./person.ts";
import type { Post, Room } from "./room.ts";
import type { TelegramServer } from "./server.ts";

const KIND = z.enum(["photo", "document", "audio", "voice", "video", "video_note", "animation", "sticker"]);
const CHAT = { person: z.int(), bot: z.string().optional(), chat: z.int().optional() };
const MESSAGE = { ...CHAT, message: z.int() };
const THREAD = { thread: z.int().optional() };

/** What a test in another process may ask for. A chat is the person's own with `bot`, or the group `chat`. */
const REQUEST = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("addBot"),
    username: z.string(),
    name: z.string().optional(),
    privacyMode: z.boolean().optional(),
    hasTopics: z.boolean().optional(),
  }),
  z.strictObject({
    do: z.literal("addPerson"),
    firstName: z.string(),
    username: z.string().optional(),
    language: z.string().optional(),
    id: z.int().optional(),
  }),
  z.strictObject({
    do: z.literal("addGroup"),
    title: z.string(),
    kind: z.enum(["group", "supergroup"]).optional(),
    isForum: z.boolean().optional(),
    members: z.array(z.int()),
    bots: z.array(z.string()).optional(),
  }),
  z.strictObject({ do: z.literal("open"), ...CHAT }),
  z.strictObject({ do: z.literal("say"), ...CHAT, ...THREAD, text: z.string(), replyTo: z.int().optional() }),
  z.strictObject({ do: z.literal("edit"), ...MESSAGE, text: z.string() }),
  z.strictObject({ do: z.literal("react"), ...MESSAGE, emoji: z.array(z.string()) }),
  z.strictObject({ do: z.literal("press"), ...MESSAGE, label: z.string() }),
  z.strictObject({
    do: z.literal("upload"),
    ...CHAT,
    kind: KIND,
    name: z.string().optional(),
    base64: z.string().optional(),
    caption: z.string().optional(),
  }),
  z.strictObject({ do: z.literal("stop"), ...CHAT }),
  z.strictObject({
    do: z.literal("block"),
    person: z.int(),
    bot: z.string(),
    isBlocked: z.boolean().optional(),
  }),
  z.strictObject({
    do: z.literal("transcript"),
    ...CHAT,
    ...THREAD,
    isLive: z.boolean().optional(),
    hasMarks: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("messages"), ...CHAT }),
  z.strictObject({ do: z.literal("calls"), method: z.string().optional(), chat: z.int().optional() }),
  z.strictObject({ do: z.literal("texts") }),
  ...TROUBLES,
]);

type Request = z.infer<typeof REQUEST>;
type Acts<D extends Request["do"] = Request["do"]> = ActsOf<Request, D>;

/** `POST /control` with `{ do, … }`: acts as a person, and reads what there is. Answers `{ ok, result }` or `{ ok, error }`. */
export class Control {
  readonly #telegram: TelegramServer;
  readonly #people = new Map<number, Person>();
  readonly #acts: Acts;

  constructor(telegram: TelegramServer) {
    this.#telegram = telegram;
    this.#acts = this.#makeActs();
  }

  serve(exchange: Exchange): Reply {
    return serveControl(REQUEST, this.#acts, exchange);
  }

  #makeActs(): Acts {
    const telegram = this.#telegram;
    return {
      addBot: (facts) => {
        const { id, token, username } = telegram.addBot(defined(facts));
        return { id, token, username };
      },
      addPerson: (facts) => {
        const person = telegram.addPerson(defined(facts));
        this.#people.set(person.id, person);
        return { id: person.id };
      },
      addGroup: ({ members, bots = [], ...facts }) => {
        const people = members.map((id) => this.#person(id));
        const own = bots.map((username) => this.#bot(username));
        return { id: telegram.addGroup({ ...defined(facts), members: people, bots: own }).id };
      },
      ...this.#deeds(),
      ...troublesOf(telegram),
      transcript: ({ person, bot, chat, ...options }) =>
        telegram.transcript(this.#room({ person, bot, chat }), defined(options)),
      messages: (request) =>
        this.#room(request)
          .posts.filter(({ isDeleted }) => !isDeleted)
          .map(({ message }) => message),
      calls: (filter) => telegram.calls.of(defined(filter)),
      texts: () => telegram.world.texts,
    };
  }

  /** What people do. */
  #deeds(): Acts<"open" | "say" | "edit" | "react" | "press" | "upload" | "stop" | "block"> {
    return {
      open: (request) => ({ chat: this.#room(request).id }),
      say: (request) => {
        const { text, thread, replyTo } = request;
        const answered = replyTo === undefined ? undefined : this.#post({ ...request, message: replyTo });
        const options = { thread, replyTo: answered };
        return idOf(this.#person(request.person).say(this.#room(request), text, options));
      },
      edit: (request) => this.#person(request.person).edit(this.#post(request), request.text),
      react: (request) => this.#person(request.person).react(this.#post(request), ...request.emoji),
      press: (request) => this.#person(request.person).press(this.#post(request), request.label),
      upload: (request) => {
        const { kind, name, base64, caption } = request;
        const bytes = bytesOf(base64);
        const file = defined({ name, bytes });
        return idOf(
          this.#person(request.person).upload(this.#room(request), kind, file, defined({ caption })),
        );
      },
      stop: (request) => this.#person(request.person).stop(this.#room(request)),
      block: ({ person, bot, isBlocked = true }) => {
        const who = this.#person(person);
        if (isBlocked) who.block(this.#bot(bot));
        else who.unblock(this.#bot(bot));
      },
    };
  }

  #person(id: number): Person {
    const person = this.#people.get(id);
    if (!person) throw new Error(`nobody has the id ${id}`);
    return person;
  }

  #bot(username: string) {
    const bot = this.#telegram.world.bots.find((each) => each.username === username);
    if (!bot) throw new Error(`no bot is called ${username}`);
    return bot;
  }

  #room({
    person,
    bot,
    chat,
  }: {
    person: number;
    bot?: string | undefined;
    chat?: number | undefined;
  }): Room {
    if (bot !== undefined) return this.#person(person).dm(this.#bot(bot));
    const room = this.#telegram.world.rooms.find(({ id, kind }) => id === chat && kind !== "private");
    if (!room) throw new Error("name a bot, or the chat of a group");
    return room;
  }

  #post(request: {
    person: number;
    bot?: string | undefined;
    chat?: number | undefined;
    message: number;
  }): Post {
    const post = this.#room(request).find(request.message);
    if (!post) throw new Error(`there is no message ${request.message}`);
    return post;
  }
}

function idOf({ message }: Post): { message: number } {
  return { message: message.message_id };
}
