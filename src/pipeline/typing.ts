import type { AgentEvent } from "../core/agent.ts";
import type { Channel } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { Address } from "../core/message.ts";
import { accountPaceKey, paceKey } from "../delivery/keys.ts";
import type { Pacer } from "../delivery/pacer.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { Wake } from "../lib/wake.ts";

export interface TypingParts {
  readonly channel: Channel;
  readonly to: Address;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What platforms show it for that do not say so. */
const LASTS_MS = 5000;
/** Shown again before it runs out. */
const SHARE = 0.8;
/** Without any sign of pi for this long, nobody is told any longer that somebody writes. */
export const SIGN_OF_LIFE_MS = 600_000;

/**
 * “… is typing” for one turn: from its start to its end and never after it, not while people are asked something,
 * and not for a pi that gives no sign of life. A channel that cannot show it costs nothing.
 */
export class Typing {
  readonly #parts: TypingParts;
  readonly #bell: Wake;
  #lastSignMs: number;
  #questions = 0;
  #isWaiting = false;
  #hasPreview = false;

  constructor(parts: TypingParts) {
    this.#parts = parts;
    this.#bell = new Wake(parts.clock);
    this.#lastSignMs = parts.clock.now();
  }

  see(event: Pick<AgentEvent, "type"> & { readonly open?: boolean }): void {
    this.#lastSignMs = this.#parts.clock.now();
    if (event.type === "question") this.#questions += event.open ? 1 : -1;
    // Otherwise it is shown again in time.
    if (this.#isWaiting) this.#bell.ring();
  }

  /**
   * A message shows that pi works, and platforms end the sign when it comes. The answer is an edit of it, which ends
   * nothing: shown again, the sign would outlive the turn.
   */
  previewShown(): void {
    this.#hasPreview = true;
  }

  /** Shows it until `over` aborts. Never rejects. */
  async run(over: AbortSignal): Promise<void> {
    const { channel, clock } = this.#parts;
    if (!channel.typing) return;
    const everyMs = (channel.capabilities.typingLastsMs ?? LASTS_MS) * SHARE;
    while (!over.aborted) {
      if (this.#hasPreview) return;
      this.#isWaiting = this.#questions > 0 || clock.now() - this.#lastSignMs >= SIGN_OF_LIFE_MS;
      // A call under way ends by itself: the end of the turn does not wait for it.
      if (!this.#isWaiting) void this.#show();
      await this.#bell.wait(this.#isWaiting ? Number.POSITIVE_INFINITY : everyMs, over);
    }
  }

  /** Never rejects: this is a courtesy. */
  async #show(): Promise<void> {
    const { channel, to, pacer, log } = this.#parts;
    if (pacer.heldMs(`${paceKey(to)}/typing`) > 0) return;
    try {
      await channel.typing?.(to);
    } catch (error) {
      log.debug({ error }, "typing could not be shown");
      if (!(error instanceof ChannelError) || error.code !== "rate-limited") return;
      if (typeof error.retry !== "object") return;
      pacer.hold(error.isAccountWide ? accountPaceKey(to) : `${paceKey(to)}/typing`, error.retry.afterMs);
    }
  }
}
