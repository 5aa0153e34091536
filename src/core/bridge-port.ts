import type { PiCapabilities, UiAnswer, UiRequest } from "./rpc-protocol.ts";
import type { SessionKey } from "./session-key.ts";

/** What the gateway puts into pi, and who answers when it asks back. The pool's view of `bridge/`. */
export interface BridgePort {
  /** What a pi that can do `capabilities` is started with. Cheap enough to ask before every turn. */
  launch(capabilities: PiCapabilities, wishes?: BridgeWishes): Promise<BridgeLaunch>;
  /**
   * Answers a question that came out of pi; undefined where pi expects no answer. Never rejects: what
   * cannot be answered is cancelled.
   */
  answer(request: UiRequest, caller: BridgeCaller): Promise<UiAnswer | undefined>;
}

export interface BridgeWishes {
  /** pi is to understand {@link GO_ON_COMMAND}. */
  readonly goesOn?: boolean;
}

/** The command that the bridge adds to pi: another answer to what stands in the conversation, without a new message. */
export const GO_ON_COMMAND = "pi-gateway-go-on";

export interface BridgeLaunch {
  /** Files for `-e`, first loaded first. */
  readonly extensions: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Who asks: the pipe tells. */
export interface BridgeCaller {
  /** The session whose turn runs in that process; undefined between turns. */
  readonly session: SessionKey | undefined;
  /** What hooks added to the system prompt of the run in progress. */
  readonly systemPrompt?: string | undefined;
  /** Aborted when the turn or the process ends. */
  readonly signal: AbortSignal;
}
