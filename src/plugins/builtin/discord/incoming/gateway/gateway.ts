import { Reconnect, type ReconnectParts, type ReconnectWords } from "../../../../reconnect.ts";
import type { DiscordCalls } from "../discord-calls.ts";
import { type Ending, GatewayClosed, keepsSession } from "./closes.ts";
import { GatewayConnection } from "./connection.ts";
import { type Dispatch, opcodes, type Packet, type Session } from "./packets.ts";

export interface GatewayParts extends ReconnectParts {
  readonly calls: Pick<DiscordCalls, "gatewayBot">;
  readonly words: ReconnectWords;
  readonly token: string;
  readonly intents: number;
  /** The way out to an address; undefined where it is reached directly. */
  readonly proxyFor: (url: string) => string | undefined;
  /** Told of each event in order, the READY of a new session among them; not of RESUMED. */
  readonly onDispatch: (event: Dispatch) => void;
}

const METHOD = "the gateway";
const VERSION = 10;
/** Discord takes one IDENTIFY of a bot in this time. */
const IDENTIFY_EVERY_MS = 5000;
/** It takes a thousand a day as well: where one session after the other does not last, they begin this far apart at most. */
const IDENTIFY_MOST_MS = 300_000;
/** A session has lasted that went on for so long. */
const LASTED_MS = 60_000;
/** A line that Discord wants anew sooner is one that failed. */
const HELD_MS = 5000;
/** How long Discord asks to wait after it has refused a session, at least and at most. */
const REFUSED_LEAST_MS = 1000;
const REFUSED_MOST_MS = 5000;
/** A session that could not be gone on with for so long is given up: another server may be reached. */
const RESUMED_WITHIN_MS = 90_000;

/**
 * The line to Discord's gateway until `signal` aborts, or until Discord forbids it. A session goes on after a
 * connection that broke off; what happened between two sessions is told by nobody, and is fetched elsewhere.
 *
 * It speaks the gateway's protocol itself. `@discordjs/ws`, which discord.js does this with, tries again every half
 * second without ever slowing down, waits for the goodbye of a peer that is dead, knows no proxy under Bun, and keeps
 * its own time; discord.js's client adds a cache of everything to it.
 */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #reconnect: Reconnect;
  #session: Session | undefined;
  #identifiedAtMs = Number.NEGATIVE_INFINITY;
  /** Since when there has been no line; undefined while there is one. */
  #brokenAtMs: number | undefined;
  /** When the line that there is, or was last, began to bring what happens; undefined where it never did. */
  #takenInAtMs: number | undefined;
  /** Whether a session was asked for whose end is not noted yet. */
  #hasIdentified = false;
  /** So many sessions in a row did not last. */
  #shortSessions = 0;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#reconnect = new Reconnect(parts, parts.words);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const url = this.#session?.resumeUrl ?? (await this.#newUrl(signal));
      if (url === undefined) return;
      const ending = await this.#connect(url, signal);
      if (!(await this.#after(ending, signal))) return;
    }
  }

  /** Where a new session may begin, once it may. Undefined where it never may, or when the gateway stops. */
  async #newUrl(signal: AbortSignal): Promise<string | undefined> {
    const { calls, clock, connection, log } = this.#parts;
    while (!signal.aborted) {
      try {
        const { url, session_start_limit: limit } = await calls.gatewayBot(signal);
        if (limit.remaining > 0) {
          await clock.sleep(
            Math.max(0, this.#identifiedAtMs + this.#identifyEveryMs() - clock.now()),
            signal,
          );
          return signal.aborted ? undefined : url;
        }
        const until = new Date(clock.now() + limit.reset_after).toISOString();
        const why = `Discord takes no more connections of this bot before ${until}; it was started too often.`;
        connection.becomes("connecting", why);
        log.error({}, why);
        await clock.sleep(limit.reset_after, signal);
      } catch (error) {
        if (signal.aborted || !(await this.#reconnect.failed(error, METHOD, signal))) return undefined;
      }
    }
    return undefined;
  }

  async #connect(base: string, signal: AbortSignal): Promise<Ending> {
    const { clock, proxyFor } = this.#parts;
    const url = addressOf(base);
    this.#takenInAtMs = undefined;
    const connection: GatewayConnection = new GatewayConnection({
      url,
      proxy: proxyFor(url),
      clock,
      greeting: () => this.#greeting(),
      sequence: () => this.#session?.sequence ?? null,
      onEvent: (packet) => this.#take(packet, connection),
    });
    return connection.run(signal);
  }

  #greeting(): object {
    const { clock, token, intents } = this.#parts;
    const session = this.#session;
    if (session) return { op: opcodes.resume, d: { token, session_id: session.id, seq: session.sequence } };
    this.#hasIdentified = true;
    this.#identifiedAtMs = clock.now();
    const properties = { os: process.platform, browser: "pi-gateway", device: "pi-gateway" };
    return { op: opcodes.identify, d: { token, intents, properties, compress: false } };
  }

  #take({ t: type, s, d: data }: Packet, connection: GatewayConnection): void {
    if (type === "READY") this.#session = sessionOf(data);
    const session = this.#session;
    if (type === null || !session) return;
    session.sequence = s ?? session.sequence;
    if (type === "READY" || type === "RESUMED") this.#takenIn(connection, type === "RESUMED");
    if (type !== "RESUMED") this.#parts.onDispatch({ id: `${session.id}/${session.sequence}`, type, data });
  }

  #takenIn(connection: GatewayConnection, isResumed: boolean): void {
    this.#takenInAtMs = this.#parts.clock.now();
    this.#brokenAtMs = undefined;
    connection.takenIn();
    this.#reconnect.succeeded();
    this.#parts.log.info({ isResumed }, "connected to Discord");
  }

  /** Whether another connection is to be made; waits until it is time. */
  async #after(ending: Ending, signal: AbortSignal): Promise<boolean> {
    const { clock, connection, log } = this.#parts;
    if (ending.kind === "stopped") return false;
    this.#brokenAtMs ??= clock.now();
    const isLost = clock.now() - this.#brokenAtMs > RESUMED_WITHIN_MS;
    if (!keepsSession(ending) || isLost) this.#session = undefined;
    if (!this.#session) this.#noteSessionEnd();
    const error = new GatewayClosed(ending);
    // What Discord itself asks for is no failure, as long as the line had held.
    const heldMs = this.#takenInAtMs === undefined ? 0 : clock.now() - this.#takenInAtMs;
    if (ending.kind === "reconnect" && heldMs >= HELD_MS) {
      log.info({}, error.message);
      return true;
    }
    if (ending.kind === "invalid-session") {
      connection.becomes("connecting", error.message);
      log.info({ canResume: ending.canResume }, error.message);
      await clock.sleep(refusedWaitMs(), signal);
      return !signal.aborted;
    }
    return this.#reconnect.failed(error, METHOD, signal);
  }

  #noteSessionEnd(): void {
    if (!this.#hasIdentified) return;
    this.#hasIdentified = false;
    const hasLasted = this.#parts.clock.now() - this.#identifiedAtMs >= LASTED_MS;
    this.#shortSessions = hasLasted ? 0 : this.#shortSessions + 1;
  }

  #identifyEveryMs(): number {
    return Math.min(IDENTIFY_MOST_MS, IDENTIFY_EVERY_MS * 2 ** Math.max(0, this.#shortSessions - 1));
  }
}

function refusedWaitMs(): number {
  return REFUSED_LEAST_MS + Math.floor(Math.random() * (REFUSED_MOST_MS - REFUSED_LEAST_MS));
}

function addressOf(base: string): string {
  const url = new URL(base);
  url.searchParams.set("v", String(VERSION));
  url.searchParams.set("encoding", "json");
  return url.toString();
}

function sessionOf(ready: unknown): Session | undefined {
  if (typeof ready !== "object" || ready === null) return undefined;
  if (!("session_id" in ready && "resume_gateway_url" in ready)) return undefined;
  return { id: String(ready.session_id), resumeUrl: String(ready.resume_gateway_url), sequence: 0 };
}
