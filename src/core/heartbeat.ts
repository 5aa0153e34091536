import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { readSpan } from "../lib/span.ts";
import { Wake } from "../lib/wake.ts";
import { entryOf, MAIN_AGENT } from "./agent-list.ts";
import type { BudgetState } from "./budget.ts";
import type { Channel } from "./channel.ts";
import type { Config } from "./config-schema.ts";
import { type Errand, type ErrandDesk, errandSession, isOver } from "./errand.ts";
import { isActive } from "./heartbeat-hours.ts";
import type { Address } from "./message.ts";
import type { Owners } from "./owners.ts";
import { routeTo, type SessionRouter } from "./session-router.ts";
import type { SessionKey } from "./session-key.ts";
import type { StateLedger } from "./store.ts";
import { addressOf, parseTarget } from "./target.ts";
import { senderOf, type TurnUsage, type UsageLedger } from "./usage.ts";

export interface HeartbeatDeps {
  readonly config: () => Pick<Config, "agent" | "agents" | "roles">;
  readonly state: StateLedger;
  readonly errands: Pick<ErrandDesk, "take" | "find">;
  readonly usage: Pick<UsageLedger, "spentBy">;
  /** The limit that keeps a turn from beginning. */
  readonly exceededBy: (turn: Omit<TurnUsage, "spent">) => Promise<BudgetState | undefined>;
  readonly owners: Pick<Owners, "chats">;
  /** Where a chat is now. */
  readonly movedTo: (to: Address) => Promise<Address>;
  readonly router: SessionRouter;
  readonly channel: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
  readonly isBusy: (session: SessionKey) => Promise<boolean>;
  /** False where an agent's HEARTBEAT.md holds nothing to do. */
  readonly hasSomethingToDo: (agent: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
}

type Heartbeat = NonNullable<Config["agent"]["heartbeat"]>;

/** What is kept of one agent's heartbeat. */
interface Kept {
  /** The beginning of the last span that was decided about: it beat, or was skipped. */
  readonly lastAtMs?: number;
  /** The id of the last beat, which begins with its time, and whether it is known how that ended. */
  readonly lastBeat?: string;
  readonly isJudged?: boolean;
  /** Beats in a row that failed. */
  readonly failures?: number;
  /** A beat that was decided and is perhaps not asked yet. */
  readonly pending?: { readonly id: string; readonly text: string };
  /** What is to be said at the next beat, oldest first. */
  readonly texts?: readonly KeptText[];
  /** What the last beat says, until it is known how that ended: one that failed has said nothing. */
  readonly saying?: readonly KeptText[];
  /** What was said lately, so that nothing is said twice. */
  readonly said?: readonly Pick<KeptText, "id" | "atMs">[];
}

interface KeptText {
  readonly id: string;
  readonly text: string;
  readonly atMs: number;
  /** Beats that were to say it and failed. */
  readonly failures?: number;
}

const NAMESPACE = "heartbeat";
const KNOWN_MS = 2 * 86_400_000;
const MOST_TEXTS = 100;
/** All of them together make one prompt, which a model has to read beside its conversation. */
const MOST_CHARACTERS = 48_000;
/** So many beats fail with one text; what comes between them takes about fifteen hours of beats each half hour. */
const MOST_FAILURES = 5;
const MOST_KNOWN = 1000;
/** A clock that is set back by less repeats nothing; what lies further ahead was no time. */
const MOST_AHEAD_MS = 86_400_000;
/** After beats that failed the next ones are left out: 1, 3, 7, … up to so many. */
const MOST_LEFT_OUT = 63;

/**
 * Agents that look around by themselves. Each span of time has one beat or none, whenever the gateway starts or
 * stops: a span that passed while it was down is made up for once. While nobody has a heartbeat, nothing happens here.
 */
export class Heartbeats implements Service {
  readonly name = "heartbeat";
  readonly #deps: HeartbeatDeps;
  readonly #wake: Wake;
  readonly #alone = new KeyedMutex();
  #stop = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#wake = new Wake(deps.clock);
  }

  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.#loop = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  /** The configuration has changed. */
  wake(): void {
    this.#wake.ring();
  }

  /**
   * Keeps a text for the agent's next beat, once for its id, until one has said it. False where it has none, or too much
   * is kept already. Rejects with `StoreError`.
   */
  async keep(agent: string, { id, text }: Pick<KeptText, "id" | "text">): Promise<boolean> {
    if (!this.#heartbeatOf(agent)) return false;
    return this.#alone.run(agent, async () => {
      const kept = await this.#read(agent);
      const { texts = [], saying = [], said = [] } = kept;
      if ([...texts, ...saying, ...said].some((one) => one.id === id)) return true;
      const waiting = [...saying, ...texts];
      const characters = waiting.reduce((sum, one) => sum + one.text.length, text.length);
      if (waiting.length >= MOST_TEXTS || characters > MOST_CHARACTERS) return false;
      await this.#write(agent, { ...kept, texts: [...texts, { id, text, atMs: this.#deps.clock.now() }] });
      return true;
    });
  }

  /** Never rejects: a store that fails now is asked again. */
  async #run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      try {
        const agents = this.#agents();
        for (const [agent, heartbeat] of agents) await this.#decide(agent, heartbeat);
        await this.#wake.wait(this.#untilNextMs(agents), signal);
      } catch (error) {
        log.error({ error }, "a heartbeat could not be written down, it is tried again");
        await clock.sleep(10_000, signal);
      }
    }
  }

  #untilNextMs(agents: ReadonlyMap<string, Heartbeat>): number {
    const now = this.#deps.clock.now();
    const due = Array.from(agents.values(), ({ every }) => beginOf(now, every) + spanMs(every) - now);
    return due.length === 0 ? Number.POSITIVE_INFINITY : Math.min(MOST_WAIT_MS, ...due);
  }

  /** One span of one agent: a beat, or none and why not. */
  async #decide(agent: string, heartbeat: Heartbeat): Promise<void> {
    await this.#alone.run(agent, async () => {
      const beginMs = beginOf(this.#deps.clock.now(), heartbeat.every);
      const finished = await this.#finished(agent, heartbeat, await this.#read(agent));
      const kept = await this.#judged(agent, finished);
      if (kept !== finished) await this.#write(agent, kept);
      // One that was just switched on begins with the next span; so does one whose clock was years ahead.
      const { lastAtMs = Number.POSITIVE_INFINITY } = kept;
      if (lastAtMs - beginMs > MOST_AHEAD_MS) return this.#write(agent, { ...kept, lastAtMs: beginMs });
      // Also after a clock was set back: what was decided stays so.
      if (beginMs <= lastAtMs) return;
      const place = await this.#placeOf(agent, heartbeat);
      const why =
        place && !kept.pending
          ? await this.#whyNot(agent, heartbeat, kept, place, beginMs)
          : "no owner can be reached";
      if (why === undefined) return this.#beat(agent, heartbeat, kept, beginMs);
      this.#deps.log.debug({ agent, why }, "no heartbeat this time");
      return this.#write(agent, { ...kept, lastAtMs: beginMs });
    });
  }

  /** Decided first, asked then: whatever a crash leaves undone is done by {@link #finished}, once. */
  async #beat(agent: string, heartbeat: Heartbeat, kept: Kept, beginMs: number): Promise<void> {
    // A clock that was ahead has had that span already, and that beat said nothing of now.
    const known = await this.#deps.errands.find({ by: "heartbeat", name: agent, id: String(beginMs) });
    const id = known ? `${beginMs}-${crypto.randomUUID()}` : String(beginMs);
    const { texts = [], said = [], failures = 0 } = kept;
    const decided: Kept = {
      lastAtMs: beginMs,
      lastBeat: id,
      isJudged: false,
      failures,
      pending: { id, text: [heartbeat.prompt, ...texts.map(({ text }) => text)].join("\n\n") },
      saying: texts,
      said,
    };
    await this.#write(agent, decided);
    failpoint("heartbeat.decided");
    await this.#finished(agent, heartbeat, decided);
    this.#deps.log.info({ agent, texts: texts.length }, "heartbeat");
  }

  async #finished(agent: string, heartbeat: Heartbeat, kept: Kept): Promise<Kept> {
    const { pending, ...rest } = kept;
    if (!pending) return kept;
    const place = await this.#placeOf(agent, heartbeat);
    // With it are texts that somebody relies on: they wait until there is somebody to read the answer.
    if (!place) return kept;
    await this.#deps.errands.take({ ...pending, errand: errandOfBeat(agent, heartbeat, place) });
    failpoint("heartbeat.asked");
    await this.#write(agent, rest);
    return rest;
  }

  /** Why an agent does not beat now, as the log has it; undefined if it does. */
  async #whyNot(
    agent: string,
    heartbeat: Heartbeat,
    { failures = 0, lastBeat, isJudged, texts = [], saying = [] }: Kept,
    { session }: Place,
    beginMs: number,
  ): Promise<string | undefined> {
    const { clock, isBusy, hasSomethingToDo, exceededBy } = this.#deps;
    if (!isActive(heartbeat.activeHours, clock.now())) return "outside its active hours";
    const leftOut = Math.min(MOST_LEFT_OUT, 2 ** failures - 1);
    const spans = (beginMs - Number.parseInt(lastBeat ?? "0", 10)) / spanMs(heartbeat.every);
    // One that lies ahead was no time: see `MOST_AHEAD_MS`.
    if (failures > 0 && spans >= 0 && spans <= leftOut) return `the last ${failures} failed`;
    if (await isBusy(session)) return "its conversation is busy";
    if (saying.length > 0 && !isJudged) return "the last one is not over";
    if (texts.length === 0 && !(await hasSomethingToDo(agent))) return "its HEARTBEAT.md is empty";
    const account = accountOfBeat(agent);
    const over = await exceededBy(account);
    if (over) return `the budget per ${over.period} is used up`;
    return this.#isSpent(account.sender, heartbeat);
  }

  async #isSpent(sender: string, { dailyTokens, dailyUsd }: Heartbeat): Promise<string | undefined> {
    const { day } = await this.#deps.usage.spentBy(`sender:${sender}`);
    if (day.inputTokens + day.outputTokens >= dailyTokens) return "its tokens of the day are used up";
    return dailyUsd !== undefined && day.costUsd >= dailyUsd
      ? "its dollars of the day are used up"
      : undefined;
  }

  /** How the last beat ended, once it has. What it has not said waits for the next one, before all others. */
  async #judged(agent: string, kept: Kept): Promise<Kept> {
    const { lastBeat, isJudged, failures = 0, pending, saying = [], texts = [], said = [], ...rest } = kept;
    if (lastBeat === undefined || isJudged || pending) return kept;
    const { errands, clock, log } = this.#deps;
    const outcome = await errands.find({ by: "heartbeat", name: agent, id: lastBeat });
    if (outcome && !isOver(outcome)) return kept;
    const hasFailed = outcome?.state === "failed";
    const tried = saying.map((one) => ({ ...one, failures: (one.failures ?? 0) + 1 }));
    const again = hasFailed ? tried.filter((one) => one.failures < MOST_FAILURES) : [];
    const lost = hasFailed ? tried.length - again.length : 0;
    if (lost > 0)
      log.error({ agent, texts: lost }, `texts were lost: ${MOST_FAILURES} heartbeats failed with them`);
    const now = clock.now();
    const over = saying.filter(({ id }) => again.every((one) => one.id !== id));
    const known = [...said, ...over.map(({ id }) => ({ id, atMs: now }))];
    return {
      ...rest,
      lastBeat,
      isJudged: true,
      failures: hasFailed ? failures + 1 : 0,
      texts: [...again, ...texts],
      said: known.filter(({ atMs }) => now - atMs < KNOWN_MS).slice(-MOST_KNOWN),
    };
  }

  async #placeOf(agent: string, { to, session: where }: Heartbeat): Promise<Place | undefined> {
    const { owners, channel: channelOf, router, movedTo } = this.#deps;
    const target = to === undefined ? undefined : parseTarget(to);
    const at = target && channelOf(target);
    const chat = target && at ? await movedTo(addressOf(target, at)) : owners.chats(channelOf)[0];
    const channel = chat && channelOf(chat);
    if (!chat || !channel) return undefined;
    const own = errandSession(agent, { by: "heartbeat", name: agent });
    return { to: chat, session: where === "own" ? own : routeTo(chat, channel, router, agent).session };
  }

  #agents(): ReadonlyMap<string, Heartbeat> {
    const { agents } = this.#deps.config();
    const ids = new Set([MAIN_AGENT, ...agents.list.map(({ id }) => id)]);
    const found = new Map<string, Heartbeat>();
    for (const id of ids) {
      const heartbeat = this.#heartbeatOf(id);
      if (heartbeat) found.set(id, heartbeat);
    }
    return found;
  }

  #heartbeatOf(id: string): Heartbeat | undefined {
    const config = this.#deps.config();
    const heartbeat =
      entryOf(config, id)?.heartbeat ?? (id === MAIN_AGENT ? config.agent.heartbeat : undefined);
    return heartbeat?.enabled ? heartbeat : undefined;
  }

  async #read(agent: string): Promise<Kept> {
    const kept = await this.#deps.state.get(NAMESPACE, agent);
    return kept === undefined ? {} : (JSON.parse(kept) as Kept);
  }

  #write(agent: string, kept: Kept): Promise<void> {
    return this.#deps.state.set(NAMESPACE, agent, JSON.stringify(kept));
  }
}

/** A clock may be set: nobody sleeps for longer. */
const MOST_WAIT_MS = 60_000;

/** Where a beat is asked, and where its answer goes. */
interface Place {
  readonly session: SessionKey;
  readonly to: Address;
}

const spanMs = (every: string) => readSpan(every) ?? Number.NaN;

/** Spans are those of the clock, whenever the gateway was started: every half hour is on the half hour. */
function beginOf(nowMs: number, every: string): number {
  return Math.floor(nowMs / spanMs(every)) * spanMs(every);
}

function accountOfBeat(agent: string): Omit<TurnUsage, "spent"> {
  return { agent, channel: "heartbeat", sender: senderOf("heartbeat", agent) };
}

function errandOfBeat(agent: string, { model, session: where }: Heartbeat, { session, to }: Place): Errand {
  return {
    by: "heartbeat",
    name: agent,
    session,
    about: "This is your heartbeat: nobody has written, you look around by yourself.",
    ...(where === "own" ? { isFresh: true } : {}),
    ...(model === undefined ? {} : { model }),
    delivery: "direct",
    to,
  };
}
