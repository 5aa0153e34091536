import type { Clock } from "../../../src/lib/clock.ts";
import { UPDATE_FAULTS, type Fault, type FaultScript } from "../common/faults.ts";
import type { AppAccount } from "./app-account.ts";
import { TENANT_KEY } from "./events.ts";
import type { Happening, World } from "./world.ts";

/** What became of a request of the platform's: taken, with the answer that came, or not. */
export type Outcome = { readonly isTaken: true; readonly answer: unknown } | { readonly isTaken: false };

/** How a body gets to an app: over the long connection, or to its request address. */
export interface Transport {
  push(app: AppAccount, body: object, kind: "event" | "card"): Promise<Outcome>;
}

/** An event on its way to an app. */
export interface Push {
  readonly app: AppAccount;
  readonly type: string;
  readonly body: { readonly header: { readonly event_id: string } } & object;
  readonly chat: string | undefined;
  /** When it was sent, each time. */
  readonly atMs: number[];
  state: "waiting" | "taken" | "given up";
}

/** An event that is not taken comes again, each time later; after the last time it is given up. */
const PAUSES_MS = [15_000, 300_000, 3_600_000, 21_600_000];
const PUSH_FAULTS: ReadonlySet<Fault["kind"]> = new Set(["drop-before", "drop-after", "slow"]);

/** Sends events until they are taken: at least once, in no order that anybody could rely on. */
export class EventSender {
  /** Every event that was sent, in the order in which it happened. */
  readonly all: Push[] = [];
  readonly #world: World;
  readonly #clock: Clock;
  readonly #faults: FaultScript;
  readonly #transport: Transport;
  readonly #stop = new AbortController();
  /** Events that wait for another one to overtake them. */
  #overtaken: Push[] = [];

  constructor(parts: { world: World; faults: FaultScript; transport: Transport }) {
    this.#world = parts.world;
    this.#clock = parts.world.clock;
    this.#faults = parts.faults;
    this.#transport = parts.transport;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Events of an app that are not taken yet, and may still be. */
  pendingOf(app: AppAccount): Push[] {
    return this.all.filter((push) => push.app === app && push.state === "waiting");
  }

  send(happening: Happening): void {
    const push = this.#envelop(happening);
    const subject = { method: push.type, path: "event", chat: push.chat };
    const fault = this.#faults.take(subject, UPDATE_FAULTS);
    if (fault?.kind === "reorder") {
      this.#overtaken.push(push);
      return;
    }
    void this.#sendWith(push, fault, happening);
    const overtaken = this.#overtaken;
    this.#overtaken = [];
    for (const late of overtaken) void this.#deliver(late);
  }

  /** Sends something once and waits for its answer. */
  ask(
    app: AppAccount,
    subject: { readonly type: string; readonly chat: string },
    body: object,
    kind: "event" | "card",
  ): Promise<Outcome> {
    return this.#attempt(app, subject, body, kind);
  }

  /** The envelope of an event, version 2. */
  envelope(app: AppAccount, type: string, event: object): Push["body"] {
    return {
      schema: "2.0",
      header: {
        event_id: this.#world.ids.make("", 32),
        event_type: type,
        create_time: String(this.#clock.now()),
        token: app.verificationToken,
        app_id: app.appId,
        tenant_key: TENANT_KEY,
      },
      event,
    } as Push["body"];
  }

  #envelop({ app, type, event, room }: Happening): Push {
    const body = this.envelope(app, type, event);
    const push: Push = { app, type, body, chat: room?.id, atMs: [], state: "waiting" };
    this.all.push(push);
    return push;
  }

  async #sendWith(push: Push, fault: Fault | undefined, happening: Happening): Promise<void> {
    if (fault?.kind === "delay") await this.#clock.sleep(fault.ms, this.#stop.signal);
    await this.#deliver(push);
    if (fault?.kind !== "duplicate" || this.#stop.signal.aborted) return;
    // A message may come a second time under another event; everything else keeps its event id.
    if (push.type === "im.message.receive_v1") await this.#deliver(this.#envelop(happening));
    else await this.#deliver({ ...push, atMs: [] });
  }

  async #deliver(push: Push): Promise<void> {
    for (const pauseMs of [...PAUSES_MS, undefined]) {
      if (this.#stop.signal.aborted) return;
      push.atMs.push(this.#clock.now());
      const { isTaken } = await this.#attempt(push.app, push, push.body, "event");
      if (isTaken || pauseMs === undefined) push.state = isTaken ? "taken" : "given up";
      this.#world.changed();
      if (push.state !== "waiting" || pauseMs === undefined) return;
      await this.#clock.sleep(pauseMs, this.#stop.signal);
    }
  }

  async #attempt(
    app: AppAccount,
    { type, chat }: { readonly type: string; readonly chat: string | undefined },
    body: object,
    kind: "event" | "card",
  ): Promise<Outcome> {
    const fault = this.#faults.take({ method: "push", path: type, chat }, PUSH_FAULTS);
    if (fault?.kind === "slow") await this.#clock.sleep(fault.ms, this.#stop.signal);
    if (fault?.kind === "drop-before") return { isTaken: false };
    const outcome = await this.#transport.push(app, body, kind);
    return fault?.kind === "drop-after" ? { isTaken: false } : outcome;
  }
}
