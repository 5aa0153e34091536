import type { ModelInUse, PoolStats } from "./agent.ts";
import type { BudgetState } from "./budget.ts";
import type { ChannelName } from "./message.ts";
import type { ChannelStatus, Finding } from "./channel.ts";
import type { Address } from "./message.ts";
import type { ModelState } from "./model-failover.ts";
import type { SessionKey } from "./session-key.ts";
import type { SessionStatus } from "./session-status.ts";

/** What the gateway's doors (HTTP, WebSocket, CLI, tools) may ask of the running gateway. */
export interface GatewayControl {
  health(): Health;
  /** Aborts the running turn of a session, if there is one. What pi wrote so far is kept and marked. */
  abort(session: SessionKey): Promise<boolean>;
  /**
   * Aborts the turn, cancels what waits (each sender is told once), lets go of the process. The record and
   * the history stay; the next message begins a new transcript. Undefined if there is no such session.
   */
  kill(session: SessionKey): Promise<{ readonly cancelled: number } | undefined>;
  /** How a session is, also while its turn runs. Undefined if there is no such session. */
  sessionStatus(session: SessionKey): Promise<SessionStatus | undefined>;
  /**
   * Starts the gateway anew once the turn that asks has ended and its answer is on its way. Resolves as soon as
   * that is decided and written down: the chat that asked is told when the gateway is back. The same `id` asks once.
   */
  restart(asker: RestartAsker): Promise<RestartPlan>;
  /** What the channels found when they looked at themselves, for `doctor`. May take as long as their platforms do. */
  channelFindings(): Promise<readonly Finding[]>;
  /** How far the configured budgets are used up. */
  budgets(): Promise<readonly BudgetState[]>;
  /** Reads the file again. A broken one changes nothing and comes back as `problems`. */
  reloadConfig(): Promise<ReloadReport>;
  /** The configuration in force, secrets redacted. */
  configForDisplay(): unknown;
}

export interface RestartAsker {
  /** Names the wish for ever: a turn or a command that goes on after the restart must not ask again. */
  readonly id: string;
  readonly session: SessionKey;
  readonly chat: Address;
}

/** `planned`: it will happen. `done`: it has happened already. `impossible`: whoever started the gateway has to do it. */
export type RestartPlan = "planned" | "done" | "impossible";

export interface ReloadReport {
  /** Dotted paths of what changed. */
  readonly changed: readonly string[];
  /** Changed, but in force only after a restart. */
  readonly needsRestart: readonly string[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** `public` is for anybody who reaches the port; the rest needs a credential. */
export interface Health {
  readonly public: {
    readonly status: "ok" | "degraded" | "stopping";
    readonly version: string;
    readonly uptimeMs: number;
    /** Why the status is not `ok`, in one sentence without names, paths or addresses. */
    readonly reason?: string;
    /** True while the built-in demo model answers; absent until pi has come up once. */
    readonly demo?: boolean;
  };
  readonly problems: readonly string[];
  readonly pool: PoolStats;
  readonly model?: ModelInUse;
  /** The configured models, and every other that has failed lately. */
  readonly models: readonly ModelState[];
  readonly channels: readonly {
    readonly name: ChannelName;
    readonly account: string;
    readonly status?: ChannelStatus;
  }[];
  readonly memoryBytes: number;
}
