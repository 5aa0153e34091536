/** What a webhook asks for, whoever sent it and in whatever form. */
export interface WebhookOrder {
  /** `wake`: said to the agent where it would answer. `agent`: a conversation of its own. */
  readonly action: "wake" | "agent";
  /** The address under which it came in, and what its sender is called in prompts and lists. */
  readonly address: string;
  readonly from: string;
  /** The words of whoever runs the gateway. */
  readonly task?: string;
  /** What came in. Nobody vouches for it. */
  readonly text: string;
  readonly agent?: string;
  /** A target as people write it, and whether the caller named it. */
  readonly to?: string;
  readonly isCallersTarget?: boolean;
  /** Orders with the same name share a conversation; each has its own without one. */
  readonly session?: string;
  readonly deliver: boolean;
  readonly model?: string;
  readonly thinkingLevel?: string;
  readonly timeoutMs?: number;
  /** For `wake`: `next-heartbeat` waits for that, where there is one. */
  readonly mode: "now" | "next-heartbeat";
  /** How long the caller waits for the answer; it does not when absent. */
  readonly waitMs?: number;
  /** The same key again is the same order again. */
  readonly key?: string;
  /** Of what the caller sent under a key of its own choice: with another one the key stands for another order. */
  readonly digest?: string;
}

/** What a caller is told. The same order again is told the same. */
export interface WebhookReceipt {
  /** Names the order for ever. */
  readonly id: string;
  readonly session: string;
  /** `accepted`: it is on disk. `kept`: it waits for the next heartbeat. */
  readonly state: "accepted" | "kept" | "done" | "failed" | "running";
  /** What the agent answered; with `done`. */
  readonly text?: string;
  /** A sentence for the caller. */
  readonly note?: string;
}

/** What acts on webhooks. */
export interface WebhookDesk {
  /**
   * Resolves once the order is durable: a crash after that loses nothing. Rejects with `RequestError`: `FORBIDDEN` for
   * what a caller may not choose, `BUSY` when it must come again later, `CONFLICT` for another order under the same key, `BAD_REQUEST` for what
   * cannot be.
   */
  take(order: WebhookOrder, signal: AbortSignal): Promise<WebhookReceipt>;
}
