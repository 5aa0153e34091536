import type { AgentPool, Slot } from "../core/agent.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Turn, TurnId, TurnLedger, WorkerId } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { Wake } from "../lib/wake.ts";
import { LEASE_MS } from "./lease.ts";
import { RunningTurn, type StopReason } from "./running-turn.ts";

export interface WorkDeps {
  readonly turns: TurnLedger;
  readonly pool: AgentPool;
  readonly worker: WorkerId;
  /** Most messages in one turn. */
  readonly mergeLimit: () => number;
  readonly running: (turn: Turn) => RunningTurn;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The store hints at new turns; this is how often we look without a hint. */
const POLL_MS = 5_000;

/** Takes turns while there is room in the pool, and keeps them apart: what waits, waits in the store. */
export class Workers implements Service {
  readonly name = "workers";
  readonly #deps: WorkDeps;
  readonly #wake: Wake;
  readonly #running = new Map<SessionKey, RunningTurn>();
  readonly #ends = new Set<Promise<void>>();
  /** Why a turn that waits for another try is to be stopped as soon as it has it. */
  readonly #toStop = new Map<TurnId, StopReason>();
  #soft = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: WorkDeps) {
    this.#deps = deps;
    this.#wake = new Wake(deps.clock);
  }

  async start(): Promise<void> {
    this.#soft = new AbortController();
    this.#loop = this.#takeTurns(this.#soft.signal);
  }

  /** Turns in progress may finish until `hard` aborts; then they are put back, with the attempt not counted. */
  async stop(hard: AbortSignal): Promise<void> {
    this.#soft.abort();
    await this.#loop;
    const abandon = () => this.#stopAll("shutdown");
    if (hard.aborted) abandon();
    hard.addEventListener("abort", abandon, { once: true });
    await Promise.all(this.#ends);
    hard.removeEventListener("abort", abandon);
  }

  /** There may be a turn to claim. */
  wake(): void {
    this.#wake.ring();
  }

  /** The turn that runs in `session` here, if one does. */
  running(session: SessionKey): RunningTurn | undefined {
    return this.#running.get(session);
  }

  /**
   * Stops the turn of `session`; resolves once it has ended. One that waits for another try ends when it would
   * begin. False if there is none.
   */
  async stopTurn(session: SessionKey, reason: StopReason): Promise<boolean> {
    const unfinished = this.#running.has(session) ? undefined : await this.#deps.turns.unfinished(session);
    const running = this.#running.get(session);
    if (!running) {
      if (unfinished !== undefined) this.#toStop.set(unfinished, reason);
      return unfinished !== undefined;
    }
    running.stop(reason);
    await running.ended;
    return true;
  }

  #stopAll(reason: StopReason): void {
    for (const running of this.#running.values()) running.stop(reason);
  }

  /** Never rejects: a store that fails now is asked again. */
  async #takeTurns(soft: AbortSignal): Promise<void> {
    while (!soft.aborted) {
      const slot = await this.#deps.pool.reserve(soft);
      if (!slot) return;
      const turn = await this.#nextTurn(soft);
      if (turn) this.#run(turn, slot);
      else slot[Symbol.dispose]();
    }
  }

  async #nextTurn(soft: AbortSignal): Promise<Turn | undefined> {
    const { turns, worker, mergeLimit, clock, log } = this.#deps;
    while (!soft.aborted) {
      try {
        const turn = await turns.claim(worker, { leaseMs: LEASE_MS, mergeLimit: mergeLimit() });
        if (turn) return turn;
        const dueAtMs = (await turns.nextDueAtMs()) ?? Number.POSITIVE_INFINITY;
        await this.#wake.wait(Math.max(1, Math.min(POLL_MS, dueAtMs - clock.now())), soft);
      } catch (error) {
        log.error({ error }, "no turn could be claimed, the store is asked again");
        await clock.sleep(1000, soft);
      }
    }
    return undefined;
  }

  #run(turn: Turn, slot: Slot): void {
    const running = this.#deps.running(turn);
    this.#running.set(turn.session, running);
    const toStop = this.#toStop.get(turn.id);
    if (toStop) running.stop(toStop);
    this.#toStop.delete(turn.id);
    const end = running.run(slot).finally(() => {
      // The next turn of the session may have begun as soon as this one had ended in the store.
      if (this.#running.get(turn.session) === running) this.#running.delete(turn.session);
      this.#ends.delete(end);
      slot[Symbol.dispose]();
    });
    this.#ends.add(end);
  }
}
