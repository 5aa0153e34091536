import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import { given } from "../lib/given.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { shownName } from "../lib/shown-name.ts";
import { agentIds, isAgent } from "./agent-list.ts";
import type { Config } from "./config-schema.ts";
import { type ErrandDesk, errandSession, isOver, type MessageOutcome } from "./errand.ts";
import { RequestError } from "./errors.ts";
import type { Address } from "./message.ts";
import { movedPlace } from "./moved-chats.ts";
import { quotedText } from "./quoted-text.ts";
import { agentOfKey, formatSessionKey, type SessionKey } from "./session-key.ts";
import type { SessionLedger, StateLedger, TurnId, TurnLedger } from "./store.ts";
import { isInChat } from "./target.ts";

export interface DelegationsDeps {
  readonly config: () => Pick<Config, "agents" | "roles">;
  readonly errands: Pick<ErrandDesk, "take" | "find" | "wait" | "onEnd">;
  readonly state: StateLedger;
  readonly sessions: Pick<SessionLedger, "get">;
  readonly turns: Pick<TurnLedger, "unfinished">;
  /** Lets one more turn run while the work goes on: see `AgentPool.lend`. */
  readonly lend: <T>(work: () => Promise<T>) => Promise<T>;
  /** Stops what runs and waits in a session. */
  readonly stop: (session: SessionKey) => Promise<unknown>;
  /** Whether the turn that runs in a session was stopped for good: by a person, or at a limit. */
  readonly isStopped: (session: SessionKey) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Who asks another agent, and in which call. */
export interface DelegationAsker {
  readonly session: SessionKey;
  readonly agent: string;
  readonly turn: TurnId;
  /** Another one for each try of the turn: a call that is made again in a later try is the same call. */
  readonly attempt: string;
  /** The chat that the turn answers. */
  readonly chat: Address;
}

export interface DelegationTask {
  readonly agent: string;
  readonly task: string;
  /** `wait`: the asker goes on with the answer. `later`: it comes as a message. */
  readonly mode: "wait" | "later";
  readonly timeoutMs?: number;
}

/** What became of a task; `asked` while nobody waits for it. */
export interface DelegationResult {
  readonly state: "asked" | "done" | "failed" | "cancelled";
  readonly session: SessionKey;
  readonly answer?: string;
}

/** A task that was given and is not done with. */
interface Open {
  readonly asker: DelegationAsker;
  readonly task: Required<DelegationTask>;
  readonly name: string;
  readonly id: string;
}

const NAMESPACE = "delegation";
const KEY = "open";
/** What a stop at its limit may take. */
const GRACE_MS = 30_000;
const MOST_PARENTS = 20;
/** Between two tries to tell an answer, longer and longer. */
const TELL_AGAIN_MS = 1000;
const MOST_TELL_AGAIN_MS = 60_000;

/** Agents that ask other agents: each task is a turn of its own in a session below that of the asker. */
export class Delegations implements Service {
  readonly name = "delegations";
  readonly #deps: DelegationsDeps;
  readonly #alone = new KeyedMutex();
  readonly #tellings = new Set<Promise<void>>();
  #listening: Disposable | undefined;
  #stop = new AbortController();
  #waiting = 0;

  constructor(deps: DelegationsDeps) {
    this.#deps = deps;
  }

  /** Goes on with what was given before a crash. */
  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.#listening = this.#deps.errands.onEnd(({ by, name, id }) => {
      if (by === "agent") this.#tellBehind((open) => open.name === name && open.id === id);
    });
    await this.#alone.run(KEY, async () => {
      for (const open of await this.#stillOpen()) await this.#give(open);
    });
    this.#tellBehind(() => true);
  }

  async stop(): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    this.#stop.abort();
    await Promise.all(this.#tellings);
  }

  /** Rejects with `RequestError` for what may not be asked. */
  async ask(task: DelegationTask, asker: DelegationAsker, signal: AbortSignal): Promise<DelegationResult> {
    const { maxWaiting } = this.#deps.config().agents.delegation;
    if (task.mode === "wait" && this.#waiting >= maxWaiting) {
      throw refused(
        `${maxWaiting} turns wait for other agents already. Ask with mode "later", or do it yourself.`,
      );
    }
    this.#waiting += task.mode === "wait" ? 1 : 0;
    try {
      const open = await this.#alone.run(KEY, () => this.#open(task, asker));
      const session = sessionOf(open);
      if (task.mode === "later") return { state: "asked", session };
      return { ...(await this.#outcome(open, session, signal)), session };
    } finally {
      this.#waiting -= task.mode === "wait" ? 1 : 0;
    }
  }

  /** A chat has another address: who asked there is told there. A second time there is nothing left to do. */
  moveChat(from: Address, to: Address): Promise<void> {
    return this.#alone.run(KEY, async () => {
      const all = await this.#read();
      const moved = all.map((open) => ({ ...open, asker: movedAsker(open.asker, from, to) }));
      if (moved.some(({ asker }, index) => asker !== all[index]?.asker)) await this.#write(moved);
    });
  }

  async #outcome(
    open: Open,
    session: SessionKey,
    signal: AbortSignal,
  ): Promise<Omit<DelegationResult, "session">> {
    const { errands, lend, clock, stop, isStopped } = this.#deps;
    const untilMs = clock.now() + open.task.timeoutMs + GRACE_MS;
    const outcome = await lend(() => errands.wait(nameOf(open), untilMs, signal));
    if (outcome && isOver(outcome)) return resultOf(outcome);
    // At a shutdown both go on at the next start.
    if (signal.aborted && !isStopped(open.asker.session)) return { state: "cancelled" };
    await stop(session);
    return { state: signal.aborted ? "cancelled" : "failed", answer: "It took too long and was stopped." };
  }

  /** The same call of an earlier try, or a new task, written down before anybody is asked. */
  async #open(task: DelegationTask, asker: DelegationAsker): Promise<Open> {
    const all = await this.#stillOpen();
    const same = all.find((open) => isSameCall(open, task, asker));
    if (same) {
      const taken = { ...same, asker };
      await this.#write(all.map((open) => (open === same ? taken : open)));
      await this.#give(taken);
      return taken;
    }
    await this.#assertAllowed(task, asker);
    const open = await this.#newTask(task, asker, all);
    await this.#write([...all, open]);
    failpoint("delegate.after-record");
    await this.#give(open);
    failpoint("delegate.after-ask");
    return open;
  }

  async #newTask(task: DelegationTask, asker: DelegationAsker, all: readonly Open[]): Promise<Open> {
    const { perSession, timeoutSeconds } = this.#deps.config().agents.delegation;
    const busy: Open[] = [];
    for (const open of all.filter((one) => one.asker.session === asker.session)) {
      const outcome = await this.#deps.errands.find(nameOf(open));
      if (!outcome || !isOver(outcome)) busy.push(open);
    }
    if (busy.length >= perSession) {
      throw refused(`${perSession} tasks of this conversation are open already: wait for one of them.`);
    }
    // A session for each of so many: they are used again, so that none is left behind for every task.
    const below = asker.session.slice("agent:".length);
    const taken = new Set(busy.map(({ name }) => name));
    const names = Array.from({ length: perSession }, (_, index) => `${below}/${index + 1}`);
    const name = names.find((one) => !taken.has(one)) ?? `${below}/${crypto.randomUUID()}`;
    const most = timeoutSeconds * 1000;
    const timeoutMs = Math.min(most, task.timeoutMs ?? most);
    return { asker, task: { ...task, timeoutMs }, name, id: crypto.randomUUID() };
  }

  async #assertAllowed({ agent }: DelegationTask, asker: DelegationAsker): Promise<void> {
    const config = this.#deps.config();
    const { enabled, allow, maxDepth } = config.agents.delegation;
    if (!enabled) throw refused("Agents may not ask each other here.");
    if (!isAgent(config, agent)) {
      throw refused(`There is no agent ${agent}; there are ${agentIds(config).join(", ")}.`);
    }
    const allowed = Object.keys(allow).length === 0 ? ["*"] : (allow[asker.agent] ?? allow["*"] ?? []);
    if (!allowed.includes(agent) && !allowed.includes("*")) throw refused(`You may not ask ${agent}.`);
    if ((await this.#depthOf(asker.session)) >= maxDepth) {
      throw refused(
        "You were asked by another agent, and may not ask on: do it yourself, or say what is missing.",
      );
    }
  }

  /** How many agents have asked on to get here. */
  async #depthOf(session: SessionKey): Promise<number> {
    return (await this.#chainOf(session)).length - 1;
  }

  /** A session, the one from which it was asked, and so on. */
  async #chainOf(session: SessionKey): Promise<readonly SessionKey[]> {
    const chain = [session];
    for (let at = await this.#parentOf(session); at !== undefined; at = await this.#parentOf(at)) {
      if (chain.length > MOST_PARENTS) break;
      chain.push(at);
    }
    return chain;
  }

  async #parentOf(session: SessionKey): Promise<SessionKey | undefined> {
    return (await this.#deps.sessions.get(session))?.parent;
  }

  /** Who is asked by itself, by whatever detour, gets no more than it has: another agent is what the configuration makes it. */
  async #roleFor(agent: string, asker: DelegationAsker): Promise<string | undefined> {
    if (agent === asker.agent) return this.#roleIn(asker.session);
    const same = (await this.#chainOf(asker.session)).find((above) => agentOfKey(above) === agent);
    return same && this.#roleIn(same);
  }

  /** The same task is known already, so it may be given again. */
  async #give(open: Open): Promise<void> {
    const { asker, task, name, id } = open;
    const role = await this.#roleFor(task.agent, asker);
    const goes = task.mode === "wait" ? "It waits for your answer." : "It reads your answer later.";
    await this.#deps.errands.take({
      id,
      text: task.task,
      errand: {
        by: "agent",
        name,
        session: sessionOf(open),
        about: `The agent ${asker.agent} asks you to do this task. ${goes} You know of it only what stands here.`,
        isFresh: true,
        ...given({ role }),
        parent: asker.session,
        timeoutMs: task.timeoutMs,
        delivery: "silent",
      },
    });
  }

  /** Tells the askers of those tasks that are done and that nobody waits for. */
  #tellBehind(isMeant: (open: Open) => boolean): void {
    const telling = this.#tellAtLast(isMeant, this.#stop.signal).finally(() =>
      this.#tellings.delete(telling),
    );
    this.#tellings.add(telling);
  }

  /** Never rejects: it is tried until it succeeds, and what is left at a stop the next start tells. */
  async #tellAtLast(isMeant: (open: Open) => boolean, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    for (let pauseMs = TELL_AGAIN_MS; ; pauseMs = Math.min(MOST_TELL_AGAIN_MS, pauseMs * 2)) {
      try {
        await this.#alone.run(KEY, () => this.#tell(isMeant));
        return;
      } catch (error) {
        log.error({ error }, "the answer of an agent could not be told yet, it is tried again");
      }
      await clock.sleep(pauseMs, signal);
      if (signal.aborted) return;
    }
  }

  async #tell(isMeant: (open: Open) => boolean): Promise<void> {
    for (const open of await this.#read()) {
      if (open.task.mode !== "later" || !isMeant(open)) continue;
      const outcome = await this.#deps.errands.find(nameOf(open));
      if (!outcome || !isOver(outcome)) continue;
      await this.#tellAsker(open, outcome);
      failpoint("delegate.after-tell");
      await this.#write((await this.#read()).filter(({ id }) => id !== open.id));
    }
  }

  async #tellAsker({ asker, task, id }: Open, outcome: MessageOutcome): Promise<void> {
    const { answer = "", state } = resultOf(outcome);
    const how = state === "done" ? "has answered" : "could not do";
    const role = await this.#roleIn(asker.session);
    await this.#deps.errands.take({
      id,
      text: quotedText(
        `This is what ${task.agent} says of the task "${shownName(task.task, "task")}".`,
        answer,
      ),
      errand: {
        by: "agent",
        name: `answer/${asker.session.slice("agent:".length)}`,
        title: task.agent,
        session: asker.session,
        ...given({ role }),
        about: `The agent ${task.agent} ${how} what you gave it to do later.`,
        delivery: asker.chat.scope === "job" ? "silent" : "direct",
        ...(asker.chat.scope === "job" ? {} : { to: asker.chat }),
      },
    });
  }

  async #roleIn(session: SessionKey): Promise<string | undefined> {
    return (await this.#deps.sessions.get(session))?.role;
  }

  /** Without what was waited for by turns that have ended. */
  async #stillOpen(): Promise<readonly Open[]> {
    const still: Open[] = [];
    for (const open of await this.#read()) {
      const { mode } = open.task;
      const { session, turn } = open.asker;
      if (mode === "later" || (await this.#deps.turns.unfinished(session)) === turn) still.push(open);
    }
    return still;
  }

  async #read(): Promise<readonly Open[]> {
    const kept = await this.#deps.state.get(NAMESPACE, KEY);
    return kept === undefined ? [] : (JSON.parse(kept) as readonly Open[]);
  }

  #write(open: readonly Open[]): Promise<void> {
    return this.#deps.state.set(NAMESPACE, KEY, JSON.stringify(open));
  }
}

const refused = (sentence: string) => new RequestError("FORBIDDEN", sentence);
const nameOf = ({ name, id }: Open) => ({ by: "agent", name, id }) as const;

function sessionOf({ task, name }: Open): SessionKey {
  return errandSession(task.agent, { by: "agent", name });
}

function movedAsker(asker: DelegationAsker, from: Address, to: Address): DelegationAsker {
  const agent = agentOfKey(asker.session);
  const isThere = asker.session === formatSessionKey({ agent, address: from });
  if (!isThere && !isInChat(asker.chat, from)) return asker;
  return {
    ...asker,
    session: isThere ? formatSessionKey({ agent, address: to }) : asker.session,
    chat: isInChat(asker.chat, from) ? movedPlace(asker.chat, to) : asker.chat,
  };
}

/** Models make a call again that a crash cut off, under another id; in one try two such calls are two tasks. */
function isSameCall(open: Open, { agent, task, mode }: DelegationTask, asker: DelegationAsker): boolean {
  const { session, turn, attempt } = open.asker;
  const isSameTurn = session === asker.session && turn === asker.turn && attempt !== asker.attempt;
  return isSameTurn && open.task.agent === agent && open.task.task === task && open.task.mode === mode;
}

function resultOf(outcome: MessageOutcome): Omit<DelegationResult, "session"> {
  if (!isOver(outcome)) return { state: "failed" };
  const { state, answer } = outcome;
  return { state, ...(answer === undefined ? {} : { answer }) };
}
