import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { isSecretName, redactText } from "../lib/redact-text.ts";
import type { BridgePort } from "./bridge-port.ts";
import { AgentError, ModelError } from "./errors.ts";
import { type LaunchProfile, levelFor } from "./launch-profile.ts";
import { BOOT_VARIABLE } from "./leftovers.ts";
import type { PiModels } from "./model-catalog.ts";
import {
  chainOf,
  chooseModel,
  type ModelChoice,
  type ModelWish,
  nameOf,
  resolveModel,
} from "./model-choice.ts";
import { mendTranscript } from "./pi-transcript.ts";
import { startupError } from "./pi-startup-error.ts";
import { RpcAgent } from "./rpc-agent.ts";
import { isSameResources, NO_RESOURCES, ResourcePackage, type SessionResources } from "./resource-package.ts";
import { RpcProcess } from "./rpc-process.ts";
import { isRecord, type UiRequest, type WireModel, type WireState } from "./rpc-protocol.ts";
import type { Session } from "./session.ts";
import { SessionModels } from "./session-models.ts";
import type { SessionKey } from "./session-key.ts";

export interface PooledPiOptions {
  readonly profile: LaunchProfile;
  /** The model, where an earlier process of this profile has found it out. */
  readonly choice: ModelChoice | undefined;
  /** What pi tells about its models is noted there, and which of them rests is asked. */
  readonly models: PiModels;
  readonly bridge: BridgePort;
  /** Value of `PI_GATEWAY_BOOT`: names this process and all that it starts. */
  readonly mark: string;
  /** A folder of its own, for the package that names the skills of the session it has open. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const STARTUP_DEADLINE_MS = 60_000;
const SWITCH_DEADLINE_MS = 60_000;
const COMMAND_DEADLINE_MS = 30_000;

/** A pi of the pool: which session it has open, what answers in it, and whether somebody has it. */
export class PooledPi {
  readonly process: RpcProcess;
  readonly profile: LaunchProfile;
  readonly mark: string;
  readonly startedAtMs: number;
  /** Resolves when it can take a session; rejects with `AgentError` "unavailable" if it never can. */
  readonly ready: Promise<void>;
  isReady = false;
  /** Somebody uses it, or is about to. */
  isClaimed = false;
  isRetiring = false;
  /** Replaced as soon as nobody uses it. */
  isOutdated = false;
  isMemoryKnown = true;
  idleSinceMs: number;
  turns = 0;
  /** What it has open. Still set when idle: the next turn of that session needs no switch. */
  session: SessionKey | undefined;
  readonly #options: PooledPiOptions;
  #choice: ModelChoice | undefined;
  readonly #package: ResourcePackage;
  #file: string | undefined;
  #resources: SessionResources = NO_RESOURCES;
  #model: string | undefined;
  /** By wish: which models may answer. */
  readonly #chains = new Map<string, readonly string[]>();
  readonly #redact: (text: string) => string;
  /** How long it thinks, as far as we have said so, and how long it did before. */
  #level: string | undefined;
  #ownLevel: string | undefined;
  #hasSetLevel = false;
  #wishedLevel: string | undefined;
  #turn: { readonly agent: RpcAgent; readonly over: AbortController } | undefined;

  constructor(options: PooledPiOptions) {
    this.#options = options;
    this.profile = options.profile;
    this.mark = options.mark;
    this.startedAtMs = this.idleSinceMs = options.clock.now();
    this.#choice = options.choice;
    this.#redact = redactorOf(options.profile.launch.env);
    const { command, env, cwd } = options.profile.launch;
    const model = options.choice ? ["--model", nameOf(options.choice.model)] : [];
    this.#package = new ResourcePackage(options.folder);
    const resources = ["-e", this.#package.folder];
    this.process = new RpcProcess({
      launch: {
        command: [...command, ...resources, ...model],
        env: { ...env, [BOOT_VARIABLE]: options.mark },
        cwd,
      },
      clock: options.clock,
      log: options.log,
      onUiRequest: (request) => void this.#answer(request),
    });
    this.ready = this.#start();
    // Whoever waits for it sees the failure; without anybody it must not count as unhandled.
    this.ready.catch(() => {});
  }

  /** What answers in it; known once it is ready. */
  get choice(): ModelChoice | undefined {
    return this.#choice;
  }

  /** Says in the log which pi this is, what answers in it, and what about it deserves a look. */
  introduce(): void {
    const { log } = this.#options;
    const { program, findings } = this.profile;
    const { version, path } = program;
    log.info({ version, path, model: this.#choice?.inUse.id }, "pi is up");
    for (const { level, subject, text, fix } of [...findings, ...(this.#choice?.findings ?? [])]) {
      if (level !== "ok") log.warn({ subject, finding: text, fix }, "something about pi deserves a look");
    }
  }

  holds(file: string): boolean {
    return this.#file === file;
  }

  /**
   * Opens a session for a turn, if it is not open already, with what its agent has and the first of its models
   * that can be asked. Rejects with `ModelError` if none can.
   */
  async open(session: Session, { resources, wish }: LaunchProfile = this.profile): Promise<SessionModels> {
    if (!this.holds(session.file) || !isSameResources(resources, this.#resources)) {
      await this.#switchTo(session, resources);
    }
    this.session = session.key;
    this.#wishedLevel = session.thinkingLevel ?? wish.thinkingLevel;
    const models = this.#modelsOf(session, wish);
    await models.settle();
    await this.#think();
    return models;
  }

  /** Who works on a turn of the session, which is open then; see {@link open}. */
  async agentFor(session: Session, profile: LaunchProfile, graceMs: number): Promise<RpcAgent> {
    const models = await this.open(session, profile);
    return new RpcAgent({
      process: this.process,
      session,
      models,
      capabilities: this.profile.capabilities,
      clock: this.#options.clock,
      graceMs,
      letGo: () => this.letGo(),
      reopen: () => this.open(session, profile),
    });
  }

  /** From here on, what its extensions ask is asked for the session of `agent`. */
  beginTurn(agent: RpcAgent): void {
    this.#turn = { agent, over: new AbortController() };
    this.turns += 1;
  }

  endTurn(): void {
    this.#turn?.over.abort();
    this.#turn = undefined;
    this.isMemoryKnown = false;
    this.idleSinceMs = this.#options.clock.now();
  }

  /** The next turn opens its session anew, even if it is the one that is open. */
  letGo(): void {
    this.session = undefined;
    this.#file = undefined;
  }

  /** Takes away what was written for it. Call once its process is gone. */
  async cleanUp(): Promise<void> {
    await this.#package.remove();
  }

  async #start(): Promise<void> {
    const { profile } = this.#options;
    const broken = this.process.ended.then((death) => {
      throw startupError(profile.program, death);
    });
    try {
      await Promise.race([this.#greet(), broken]);
      this.isReady = true;
      this.idleSinceMs = this.#options.clock.now();
    } catch (error) {
      // A pi that died tells more in its last words than the command that it left unanswered.
      const cause = this.process.death ?? error;
      this.process.kill();
      throw cause instanceof AgentError && cause.code === "unavailable"
        ? cause
        : startupError(profile.program, cause);
    }
  }

  /** The first pi of a profile tells which models there are; later ones are started with the chosen one. */
  async #greet(): Promise<void> {
    const state = await this.#state(STARTUP_DEADLINE_MS);
    const current = state.model ?? undefined;
    if (current) this.#model = nameOf(current);
    if (this.#choice) return;
    const answer = await this.process.request({ type: "get_available_models" }, COMMAND_DEADLINE_MS);
    const models = isRecord(answer) && Array.isArray(answer["models"]) ? answer["models"] : [];
    const choice = chooseModel(this.profile.launchWish, models as readonly WireModel[], current);
    this.#choice = choice;
    this.#options.models.note(choice, chainOf(this.profile.launchWish, choice));
  }

  async #switchTo(session: Session, resources: SessionResources): Promise<void> {
    this.letGo();
    await this.#package.offer(resources);
    await mkdir(dirname(session.file), { recursive: true });
    await mendTranscript(session.file, this.profile.launch.cwd);
    const answer = await this.process.request(
      { type: "switch_session", sessionPath: session.file },
      SWITCH_DEADLINE_MS,
    );
    if (isRecord(answer) && answer["cancelled"] === true) {
      throw new AgentError("refused", "an extension in pi refused to open the session");
    }
    this.#file = session.file;
    this.#resources = resources;
    // With --thinking the level comes back by itself; else pi goes on with the last one that was set.
    this.#level = this.profile.launchWish.thinkingLevel;
    // With --model the model comes back by itself; else the session's own last one does.
    if (this.#options.choice) this.#model = nameOf(this.#options.choice.model);
    else this.#model = modelNameOf(await this.#state(COMMAND_DEADLINE_MS));
  }

  /** Who may answer in the session; the process has found out which models there are. */
  #modelsOf(session: Session, wish: ModelWish): SessionModels {
    const available = this.#choice?.available ?? [];
    const chain = this.#chainOf(wish);
    const pinned = session.model === undefined ? undefined : this.#pinned(session.model);
    return new SessionModels({
      turn: this.#options.models.failover.begin({ chain, pinned }),
      available,
      setModel: (name) => this.#setModel(name),
      redact: this.#redact,
    });
  }

  #chainOf(wish: ModelWish): readonly string[] {
    const choice = this.#choice;
    if (!choice) return [];
    const key = String(wish.wanted);
    const chain = this.#chains.get(key) ?? chainOf(wish, choice);
    this.#chains.set(key, chain);
    return chain;
  }

  /** What a person has chosen may have become unusable since: then nobody else answers in its name. */
  #pinned(name: string): string {
    const model = resolveModel(name, this.#choice?.available ?? []);
    if (model) return nameOf(model);
    const said = "pi has no credentials for it, or does not know it";
    throw new ModelError(said, { tried: [{ model: name, said }], pinned: name });
  }

  /** pi keeps a level for the sessions that it opens later, so after the first one each gets its own. */
  async #think(): Promise<void> {
    const level = this.#wishedLevel ?? (this.#hasSetLevel ? this.#ownLevel : undefined);
    if (level === undefined || level === this.#level) return;
    // What it would think by itself is known once it has a model, and lost once we say otherwise.
    if (!this.#hasSetLevel) this.#ownLevel = (await this.#state(COMMAND_DEADLINE_MS)).thinkingLevel;
    this.#hasSetLevel = true;
    const known = levelFor(level, this.profile.capabilities);
    await this.process.request({ type: "set_thinking_level", level: known }, COMMAND_DEADLINE_MS);
    this.#level = level;
  }

  async #setModel(name: string): Promise<void> {
    if (name === this.#model) return;
    const slash = name.indexOf("/");
    const [provider, modelId] = [name.slice(0, slash), name.slice(slash + 1)];
    await this.process.request({ type: "set_model", provider, modelId }, COMMAND_DEADLINE_MS);
    this.#model = name;
    // With another model pi may think for as long as it likes.
    this.#level = undefined;
    await this.#think();
  }

  async #state(deadlineMs: number): Promise<WireState> {
    const state = await this.process.request({ type: "get_state" }, deadlineMs);
    return isRecord(state) ? state : {};
  }

  /** Never rejects, as the bridge never does. */
  async #answer(request: UiRequest): Promise<void> {
    const turn = this.#turn;
    const answer = await this.#options.bridge.answer(request, {
      session: turn?.agent.session,
      systemPrompt: turn?.agent.systemPrompt,
      signal: turn?.over.signal ?? NEVER,
    });
    if (answer) this.process.answer(request.id, answer);
  }
}

const NEVER = new AbortController().signal;

const modelNameOf = ({ model }: WireState) => (model ? nameOf(model) : undefined);

/** Makes what comes out of a pi fit to be told: the keys in its environment are left out. */
function redactorOf(env: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.entries(env).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
  return (text) => redactText(text, secrets);
}
