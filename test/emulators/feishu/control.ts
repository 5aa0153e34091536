import { z } from "zod";
import { type Acts as ActsOf, bytesOf, serveControl, TROUBLES, troublesOf } from "../common/control.ts";
import { defined } from "../common/defined.ts";
import type { Exchange, Reply } from "../common/http-server.ts";
import type { AppAccount } from "./app-account.ts";
import type { Named, Person } from "./person.ts";
import type { Post, Room } from "./room.ts";
import type { FeishuServer } from "./server.ts";

const WHO = { person: z.string() };
/** The chat of the person with the bot of an app, or the group `chat`. */
const CHAT = { ...WHO, app: z.string().optional(), chat: z.string().optional() };
const MESSAGE = { ...WHO, message: z.string() };

/** What a test in another process may ask for. People are called by their names, apps and chats by their ids. */
const REQUEST = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("addApp"),
    name: z.string(),
    appId: z.string().optional(),
    appSecret: z.string().optional(),
    scopes: z.array(z.string()).optional(),
    subscriptions: z.array(z.string()).optional(),
    webhook: z
      .strictObject({
        url: z.string(),
        encryptKey: z.string().optional(),
        verificationToken: z.string().optional(),
      })
      .optional(),
  }),
  z.strictObject({ do: z.literal("addPerson"), name: z.string() }),
  z.strictObject({
    do: z.literal("addGroup"),
    name: z.string(),
    members: z.array(z.string()),
    apps: z.array(z.string()).optional(),
    isTopicGroup: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("open"), ...CHAT }),
  z.strictObject({
    do: z.literal("say"),
    ...CHAT,
    text: z.string(),
    /** Ids of apps, names of people, or `all`. */
    mention: z.array(z.string()).optional(),
    replyTo: z.string().optional(),
    isInThread: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("edit"), ...MESSAGE, text: z.string() }),
  z.strictObject({ do: z.literal("recall"), ...MESSAGE }),
  z.strictObject({ do: z.literal("react"), ...MESSAGE, emoji: z.string() }),
  z.strictObject({ do: z.literal("unreact"), ...MESSAGE, emoji: z.string() }),
  z.strictObject({ do: z.literal("press"), ...MESSAGE, label: z.string() }),
  z.strictObject({ do: z.literal("pressed"), token: z.string() }),
  z.strictObject({
    do: z.literal("upload"),
    ...CHAT,
    kind: z.enum(["image", "file", "audio", "media"]),
    name: z.string().optional(),
    base64: z.string().optional(),
  }),
  z.strictObject({
    do: z.literal("transcript"),
    ...CHAT,
    thread: z.string().optional(),
    hasMarks: z.boolean().optional(),
    isLive: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("messages"), ...CHAT }),
  z.strictObject({ do: z.literal("connections"), app: z.string() }),
  z.strictObject({ do: z.literal("killConnections"), app: z.string() }),
  z.strictObject({
    do: z.literal("setClientConfig"),
    pingS: z.number().optional(),
    reconnectS: z.number().optional(),
    nonceS: z.number().optional(),
  }),
  z.strictObject({ do: z.literal("pending"), app: z.string() }),
  z.strictObject({ do: z.literal("calls"), method: z.string().optional(), chat: z.string().optional() }),
  ...TROUBLES,
]);

type Request = z.infer<typeof REQUEST>;
type Acts<D extends Request["do"] = Request["do"]> = ActsOf<Request, D>;
type Place = {
  readonly person: string;
  readonly app?: string | undefined;
  readonly chat?: string | undefined;
};

/** `POST /control` with `{ do, … }`: acts as a person, and reads what there is. Answers `{ ok, result }` or `{ ok, error }`. */
export class Control {
  readonly #feishu: FeishuServer;
  readonly #people = new Map<string, Person>();
  readonly #acts: Acts;

  constructor(feishu: FeishuServer) {
    this.#feishu = feishu;
    this.#acts = {
      ...this.#additions(),
      ...this.#deeds(),
      ...this.#views(),
      ...this.#levers(),
      ...troublesOf(feishu),
    };
  }

  serve(exchange: Exchange): Reply {
    return serveControl(REQUEST, this.#acts, exchange);
  }

  #additions(): Acts<"addApp" | "addPerson" | "addGroup" | "open"> {
    return {
      addApp: ({ webhook, ...facts }) => {
        const app = this.#feishu.addApp({
          ...defined(facts),
          ...(webhook ? { webhook: defined(webhook) } : {}),
        });
        const { appId, appSecret, openId } = app;
        return { appId, appSecret, openId };
      },
      addPerson: ({ name }) => {
        this.#people.set(name, this.#feishu.addPerson({ name }));
        return true;
      },
      addGroup: ({ name, members, apps = [], isTopicGroup = false }) => {
        const people = members.map((each) => this.#person(each));
        const own = apps.map((id) => this.#app(id));
        return { chat: this.#feishu.addGroup({ name, members: people, apps: own, isTopicGroup }).id };
      },
      open: (request) => {
        const person = this.#person(request.person);
        const openId = request.app === undefined ? undefined : person.openIdIn(this.#app(request.app));
        return { chat: this.#room(request).id, openId };
      },
    };
  }

  /** What people do. */
  #deeds(): Acts<"say" | "edit" | "recall" | "react" | "unreact" | "press" | "upload"> {
    return {
      say: (request) => {
        const { text, mention = [], replyTo, isInThread } = request;
        const person = this.#person(request.person);
        const options = {
          isInThread,
          replyTo: replyTo === undefined ? undefined : this.#post(replyTo),
        };
        const room = this.#room(request);
        const named = mention.map((each) => this.#named(each));
        return idOf(
          named.length > 0 ? person.mention(room, named, text, options) : person.say(room, text, options),
        );
      },
      edit: ({ person, message, text }) => this.#person(person).edit(this.#post(message), text),
      recall: ({ person, message }) => this.#person(person).recall(this.#post(message)),
      react: ({ person, message, emoji }) => this.#person(person).react(this.#post(message), emoji),
      unreact: ({ person, message, emoji }) => this.#person(person).unreact(this.#post(message), emoji),
      press: ({ person, message, label }) => {
        const { token } = this.#person(person).press(this.#post(message), label);
        return { token };
      },
      upload: (request) => {
        const { person, kind, name, base64 } = request;
        const bytes = bytesOf(base64);
        return idOf(this.#person(person).upload(this.#room(request), kind, defined({ name, bytes })));
      },
    };
  }

  /** What there is to see. */
  #views(): Acts<"transcript" | "messages" | "pressed" | "connections" | "pending" | "calls"> {
    const feishu = this.#feishu;
    return {
      transcript: ({ person, app, chat, ...options }) =>
        feishu.transcript(this.#room({ person, app, chat }), defined(options)),
      messages: (request) =>
        this.#room(request)
          .posts.filter(({ recalled }) => !recalled)
          .map(({ id, from, msgType, content, threadId }) => ({
            id,
            from: from.name,
            msgType,
            content,
            threadId,
          })),
      pressed: ({ token }) => {
        const press = feishu.world.presses.get(token);
        return { state: press?.state, toast: press?.toast };
      },
      connections: ({ app }) => feishu.connections.readyOf(this.#app(app)).length,
      pending: ({ app }) => feishu.pendingOf(this.#app(app)).map(({ type }) => type),
      calls: (filter) => feishu.calls.of(defined(filter)),
    };
  }

  /** How connections are. */
  #levers(): Acts<"killConnections" | "setClientConfig"> {
    const feishu = this.#feishu;
    return {
      killConnections: ({ app }) => {
        for (const connection of feishu.connections.of(this.#app(app))) connection.kill();
      },
      setClientConfig: ({ pingS, reconnectS, nonceS }) => {
        const { config } = feishu.connections;
        config.PingInterval = pingS ?? config.PingInterval;
        config.ReconnectInterval = reconnectS ?? config.ReconnectInterval;
        config.ReconnectNonce = nonceS ?? config.ReconnectNonce;
      },
    };
  }

  #person(name: string): Person {
    const person = this.#people.get(name);
    if (!person) throw new Error(`nobody is called ${name}`);
    return person;
  }

  #app(id: string): AppAccount {
    const app = this.#feishu.world.apps.find(({ appId }) => appId === id);
    if (!app) throw new Error(`there is no app ${id}`);
    return app;
  }

  #named(who: string): Named {
    if (who === "all") return who;
    return who.startsWith("cli_") ? this.#app(who) : this.#person(who);
  }

  #room({ person, app, chat }: Place): Room {
    if (app !== undefined) return this.#person(person).dm(this.#app(app));
    const room = this.#feishu.world.rooms.find(({ id }) => id === chat);
    if (!room) throw new Error("name an app, or the chat of a group");
    return room;
  }

  #post(id: string): Post {
    const post = this.#feishu.world.findPost(id);
    if (!post) throw new Error(`there is no message ${id}`);
    return post;
  }
}

function idOf({ id, threadId }: Post): { message: string; thread: string | undefined } {
  return { message: id, thread: threadId };
}
