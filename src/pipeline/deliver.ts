import type { Channel } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address } from "../core/message.ts";
import { shownOf } from "../core/outbound-text.ts";
import type {
  ChatKey,
  DeliveryResult,
  OutboxLedger,
  PendingDelivery,
  ReadyChat,
  WorkerId,
} from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { afterFailure, attempt, nextStep } from "../delivery/attempt.ts";
import { accountPaceKey, isBlockKey, isNoticeKey, isQuestionKey, paceKey } from "../delivery/keys.ts";
import type { Pacer } from "../delivery/pacer.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { Wake } from "../lib/wake.ts";
import { LEASE_MS, keepLease } from "./lease.ts";
import type { Settlements } from "./settlements.ts";

export interface DeliverDeps {
  readonly outbox: OutboxLedger;
  /** The channel that can reach an address; undefined if it is not there any more. */
  readonly channel: (to: Address) => Channel | undefined;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly pacer: Pacer;
  /** Told of every delivery that got somewhere. */
  readonly settlements: Settlements;
  readonly clock: Clock;
  readonly log: Logger;
  readonly worker: WorkerId;
  readonly policy: () => { readonly onDoubt: "resend" | "drop"; readonly maxAttempts: number };
}

/** The outbox hints at new deliveries; this is how often we look without a hint. */
const POLL_MS = 5_000;
const BUSY_POLL_MS = 500;
/** Chats served at the same time. */
const MOST_CHATS = 64;

/** Brings to the platforms what the outbox holds: in order within a chat, chats side by side. */
export class Deliverer implements Service {
  readonly name = "deliverer";
  readonly #deps: DeliverDeps;
  readonly #wake: Wake;
  readonly #serving = new Map<ChatKey, Promise<void>>();
  #soft = new AbortController();
  #hard = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: DeliverDeps) {
    this.#deps = deps;
    this.#wake = new Wake(deps.clock);
  }

  async start(): Promise<void> {
    this.#soft = new AbortController();
    this.#hard = new AbortController();
    this.#loop = this.#serveChats(this.#soft.signal);
  }

  /** Delivers what is due before it stops; what is then left goes on at the next start. */
  async stop(hard: AbortSignal): Promise<void> {
    const abandon = () => this.#hard.abort();
    if (hard.aborted) abandon();
    hard.addEventListener("abort", abandon, { once: true });
    this.#soft.abort();
    await this.#loop;
    await Promise.all(this.#serving.values());
  }

  /** There may be something to deliver. */
  wake(): void {
    this.#wake.ring();
  }

  /** Never rejects: a store that fails now is asked again. */
  async #serveChats(soft: AbortSignal): Promise<void> {
    const { outbox, clock, log } = this.#deps;
    let isDraining = false;
    while (!isDraining && !this.#hard.signal.aborted) {
      isDraining = soft.aborted;
      try {
        for (const ready of await outbox.ready(MOST_CHATS)) this.#serve(ready);
        if (isDraining) return;
        await this.#wake.wait(await this.#untilNextDue(), soft);
      } catch (error) {
        log.error({ error }, "the outbox could not be read, it is asked again");
        await clock.sleep(1000, soft);
      }
    }
  }

  async #untilNextDue(): Promise<number> {
    // What is due now belongs to chats being served: they ring when they are done.
    if (this.#serving.size > 0) return BUSY_POLL_MS;
    const dueAtMs = (await this.#deps.outbox.nextDueAtMs()) ?? Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(POLL_MS, dueAtMs - this.#deps.clock.now()));
  }

  #serve(ready: ReadyChat): void {
    if (this.#serving.has(ready.chat) || this.#serving.size >= MOST_CHATS) return;
    const served = this.#serveChat(ready, this.#hard.signal).finally(() => {
      this.#serving.delete(ready.chat);
      this.#wake.ring();
    });
    this.#serving.set(ready.chat, served);
  }

  /** One chat until nothing of it is due. Never rejects. */
  async #serveChat({ chat, to }: ReadyChat, signal: AbortSignal): Promise<void> {
    const { outbox, pacer, clock, worker, log } = this.#deps;
    try {
      while (!signal.aborted) {
        const waitMs = this.#paceOf(to, (pace) => pacer.waitMs(paceKey(to), pace)) ?? 0;
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        if (signal.aborted) return;
        const delivery = await outbox.claim(worker, { chat, leaseMs: LEASE_MS });
        if (!delivery) return;
        await this.#deliver(delivery, signal);
      }
    } catch (error) {
      log.error({ error, chat }, "a delivery could not be written down, it is tried again");
      await clock.sleep(1000, signal);
    }
  }

  async #deliver(delivery: PendingDelivery, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const lease = keepLease(
      () => this.#deps.outbox.extend(delivery.key, this.#deps.worker, LEASE_MS),
      this.#deps.clock,
      over.signal,
      () => over.abort(),
    );
    try {
      const result = await this.#attempt(delivery, AbortSignal.any([signal, over.signal]));
      failpoint("outbox.after-call");
      if (await this.#deps.outbox.settle(delivery.key, this.#deps.worker, result)) {
        failpoint("outbox.after-settle");
        await this.#tell(delivery, result);
        this.#deps.settlements.note(delivery.key);
      }
    } finally {
      over.abort();
      await lease;
    }
  }

  async #attempt(delivery: PendingDelivery, signal: AbortSignal): Promise<DeliveryResult> {
    const { pacer, clock, policy } = this.#deps;
    const { to } = delivery;
    const channel = this.#deps.channel(to);
    const { onDoubt, maxAttempts } = policy();
    if (!channel) return afterFailure(noChannel(to), delivery, maxAttempts);
    const able = { canEdit: channel.edit !== undefined, capabilities: channel.capabilities };
    const step = nextStep(delivery, able, onDoubt, clock.now());
    if (step.do === "give-up") return { state: "dead", error: step.reason };
    if (step.do === "keep") return { state: "sent", ref: step.ref };

    this.#paceOf(to, (pace) => pacer.take(paceKey(to), pace));
    failpoint("outbox.before-call");
    const result = await attempt(delivery, step, channel, maxAttempts, signal);
    if (result.state === "retry") {
      pacer.hold(result.isAccountWide ? accountPaceKey(to) : paceKey(to), result.afterMs);
    }
    return result;
  }

  /** After the ledger knows: hooks that observe, people who watch, the log. */
  async #tell(delivery: PendingDelivery, result: DeliveryResult): Promise<void> {
    const { key, session, turn, message, to } = delivery;
    const fields = { key, chat: paceKey(to), attempt: delivery.attempt };
    if (result.state === "dead")
      this.#deps.log.error({ ...fields, reason: result.error }, "a delivery was given up");
    if (result.state === "retry") {
      const { afterMs, error: reason } = result;
      this.#deps.log.warn({ ...fields, afterMs, reason }, "a delivery failed and is tried again");
    }
    if (result.state !== "sent" || message.kind === "withdrawal" || session === undefined) return;
    await this.#deps.hooks.run("message_sent", { sessionKey: session, message, channel: to.channel });
    if (isBlockKey(key))
      return this.#deps.events.publish(session, { kind: "said", key, ...shownOf(message) });
    if (turn !== undefined || isNoticeKey(key) || isQuestionKey(key)) return;
    this.#deps.events.publish(session, { kind: "said", key, ...shownOf(message) });
  }

  #paceOf<T>(to: Address, use: (pace: ReturnType<Channel["capabilities"]["pace"]>) => T): T | undefined {
    const pace = this.#deps.channel(to)?.capabilities.pace(to);
    return pace ? use(pace) : undefined;
  }
}

/** Perhaps it is being set up anew, with a changed configuration. */
function noChannel({ channel, account }: Address): ChannelError {
  return new ChannelError("unreachable", `there is no channel ${channel} with the account ${account}`, {
    retry: "now",
  });
}
