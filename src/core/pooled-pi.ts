import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { ModelInUse } from "./agent.ts";
import type { BridgePort } from "./bridge-port.ts";
import { AgentError } from "./errors.ts";
import type { LaunchProfile } from "./launch-profile.ts";
import { BOOT_VARIABLE } from "./leftovers.ts";
import { chooseModel, isDemo, type ModelChoice, nameOf } from "./model-choice.ts";
import { mendTranscript } from "./pi-transcript.ts";
import { startupError } from "./pi-startup-error.ts";
import type { RpcAgent } from "./rpc-agent.ts";
import { RpcProcess } from "./rpc-process.ts";
import { isRecord, type UiRequest, type WireModel, type WireState } from "./rpc-protocol.ts";
import type { Session } from "./session.ts";
import type { SessionKey } from "./session-key.ts";

export interface PooledPiOptions {
  readonly profile: LaunchProfile;
  /** The model, where an earlier process of this profile has found it out. */
  readonly choice: ModelChoice | undefined;
  readonly bridge: BridgePort;
  /** Value of `PI_GATEWAY_BOOT`: names this process and all that it starts. */
  readonly mark: string;
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
  #file: string | undefined;
  #model: string | undefined;
  #turn: { readonly agent: RpcAgent; readonly over: AbortController } | undefined;

  constructor(options: PooledPiOptions) {
    this.#options = options;
    this.profile = options.profile;
    this.mark = options.mark;
    this.startedAtMs = this.idleSinceMs = options.clock.now();
    this.#choice = options.choice;
    const { command, env, cwd } = options.profile.launch;
    const model = options.choice ? ["--model", nameOf(options.choice.model)] : [];
    this.process = new RpcProcess({
      launch: { command: [...command, ...model], env: { ...env, [BOOT_VARIABLE]: options.mark }, cwd },
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

  holds(file: string): boolean {
    return this.#file === file;
  }

  /** Opens a session for a turn, if it is not open already, with its model. Returns what answers. */
  async open(session: Session): Promise<ModelInUse> {
    if (!this.holds(session.file)) await this.#switchTo(session);
    this.session = session.key;
    const wanted = session.model ?? (this.#choice && nameOf(this.#choice.model));
    if (wanted !== undefined && wanted !== this.#model) await this.#setModel(wanted);
    if (session.thinkingLevel !== undefined) {
      await this.process.request(
        { type: "set_thinking_level", level: session.thinkingLevel },
        COMMAND_DEADLINE_MS,
      );
    }
    return { id: this.#model ?? "unknown", isDemo: isDemoName(this.#model) };
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
    this.#choice = chooseModel(this.profile.wish, models as readonly WireModel[], current);
  }

  async #switchTo(session: Session): Promise<void> {
    this.letGo();
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
    // With --model the model comes back by itself; else the session's own last one does.
    if (this.#options.choice) this.#model = nameOf(this.#options.choice.model);
    else this.#model = modelNameOf(await this.#state(COMMAND_DEADLINE_MS));
  }

  async #setModel(name: string): Promise<void> {
    const slash = name.indexOf("/");
    const [provider, modelId] = [name.slice(0, slash), name.slice(slash + 1)];
    await this.process.request({ type: "set_model", provider, modelId }, COMMAND_DEADLINE_MS);
    this.#model = name;
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

function isDemoName(name: string | undefined): boolean {
  const slash = name?.indexOf("/") ?? -1;
  return name !== undefined && isDemo({ provider: name.slice(0, slash), id: name.slice(slash + 1) });
}
