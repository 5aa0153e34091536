import { systemClock, type Clock } from "../../../src/lib/clock.ts";
import { CallLog } from "../common/call-log.ts";
import { FaultScript, UPDATE_FAULTS, type Fault } from "../common/faults.ts";
import { HttpServer, type Errand, type Exchange, type Platform, type Reply } from "../common/http-server.ts";
import { untilFound } from "../common/until-found.ts";
import { BotApi, parsePath } from "./bot-api.ts";
import type { BotAccount, BotOptions } from "./bot-account.ts";
import { Control } from "./control.ts";
import { methodNamed } from "./read-args.ts";
import { Person } from "./person.ts";
import { Rates } from "./rates.ts";
import type { Room } from "./room.ts";
import { transcriptOf, type TranscriptOptions } from "./transcript.ts";
import { WebhookSender, type AnswerTo } from "./webhook-sender.ts";
import { World } from "./world.ts";

export interface TelegramOptions {
  readonly clock?: Clock;
  /** The port to take; any that is free by default. */
  readonly port?: number;
}

export interface PersonFacts {
  readonly id?: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly language?: string;
}

export interface GroupFacts {
  readonly title: string;
  readonly members: readonly Person[];
  readonly bots?: readonly BotAccount[];
  readonly kind?: "group" | "supergroup";
  readonly username?: string;
  readonly isForum?: boolean;
}

const CONTROL = "/control";

/** A running stand-in for the Bot API and for the people who use it. */
export class TelegramServer implements AsyncDisposable {
  readonly world: World;
  readonly faults: FaultScript;
  readonly calls = new CallLog();
  readonly clock: Clock;
  readonly #http: HttpServer;
  readonly #api: BotApi;
  readonly #control: Control;
  readonly #senders: WebhookSender[] = [];
  readonly #stopped = new AbortController();
  #url = "";

  constructor(clock: Clock) {
    this.clock = clock;
    this.world = new World(clock);
    this.faults = new FaultScript(clock);
    this.#api = new BotApi(this.world);
    this.#control = new Control(this);
    this.world.faultOf = (kind, room) => {
      const subject = { method: kind, path: "update", chat: String(room.id) };
      return this.faults.take(subject, UPDATE_FAULTS);
    };
    const platform: Platform = {
      subjectOf: (url) => subjectOf(url),
      read: (exchange) => this.#read(exchange),
      refusal: (fault: Extract<Fault, { kind: "429" | "5xx" }>): Reply => this.#api.refusal(fault),
      isAside: ({ pathname }) => pathname.startsWith(CONTROL),
    };
    const onCall = () => this.world.changed();
    this.#http = new HttpServer({ platform, faults: this.faults, calls: this.calls, clock, onCall });
  }

  /** What bots take as the root of the API: no slash at its end. */
  get url(): string {
    return this.#url;
  }

  async listen(port = 0): Promise<this> {
    this.#url = await this.#http.listen(port);
    return this;
  }

  addBot(options: BotOptions): BotAccount {
    const bot = this.world.addBot(options);
    const answer: AnswerTo = (by, fields) => void this.#api.answerUpdate(by, fields, this.#stopped.signal);
    this.#senders.push(new WebhookSender(bot, { clock: this.clock, faults: this.faults, answer }));
    return bot;
  }

  addPerson({ id, firstName, lastName, username, language }: PersonFacts): Person {
    const user = this.world.addUser({
      first_name: firstName,
      ...(id === undefined ? {} : { id }),
      ...(lastName === undefined ? {} : { last_name: lastName }),
      ...(username === undefined ? {} : { username }),
      ...(language === undefined ? {} : { language_code: language }),
    });
    return new Person(this.world, user);
  }

  /** A group with these people and bots in it; the first person owns it. Nobody was told that they came. */
  addGroup({ title, members, bots = [], kind = "supergroup", ...rest }: GroupFacts): Room {
    const room = this.world.addGroup({ title, kind, ...rest });
    for (const { user } of members) {
      const standing = user === members[0]?.user ? "creator" : "member";
      room.members.set(user.id, { user, standing });
    }
    for (const bot of bots) {
      room.bots.set(bot.id, bot);
      room.members.set(bot.id, { user: bot.asUser(), standing: "member" });
    }
    return room;
  }

  /** From now on calls that come faster than Telegram takes them are refused. */
  enforceRates(): void {
    this.#api.rates = new Rates(this.clock);
  }

  /** What a person sees in a chat; see `transcriptOf`. */
  transcript(room: Room, options?: TranscriptOptions): string[] {
    return transcriptOf(room, this.clock.now(), options);
  }

  /** Resolves to what `find` finds as soon as it finds something; looks again after each change, and now and then. */
  until<T>(find: () => T | undefined | false, what = "what was waited for"): Promise<T> {
    const onChange = (listener: () => void) => this.world.onChange(listener);
    return untilFound(find, what, { onChange, everything: () => this.#everything() });
  }

  /** Resolves once the transcript of a chat is what is wanted. */
  async untilTranscript(room: Room, lines: readonly string[]): Promise<void> {
    await this.until(() => Bun.deepEquals(this.transcript(room), lines), `[${lines.join(" | ")}]`);
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    for (const sender of this.#senders) sender.stop();
    await this.#http.close();
  }

  /** Closes the server; throws if a bot asked for what the API does not have. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    if (this.world.complaints.length > 0)
      throw new Error(`asked in vain: ${this.world.complaints.join("; ")}`);
  }

  async #read(exchange: Exchange): Promise<Errand> {
    if (!exchange.url.pathname.startsWith(CONTROL)) return this.#api.read(exchange);
    const nothing = { method: "control", path: CONTROL, chat: undefined, by: undefined, params: {} };
    return { ...nothing, serve: async () => this.#control.serve(exchange) };
  }

  #everything(): string {
    const chats = this.world.rooms.map(
      (room) => `${room.title}:\n  ${this.transcript(room, { isLive: true }).join("\n  ")}`,
    );
    const calls = this.calls.all
      .slice(-12)
      .map(({ method, status, fault }) => `${method} ${status} ${fault ?? ""}`);
    return [...chats, `last calls:\n  ${calls.join("\n  ")}`].join("\n");
  }
}

export async function startTelegram(options: TelegramOptions = {}): Promise<TelegramServer> {
  return new TelegramServer(options.clock ?? systemClock).listen(options.port);
}

function subjectOf(url: URL): { method: string; path: string; chat: string | undefined } {
  const path = parsePath(url.pathname);
  const method = path?.isFile ? "download" : (methodNamed(path?.rest ?? "") ?? url.pathname);
  return { method, path: url.pathname, chat: undefined };
}
