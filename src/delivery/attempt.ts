import type { Channel, ChannelCapabilities, SendOptions } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { MessageRef } from "../core/message.ts";
import type { DeliveryResult, PendingDelivery } from "../core/store.ts";
import { backoffMs } from "../lib/backoff.ts";
import { nonceOf } from "./keys.ts";

export type Step =
  | { readonly do: "remove"; readonly ref: MessageRef }
  | { readonly do: "edit"; readonly ref: MessageRef }
  | { readonly do: "send" }
  | { readonly do: "keep"; readonly ref: MessageRef }
  | { readonly do: "give-up"; readonly reason: string };

/** A step that is a call to the platform. */
export type Call = Exclude<Step, { do: "give-up" | "keep" }>;

/**
 * What to do with a delivery now. The whole promise of "exactly once" is this function:
 * an edit may be repeated; a send may be repeated while the platform still remembers its nonce,
 * or when nothing can have been sent; otherwise `onDoubt` decides which harm is the lesser.
 */
export function nextStep(
  delivery: PendingDelivery,
  channel: { readonly canEdit: boolean; readonly capabilities: ChannelCapabilities },
  onDoubt: "resend" | "drop",
  nowMs: number,
): Step {
  if (delivery.message.kind === "withdrawal") {
    return delivery.replaces
      ? { do: "remove", ref: delivery.replaces }
      : { do: "give-up", reason: "nothing to withdraw" };
  }
  if (delivery.replaces && delivery.isShown) return { do: "keep", ref: delivery.replaces };
  if (delivery.replaces && channel.canEdit && !delivery.known.previewGone)
    return { do: "edit", ref: delivery.replaces };
  if (!delivery.known.maybeSent) return { do: "send" };
  if (nowMs - delivery.firstAttemptAtMs < channel.capabilities.nonceWindowMs) return { do: "send" };
  return onDoubt === "resend"
    ? { do: "send" }
    : { do: "give-up", reason: "may have been sent before a crash" };
}

/** One attempt, turned into what to write down. Never rejects. */
export async function attempt(
  delivery: PendingDelivery,
  step: Call,
  channel: Channel,
  maxAttempts: number,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const style = delivery.known.plain ? "plain" : "rich";
  try {
    return {
      state: "sent",
      ref: await perform(delivery, step, channel, {
        nonce: nonceOf(delivery.key),
        key: delivery.key,
        style,
        signal,
      }),
    };
  } catch (error) {
    return afterFailure(error, delivery, maxAttempts);
  }
}

async function perform(
  delivery: PendingDelivery,
  step: Call,
  channel: Channel,
  options: SendOptions,
): Promise<MessageRef> {
  const { message, to } = delivery;
  if (step.do === "remove") {
    await (channel.remove ? channel.remove(step.ref) : channel.edit?.(step.ref, "…", options));
    return step.ref;
  }
  if (message.kind === "withdrawal") throw new Error("a withdrawal is always removed");
  if (step.do === "send" || message.kind !== "text") return channel.send(to, message, options);
  await channel.edit?.(step.ref, message.markdown, options);
  return step.ref;
}

/** A platform that does not know our credential is asked again this often: somebody may have mended it. */
const CREDENTIAL_MS = 30_000;

/** What a failure makes of a delivery: another try later, in the knowledge of what this one found out, or its end. */
export function afterFailure(error: unknown, delivery: PendingDelivery, maxAttempts: number): DeliveryResult {
  const { known } = delivery;
  if (!(error instanceof ChannelError)) return { state: "dead", error: String(error) };
  if (error.code === "format-refused" && !known.plain)
    return { state: "retry", afterMs: 0, known: { ...known, plain: true }, error: error.message };
  if (error.code === "not-found" && delivery.message.kind === "withdrawal")
    return { state: "dead", error: "already gone" };
  if (error.code === "not-found" && delivery.replaces && !known.previewGone) {
    return { state: "retry", afterMs: 0, known: { ...known, previewGone: true }, error: error.message };
  }
  const { isPatient, isAccountWide, afterMs } = nextTry(error, delivery.attempt);
  // Nothing is tried for ever.
  const most = isPatient ? maxAttempts * 10 : maxAttempts;
  if (afterMs === undefined || delivery.attempt >= most) return { state: "dead", error: error.message };
  return {
    state: "retry",
    afterMs,
    known: { ...known, maybeSent: known.maybeSent || error.outcome === "unknown" },
    error: error.message,
    ...(isAccountWide ? { isAccountWide: true } : {}),
  };
}

interface NextTry {
  /** The message is not to blame: neither to be told to wait nor a wrong credential is a failure of its own. */
  readonly isPatient: boolean;
  readonly isAccountWide: boolean;
  /** Undefined where there is none. */
  readonly afterMs: number | undefined;
}

function nextTry({ code, retry, isAccountWide }: ChannelError, tries: number): NextTry {
  if (code === "unauthorized") return { isPatient: true, isAccountWide: true, afterMs: CREDENTIAL_MS };
  const isPatient = code === "rate-limited";
  if (retry === "never") return { isPatient, isAccountWide, afterMs: undefined };
  const afterMs = retry === "now" ? backoffMs(tries, 1000, 60_000) : retry.afterMs;
  return { isPatient, isAccountWide, afterMs };
}
