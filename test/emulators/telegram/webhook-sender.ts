import type { Clock } from "../../../src/lib/clock.ts";
import type { Fault, FaultScript } from "../common/faults.ts";
import type { BotAccount, Webhook } from "./bot-account.ts";
import type { QueuedUpdate } from "./update-queue.ts";

/** A chat whose next update is on its way, or waits for another try. */
interface Lane {
  isBusy: boolean;
  updateId: number;
  failures: number;
  delayS: number;
  dueAtMs: number;
}

/** What the bot makes of the answer to an update: a method to call, if it names one. */
export type AnswerTo = (bot: BotAccount, answer: Readonly<Record<string, unknown>>) => void;

const FAULTS: ReadonlySet<Fault["kind"]> = new Set(["drop-before", "drop-after", "slow"]);
const LONGEST_DELAY_S = 60;
const LONGEST_RETRY_AFTER_S = 3600;
const PATIENCE_MS = 60_000;

/** Sends a bot's updates to its webhook: in order within a chat, chats side by side, again until it is answered with 2xx. */
export class WebhookSender {
  readonly #bot: BotAccount;
  readonly #clock: Clock;
  readonly #faults: FaultScript;
  readonly #answer: AnswerTo;
  readonly #lanes = new Map<string, Lane>();
  readonly #stop = new AbortController();

  constructor(bot: BotAccount, parts: { clock: Clock; faults: FaultScript; answer: AnswerTo }) {
    this.#bot = bot;
    this.#clock = parts.clock;
    this.#faults = parts.faults;
    this.#answer = parts.answer;
    const forget = bot.updates.onUpdate(() => this.#pump());
    this.#stop.signal.addEventListener("abort", forget);
  }

  stop(): void {
    this.#stop.abort();
  }

  #pump(): void {
    const { webhook, updates } = this.#bot;
    if (!webhook || this.#stop.signal.aborted) return;
    const busy = [...this.#lanes.values()].filter(({ isBusy }) => isBusy).length;
    let places = webhook.maxConnections - busy;
    const seen = new Set<string>();
    for (const queued of updates.pending) {
      if (places <= 0) return;
      if (seen.has(queued.lane)) continue;
      seen.add(queued.lane);
      const lane = this.#laneOf(queued);
      if (lane.isBusy || lane.dueAtMs > this.#clock.now()) continue;
      places--;
      lane.isBusy = true;
      void this.#deliver(webhook, queued, lane);
    }
  }

  #laneOf({ lane: name, update }: QueuedUpdate): Lane {
    const known = this.#lanes.get(name);
    if (known && (known.isBusy || known.updateId === update.update_id)) return known;
    const lane: Lane = { isBusy: false, updateId: update.update_id, failures: 0, delayS: 1, dueAtMs: 0 };
    this.#lanes.set(name, lane);
    return lane;
  }

  async #deliver(webhook: Webhook, queued: QueuedUpdate, lane: Lane): Promise<void> {
    const subject = { method: "webhook", path: new URL(webhook.url).pathname, chat: queued.lane };
    const fault = this.#faults.take(subject, FAULTS);
    if (fault?.kind === "slow") await this.#clock.sleep(fault.ms, this.#stop.signal);
    const outcome = await this.#send(webhook, queued, fault);
    lane.isBusy = false;
    if (this.#stop.signal.aborted || this.#bot.webhook !== webhook) return;
    if (outcome === "ok") {
      this.#lanes.delete(queued.lane);
      this.#bot.updates.confirm(queued.update.update_id);
      this.#pump();
      return;
    }
    webhook.lastErrorMs = this.#clock.now();
    webhook.lastError = outcome.error;
    this.#postpone(queued, lane, outcome.retryAfterS);
  }

  async #send(
    webhook: Webhook,
    { update }: QueuedUpdate,
    fault: Fault | undefined,
  ): Promise<"ok" | { error: string; retryAfterS: number }> {
    const closed = { error: "Webhook connection closed", retryAfterS: 0 };
    if (fault?.kind === "drop-before") return closed;
    try {
      const response = await fetch(webhook.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(webhook.secret ? { "x-telegram-bot-api-secret-token": webhook.secret } : {}),
        },
        body: JSON.stringify(update),
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      const text = await response.text();
      if (fault?.kind === "drop-after") return closed;
      if (!response.ok) {
        const retryAfterS = Number(response.headers.get("retry-after") ?? 0) || 0;
        const error = `Wrong response from the webhook: ${response.status} ${response.statusText}`;
        return { error, retryAfterS: Math.min(retryAfterS, LONGEST_RETRY_AFTER_S) };
      }
      this.#readAnswer(text);
      return "ok";
    } catch (error) {
      return { ...closed, error: error instanceof Error ? error.message : closed.error };
    }
  }

  #readAnswer(text: string): void {
    if (!text.startsWith("{")) return;
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null && "method" in answer)
      this.#answer(this.#bot, { ...answer });
  }

  /** The first failure is tried again at once; then the pause doubles, unless the webhook names one. */
  #postpone({ update, expiresAtMs }: QueuedUpdate, lane: Lane, retryAfterS: number): void {
    let pauseS = retryAfterS;
    if (retryAfterS === 0 && lane.failures > 0) {
      lane.delayS = Math.min(lane.delayS * 2, LONGEST_DELAY_S);
      pauseS = lane.delayS;
    }
    lane.failures++;
    lane.dueAtMs = this.#clock.now() + pauseS * 1000;
    if (lane.dueAtMs > expiresAtMs) this.#bot.updates.confirm(update.update_id);
    void this.#clock.sleep(pauseS * 1000, this.#stop.signal).then(() => this.#pump());
  }
}
