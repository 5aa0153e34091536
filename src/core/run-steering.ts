import type { AgentEvent } from "./agent.ts";
import { AgentError } from "./errors.ts";
import type { RpcProcess } from "./rpc-process.ts";
import { isRecord, textOfContent, type WireMessage, type WireRecord } from "./rpc-protocol.ts";

const DEADLINE_MS = 10_000;

/**
 * What is handed to a run on its way, and what of it pi takes. pi puts a message in a queue and takes one before
 * each call of the model; one that comes a moment too late stays in that queue, and would go into the next prompt,
 * whoever's that is. So a run ends here with the question what is left, and `onLeftover` when something is.
 */
export class RunSteering {
  readonly #process: Pick<RpcProcess, "request">;
  readonly #onLeftover: () => void;
  readonly #begun = Promise.withResolvers<void>();
  /** Handed over, not taken yet, in order. */
  readonly #pending: string[] = [];
  readonly #commands = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(process: Pick<RpcProcess, "request">, onLeftover: () => void) {
    this.#process = process;
    this.#onLeftover = onLeftover;
  }

  /** See `Agent.steer`. Waits for the run to begin: before, pi would not know yet what the message belongs to. */
  async steer(text: string): Promise<boolean> {
    await this.#begun.promise;
    if (this.#isClosed) return false;
    this.#pending.push(text);
    const command = this.#process.request({ type: "steer", message: text }, DEADLINE_MS);
    this.#commands.add(command);
    try {
      await command;
      return true;
    } catch (error) {
      const isRefused = error instanceof AgentError && error.code === "refused";
      if (isRefused) this.#forget(text);
      // Without an answer nobody knows: the end of the run tells.
      return !isRefused;
    } finally {
      this.#commands.delete(command);
    }
  }

  /** Takes what pi says; a message that it took in is an event. */
  read(record: WireRecord): AgentEvent[] {
    if (record.type === "agent_start") this.#begun.resolve();
    if (record.type !== "message_start" || this.#pending.length === 0) return [];
    const { message } = record;
    if (!isRecord(message) || message["role"] !== "user") return [];
    const text = textOfContent(message["content"] as WireMessage["content"]);
    return this.#forget(text) ? [{ type: "steered", text }] : [];
  }

  /**
   * Call when pi is idle. From here on nothing is handed over any more. Returns an event for each message that is
   * in pi's queue no longer although pi did not show it: an extension has changed or handled it.
   */
  async close(): Promise<AgentEvent[]> {
    this.#shut();
    await Promise.allSettled(this.#commands);
    if (this.#pending.length === 0) return [];
    const state = await this.#process.request({ type: "get_state" }, DEADLINE_MS);
    const count = isRecord(state) ? Number(state["pendingMessageCount"] ?? 0) : 0;
    const left = Math.min(count, this.#pending.length);
    if (left > 0) this.#onLeftover();
    const gone = this.#pending.splice(0, this.#pending.length - left);
    return gone.map((text) => ({ type: "steered", text }));
  }

  /** For a run that broke off: what pi may still have must go all the same. */
  abandon(): void {
    this.#shut();
    if (this.#pending.length > 0) this.#onLeftover();
  }

  #shut(): void {
    this.#isClosed = true;
    this.#begun.resolve();
  }

  #forget(text: string): boolean {
    const at = this.#pending.indexOf(text);
    if (at >= 0) this.#pending.splice(at, 1);
    return at >= 0;
  }
}
