import type { ModelInUse, PoolStats } from "./agent.ts";
import type { ChannelName } from "./message.ts";
import type { ChannelStatus } from "./channel.ts";
import type { SessionKey } from "./session-key.ts";

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
  /** Reads the file again. A broken one changes nothing and comes back as `problems`. */
  reloadConfig(): Promise<ReloadReport>;
  /** The configuration in force, secrets redacted. */
  configForDisplay(): unknown;
}

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
  readonly channels: readonly {
    readonly name: ChannelName;
    readonly account: string;
    readonly status?: ChannelStatus;
  }[];
  readonly memoryBytes: number;
}
