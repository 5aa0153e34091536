import { systemClock, type Clock } from "../../../src/lib/clock.ts";
import { CallLog } from "../common/call-log.ts";
import { FaultScript } from "../common/faults.ts";
import { HttpServer, type Errand, type Exchange, type Platform } from "../common/http-server.ts";
import { until, type Watched } from "../common/until.ts";
import type { AppAccount, AppOptions } from "./app-account.ts";
import { Control } from "./control.ts";
import { EventSender, type Push, type Transport } from "./event-sender.ts";
import { LongConnections } from "./long-connection.ts";
import { OpenApi } from "./open-api.ts";
import { Person } from "./person.ts";
import { PressSender } from "./press-sender.ts";
import { Rates } from "./rates.ts";
import type { Room } from "./room.ts";
import { transcriptOf, type TranscriptOptions } from "./transcript.ts";
import type { UserFacts } from "./user.ts";
import { WebhookSender } from "./webhook-sender.ts";
import { World } from "./world.ts";

export interface FeishuOptions {
  readonly clock?: Clock;
  /** The port to take; any that is free by default. */
  readonly port?: number;
}

export interface GroupFacts {
  readonly name: string;
  /** The first one owns it. */
  readonly members: readonly Person[];
  readonly apps?: readonly AppAccount[];
  readonly isTopicGroup?: boolean;
}

const CONTROL = "/control";

/** A running stand-in for the Open Platform and for the people who use it. */
export class FeishuServer implements AsyncDisposable, Watched {
  readonly world: World;
  readonly faults: FaultScript;
  readonly calls = new CallLog();
  readonly clock: Clock;
  readonly connections: LongConnections;
  readonly webhooks: WebhookSender;
  readonly #http: HttpServer;
  readonly #api: OpenApi;
  readonly #events: EventSender;
  readonly #presses: PressSender;
  readonly #control: Control;
  #url = "";

  constructor(clock: Clock) {
    this.clock = clock;
    this.world = new World(clock);
    this.faults = new FaultScript(clock);
    this.connections = new LongConnections(this.world);
    this.webhooks = new WebhookSender(this.world);
    const transport: Transport = {
      push: (app, body, kind) => (app.webhook ? this.webhooks : this.connections).push(app, body, kind),
    };
    this.#events = new EventSender({ world: this.world, faults: this.faults, transport });
    this.#presses = new PressSender(this.world, this.#events);
    this.world.send = (happening) => this.#events.send(happening);
    this.#api = new OpenApi(this.world, this.connections);
    this.#control = new Control(this);
    const platform: Platform = {
      subjectOf: ({ pathname }) => ({
        method: this.#api.nameOf(undefined, pathname),
        path: pathname,
        chat: undefined,
      }),
      read: (exchange) => this.#read(exchange),
      refusal: (fault) => this.#api.refusal(fault),
      isAside: ({ pathname }) => pathname.startsWith(CONTROL),
    };
    const onCall = () => this.world.changed();
    this.#http = new HttpServer({ platform, faults: this.faults, calls: this.calls, clock, onCall });
  }

  /** What clients take as their `domain`: no slash at its end. */
  get url(): string {
    return this.#url;
  }

  /** Every event that was sent, in the order in which it happened. */
  get pushes(): readonly Push[] {
    return this.#events.all;
  }

  async listen(port = 0): Promise<this> {
    this.connections.listen();
    this.#url = await this.#http.listen(port);
    return this;
  }

  addApp(options: AppOptions): AppAccount {
    return this.world.addApp(options);
  }

  addPerson(facts: UserFacts): Person {
    return new Person(this.world, this.#presses, this.world.addUser(facts));
  }

  /** A group with these people and bots in it. Nobody was told that they came. */
  addGroup({ members, apps = [], ...facts }: GroupFacts): Room {
    const room = this.world.addGroup(facts);
    room.owner = members[0]?.user;
    for (const { user } of members) room.members.add(user);
    for (const app of apps) room.members.add(app);
    return room;
  }

  /** Events of an app that it has not taken yet. */
  pendingOf(app: AppAccount): readonly Push[] {
    return this.#events.pendingOf(app);
  }

  /** From now on calls that come faster than the platform takes them are refused; `status` is how it says so. */
  enforceRates(status: 429 | 400 = 429): void {
    this.#api.rates = new Rates(this.clock, status);
  }

  /** What a person sees in a chat; see `transcriptOf`. */
  transcript(room: Room, options?: TranscriptOptions): string[] {
    return transcriptOf(this.world, room, options);
  }

  until<T>(find: () => T | undefined | false, what?: string): Promise<T> {
    return until(this, find, what);
  }

  /** Resolves once the transcript of a chat is what is wanted. */
  async untilTranscript(room: Room, lines: readonly string[], options?: TranscriptOptions): Promise<void> {
    await this.until(() => Bun.deepEquals(this.transcript(room, options), lines), `[${lines.join(" | ")}]`);
  }

  /** Resolves once an app has that many long connections that have pinged: before that a client may not listen yet. */
  async untilConnected(app: AppAccount, count = 1): Promise<void> {
    await this.until(
      () => this.connections.readyOf(app).length === count,
      `${count} connections of ${app.name}`,
    );
  }

  onChange(listener: () => void): () => void {
    return this.world.onChange(listener);
  }

  async close(): Promise<void> {
    this.#events.stop();
    this.webhooks.stop();
    await this.connections.close();
    await this.#http.close();
  }

  /** Closes the server; throws if an app asked for or answered what the platform does not know. */
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

  describe(): string {
    const chats = this.world.rooms.map((room) => {
      const lines = this.transcript(room, { isLive: true, hasMarks: true });
      return `${room.name}:\n  ${lines.join("\n  ")}`;
    });
    const calls = this.calls.all
      .slice(-12)
      .map(({ method, status, fault }) => `${method} ${status} ${fault ?? ""}`);
    const pushes = this.pushes.slice(-8).map(({ type, state, atMs }) => `${type} ${state} (${atMs.length})`);
    const withheld = this.world.withheld.slice(-4).map(({ type, why }) => `${type}: ${why}`);
    return [
      ...chats,
      `last calls:\n  ${calls.join("\n  ")}`,
      `last events:\n  ${pushes.join("\n  ")}`,
      `withheld:\n  ${withheld.join("\n  ")}`,
    ].join("\n");
  }
}

export async function startFeishu(options: FeishuOptions = {}): Promise<FeishuServer> {
  return new FeishuServer(options.clock ?? systemClock).listen(options.port);
}
