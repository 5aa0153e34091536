import type { Clock } from "../lib/clock.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import type { Logger } from "../lib/logger.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import { Wake } from "../lib/wake.ts";
import type { Agent, AgentPool, PiCommand, PoolStats, Slot } from "./agent.ts";
import type { Worker } from "./agent-resources.ts";
import type { BridgePort } from "./bridge-port.ts";
import type { Finding } from "./channel.ts";
import type { Config } from "./config-schema.ts";
import { AgentError, ModelError } from "./errors.ts";
import type { LaunchProfile, ProfileSource } from "./launch-profile.ts";
import { type Boot, endLeftovers, endOrphans, newBoot } from "./leftovers.ts";
import { PiModels } from "./model-catalog.ts";
import type { ModelChoice } from "./model-choice.ts";
import { ModelFailover } from "./model-failover.ts";
import { commandsOf } from "./pi-commands.ts";
import { autoMax, longestIdle, pick, residentMb } from "./pool-choice.ts";
import { Places } from "./pool-places.ts";
import { PoolWaits } from "./pool-waits.ts";
import { PooledPi } from "./pooled-pi.ts";
import { packageFolder, removeLeftPackages } from "./resource-package.ts";
import type { RpcAgent } from "./rpc-agent.ts";
import type { Session } from "./session.ts";
import type { SessionKey } from "./session-key.ts";
import { StartFailures } from "./start-failures.ts";

export interface RpcPoolDeps {
  /** The section `agent` in force. */
  readonly settings: () => Config["agent"];
  readonly profiles: ProfileSource;
  readonly bridge: BridgePort;
  /** The state folder: leftovers of an earlier gateway on it are ended at the start. */
  readonly stateRoot: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A turn that comes this soon after its place has waited for it. */
const AT_ONCE_MS = 100;
/** How often the pool looks after itself without a reason to. */
const CARE_MS = 60_000;
/** A pi that dies before its turn began is replaced this often. */
const OPEN_ATTEMPTS = 3;

/** pi processes, shared by all sessions. See {@link AgentPool}. */
export class RpcPool implements AgentPool {
  readonly name = "pool";
  /** What pi knows of models, and which of them rest. */
  readonly models: PiModels;
  readonly #deps: RpcPoolDeps;
  readonly #places: Places;
  readonly #waits: PoolWaits;
  readonly #wake: Wake;
  readonly #pis = new Set<PooledPi>();
  readonly #running = new Map<SessionKey, Agent>();
  /** Two turns of one session never open its file in two processes. */
  readonly #files = new KeyedMutex();
  /** What answers, by fingerprint: the first process of a profile finds it out for the others. */
  readonly #choices = new Map<string, ModelChoice>();
  readonly #failures: StartFailures;
  readonly #chores = new Set<Promise<unknown>>();
  #changeListeners: (() => void)[] = [];
  #boot: Promise<Boot> | undefined;
  /** An earlier gateway's pi may still be writing in a transcript until then. */
  #swept: Promise<unknown> = Promise.resolve();
  #serial = 0;
  #soft = new AbortController();
  #isStopping = false;
  #care: Promise<void> | undefined;
  #latest: { readonly profile: LaunchProfile; readonly choice: ModelChoice } | undefined;

  constructor(deps: RpcPoolDeps) {
    this.#deps = deps;
    const failover = new ModelFailover({ ...deps, settings: () => deps.settings().modelFailover });
    this.models = new PiModels(failover, deps.profiles);
    this.#places = new Places(() => this.#max(), deps.clock);
    this.#waits = new PoolWaits(deps.clock, deps.log);
    this.#wake = new Wake(deps.clock);
    this.#failures = new StartFailures(deps.clock, deps.log);
  }

  /** Resolves at once; the first processes come up behind it. */
  async start(): Promise<void> {
    this.#soft = new AbortController();
    this.#isStopping = false;
    this.#places.open();
    this.#boot = newBoot(this.#deps.stateRoot);
    this.#swept = this.#chore(this.#endLeftovers());
    this.#care = this.#takeCare(this.#soft.signal);
  }

  async stop(hard: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#soft.abort();
    this.#places.close();
    await this.#care;
    while (!hard.aborted && [...this.#pis].some((pi) => pi.isClaimed)) await this.#change(hard);
    await Promise.all([...this.#pis].map((pi) => this.#end(pi)));
    await Promise.all(this.#chores);
  }

  async reserve(signal: AbortSignal): Promise<Slot | undefined> {
    const waitedMs = await this.#places.take(signal);
    if (waitedMs === undefined) return undefined;
    const sinceMs = this.#deps.clock.now();
    let isHeld = true;
    return {
      use: (session, useSignal, work) => {
        // Only a turn that was there when the place came free has waited for it.
        if (this.#deps.clock.now() - sinceMs < AT_ONCE_MS) this.#waits.note(waitedMs, this.#max());
        return this.#files.run(session.file, () => this.#use(session, useSignal, work));
      },
      [Symbol.dispose]: () => {
        if (isHeld) this.#places.giveBack();
        isHeld = false;
      },
    };
  }

  lend<T>(work: () => Promise<T>): Promise<T> {
    const lent = this.#places.lend(work);
    // Somebody with a place from an earlier loan may be waiting for room for a process.
    this.#changed();
    return lent.finally(() => this.#wake.ring());
  }

  running(session: SessionKey): Agent | undefined {
    return this.#running.get(session);
  }

  async forget(session: SessionKey): Promise<void> {
    for (const pi of this.#pis) if (pi.session === session && !pi.isClaimed) pi.letGo();
  }

  async recycle(): Promise<void> {
    this.#deps.profiles.forget();
    this.#choices.clear();
    this.#failures.endPause();
    for (const pi of this.#pis) pi.isOutdated = true;
    await Promise.all([...this.#pis].filter((pi) => !pi.isClaimed).map((pi) => this.#end(pi)));
    this.#places.grant();
    this.#wake.ring();
  }

  stats(): PoolStats {
    const pis = [...this.#pis];
    const { profile, choice } = this.#latest ?? {};
    return {
      total: pis.length,
      busy: pis.filter((pi) => pi.isClaimed).length,
      idle: pis.filter((pi) => pi.isReady && !pi.isClaimed).length,
      min: this.#min(),
      max: this.#max(),
      longestWaitMs: this.#waits.longestMs,
      ...(profile
        ? { pi: { version: profile.program.version ?? "unknown", path: profile.program.path } }
        : {}),
      ...(choice ? { model: choice.inUse } : {}),
      ...(this.#failures.lastError === undefined ? {} : { lastError: this.#failures.lastError }),
    };
  }

  async commands(session?: SessionKey): Promise<readonly PiCommand[]> {
    return commandsOf([...this.#pis], session);
  }

  /** What is to be said about the pi that came up last: its model, and paths that were left out. */
  findings(): readonly Finding[] {
    return this.#latest ? [...this.#latest.choice.findings, ...this.#latest.profile.findings] : [];
  }

  async #use<T>(session: Session, signal: AbortSignal, work: (agent: Agent) => Promise<T>): Promise<T> {
    const [pi, agent] = await this.#acquire(session, signal);
    this.#running.set(session.key, agent);
    pi.beginTurn(agent);
    try {
      return await work(agent);
    } finally {
      pi.endTurn();
      if (this.#running.get(session.key) === agent) this.#running.delete(session.key);
      this.#release(pi);
    }
  }

  /** A process that is ours until released, with the session open. */
  async #acquire(session: Session, signal: AbortSignal): Promise<[PooledPi, RpcAgent]> {
    for (let attempt = 1; ; attempt += 1) {
      const profile = await this.#profileOf(session);
      const pi = await this.#claim(profile, session.file, signal);
      try {
        await untilAborted(pi.ready, signal, noLongerWanted);
        await this.#swept;
        return [pi, await pi.agentFor(session, profile, this.#deps.settings().pool.graceMs)];
      } catch (error) {
        // That no model can be asked is no fault of the process.
        if (pi.isReady && !(error instanceof ModelError)) pi.isOutdated = true;
        this.#release(pi);
        // It was fine and died idle, or in the switch: nothing has happened yet, another one does as well.
        const mayRetry = error instanceof AgentError && error.code === "process-died" && pi.isReady;
        if (!mayRetry || attempt === OPEN_ATTEMPTS) throw error;
      }
    }
  }

  async #profileOf(worker: Worker | undefined): Promise<LaunchProfile> {
    try {
      return await this.#deps.profiles.of(worker);
    } catch (error) {
      this.#failures.note(error);
      throw error;
    }
  }

  /** Marks a process as taken before anything is awaited, so that nobody else takes it too. */
  async #claim(profile: LaunchProfile, file: string, signal: AbortSignal): Promise<PooledPi> {
    const boot = await this.#bootOf();
    while (true) {
      if (signal.aborted || this.#isStopping) throw noLongerWanted();
      const free = [...this.#pis].filter((pi) => !pi.isClaimed && !pi.isRetiring);
      const fitting = free.filter((pi) => !pi.isOutdated && pi.profile.fingerprint === profile.fingerprint);
      const pi =
        pick(fitting, file) ?? (this.#pis.size < this.#places.room ? this.#spawn(profile, boot) : undefined);
      if (pi) {
        pi.isClaimed = true;
        return pi;
      }
      const other = longestIdle(free);
      if (other) void this.#chore(this.#end(other));
      await this.#change(signal);
    }
  }

  /** Starts a process. Throws while the last ones failed and the pause after that is not over. */
  #spawn(profile: LaunchProfile, boot: Boot): PooledPi {
    this.#failures.throwIfPaused();
    const mark = boot.markOf((this.#serial += 1));
    const choice = this.#choices.get(profile.fingerprint);
    let pi: PooledPi;
    try {
      const folder = packageFolder(this.#deps.stateRoot, mark);
      pi = new PooledPi({ ...this.#deps, models: this.models, profile, choice, mark, folder });
    } catch (error) {
      this.#failures.note(error);
      throw error;
    }
    this.#pis.add(pi);
    void this.#chore(this.#follow(pi));
    return pi;
  }

  /** Sees a process through, from its start to its end. Never rejects. */
  async #follow(pi: PooledPi): Promise<void> {
    const { log } = this.#deps;
    try {
      await pi.ready;
      this.#noteSuccess(pi);
    } catch (error) {
      this.#choices.delete(pi.profile.fingerprint);
      if (!this.#isStopping && !pi.isRetiring) this.#failures.note(error);
    }
    const death = await pi.process.ended;
    this.#pis.delete(pi);
    this.#changed();
    this.#wake.ring();
    if (pi.isReady && !death.stopped) {
      log.warn(
        { pid: pi.process.pid, session: pi.session, reason: death.reason, stderr: death.stderr },
        "a pi died",
      );
    }
    await pi.cleanUp();
    if (death.orphans) await endOrphans(pi.mark, this.#deps.clock, log);
  }

  #noteSuccess(pi: PooledPi): void {
    const { profile, choice } = pi;
    if (!choice) return;
    if (this.#choices.get(profile.fingerprint) === undefined && !pi.isOutdated) {
      this.#choices.set(profile.fingerprint, choice);
      pi.introduce();
    }
    this.#latest = { profile, choice };
    this.#failures.clear();
    this.#changed();
  }

  #release(pi: PooledPi): void {
    pi.isClaimed = false;
    // Decided here: under a steady load nobody finds it idle for long enough.
    pi.isOutdated ||= this.#isWorn(pi);
    this.#changed();
    this.#wake.ring();
  }

  /** Ends a process that nobody uses. */
  async #end(pi: PooledPi): Promise<void> {
    pi.isRetiring = true;
    await pi.process.stop(this.#deps.settings().pool.graceMs);
  }

  /** Keeps `min` processes warm and replaces those that are too old, too big, or idle for too long. */
  async #takeCare(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#retireIdle();
        await this.#prewarm();
      } catch (error) {
        this.#deps.log.debug({ error }, "no pi could be kept warm");
      }
      await this.#wake.wait(this.#nextCareMs(), signal);
    }
  }

  async #retireIdle(): Promise<void> {
    const { idleTimeoutMs, maxMemoryMb } = this.#deps.settings().pool;
    for (const pi of [...this.#pis].filter((one) => one.isReady && !one.isClaimed && !one.isRetiring)) {
      if (!pi.isMemoryKnown) {
        pi.isMemoryKnown = true;
        pi.isOutdated ||= (await residentMb(pi.process.pid)) > maxMemoryMb;
      }
      const idleMs = this.#deps.clock.now() - pi.idleSinceMs;
      const isSpare = this.#pis.size > this.#min() && idleMs >= idleTimeoutMs;
      const mustGo = isSpare || pi.isOutdated || this.#isWorn(pi) || this.#pis.size > this.#places.room;
      // Somebody may have taken it while its memory was looked up.
      if (mustGo && !pi.isClaimed) await this.#end(pi);
    }
  }

  #isWorn(pi: PooledPi): boolean {
    const { maxAgeMs, maxTurns } = this.#deps.settings().pool;
    return pi.turns >= maxTurns || this.#deps.clock.now() - pi.startedAtMs >= maxAgeMs;
  }

  async #prewarm(): Promise<void> {
    if (this.#failures.pauseMs > 0 || this.#min() === 0) return;
    const boot = await this.#bootOf();
    const profile = await this.#profileOf(undefined);
    const isWarm = (pi: PooledPi) =>
      !pi.isOutdated && !pi.isRetiring && pi.profile.fingerprint === profile.fingerprint;
    while (!this.#isStopping && [...this.#pis].filter(isWarm).length < this.#min()) {
      if (this.#pis.size >= this.#max()) return;
      this.#spawn(profile, boot);
    }
  }

  #nextCareMs(): number {
    const { idleTimeoutMs } = this.#deps.settings().pool;
    const idle = [...this.#pis].filter((pi) => pi.isReady && !pi.isClaimed && this.#pis.size > this.#min());
    const dueMs = idle.map((pi) => pi.idleSinceMs + idleTimeoutMs - this.#deps.clock.now());
    if (this.#failures.pauseMs > 0) dueMs.push(this.#failures.pauseMs);
    return Math.max(1, Math.min(CARE_MS, ...dueMs));
  }

  async #endLeftovers(): Promise<void> {
    const { stateRoot, clock, log } = this.#deps;
    const boot = await this.#bootOf();
    await endLeftovers(stateRoot, boot, clock, log);
    await removeLeftPackages(stateRoot, boot.id);
  }

  #bootOf(): Promise<Boot> {
    return (this.#boot ??= newBoot(this.#deps.stateRoot));
  }

  /** Work behind somebody's back: `stop` waits for it, and a failure is logged. */
  #chore(work: Promise<unknown>): Promise<unknown> {
    const chore = work
      .catch((error: unknown) => this.#deps.log.error({ error }, "the pool could not do what it had to"))
      .finally(() => this.#chores.delete(chore));
    this.#chores.add(chore);
    return chore;
  }

  /** Resolves when a process has become free, ready, or gone, when there is room for more, or when `signal` aborts. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#changeListeners.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  #changed(): void {
    for (const tell of this.#changeListeners.splice(0)) tell();
  }

  #min(): number {
    return Math.min(this.#deps.settings().pool.min, this.#max());
  }

  #max(): number {
    const { max } = this.#deps.settings().pool;
    return max === "auto" ? autoMax() : max;
  }
}

function noLongerWanted(): AgentError {
  return new AgentError("unavailable", "nobody waits for a pi any more", { retry: "now" });
}
