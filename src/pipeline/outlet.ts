import type { Channel, EditOptions } from "../core/channel.ts";
import { ChannelError, RequestError } from "../core/errors.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, MessageRef } from "../core/message.ts";
import type { MessageChange, Outlet, Said, Utterance } from "../core/outlet.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Amendment, Delivery, DeliveryKey, OutboxLedger, Store } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { deliveriesOf } from "../delivery/deliveries-of.ts";
import { paceKey } from "../delivery/keys.ts";
import type { Pacer } from "../delivery/pacer.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { Settlements } from "./settlements.ts";
import { checkOutgoing } from "./outgoing.ts";
import type { Sentences } from "./sentences.ts";

export interface OutletDeps {
  readonly outbox: OutboxLedger;
  readonly store: Pick<Store, "amend" | "sessions">;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly channel: (to: Address) => Channel | undefined;
  readonly pacer: Pacer;
  readonly settlements: Settlements;
  /** What an interrupted call of the turn in this session has left; see `CutOffCalls`. */
  readonly adopt: (session: SessionKey, parts: readonly Delivery[]) => Promise<DeliveryKey | undefined>;
  readonly sentences: () => Sentences;
  readonly clock: Clock;
}

/** The way out for tools: they wait for what comes of it, and can change what is there. */
export class ToolOutlet implements Outlet {
  readonly #deps: OutletDeps;

  constructor(deps: OutletDeps) {
    this.#deps = deps;
  }

  async say(utterance: Utterance, from: SessionKey, withinMs: number, signal: AbortSignal): Promise<Said> {
    const { outbox, hooks, sentences, adopt } = this.#deps;
    const { to, session, message, key } = utterance;
    const channel = this.#channelOf(to);
    const checked = await checkOutgoing(message, session, channel, hooks, sentences().withheld);
    if (!checked.allowed) return { state: "withheld" };
    const parts = deliveriesOf(checked.message, {
      to,
      channel,
      session,
      keyOf: (part) => partKey(key, part),
    });
    signal.throwIfAborted();
    failpoint("tool.before-post");
    const said = (await adopt(from, parts)) ?? key;
    if (said === key) await outbox.post(parts);
    failpoint("tool.after-post");
    const keys = parts.map((_, part) => partKey(said, part));
    return this.#untilSettled(keys, said, withinMs, signal);
  }

  async change(
    message: MessageRef,
    session: SessionKey,
    change: MessageChange,
    signal: AbortSignal,
  ): Promise<void> {
    const channel = this.#channelOf(message.address);
    const allowed = await this.#checked(change, session, channel);
    if (channel.capabilities.showsTurnEvents) {
      // People read our own history there: it is the message.
      await perform(allowed, message, channel, signal);
      return this.#amend(message, session, allowed);
    }
    await this.#pace(channel, message.address, signal);
    await perform(allowed, message, channel, signal);
  }

  async #untilSettled(
    keys: readonly DeliveryKey[],
    key: DeliveryKey,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<Said> {
    const { settlements, clock } = this.#deps;
    const untilMs = clock.now() + withinMs;
    const refs: MessageRef[] = [];
    for (const part of keys) {
      const delivery = await settlements.wait(part, untilMs, signal);
      if (delivery?.state === "dead") return { state: "dead", error: delivery.error };
      if (delivery?.state !== "sent") return { state: "pending", key };
      refs.push(delivery.ref);
    }
    return { state: "sent", refs };
  }

  /** An edit is something that we say: the hooks that watch over that watch over it too. */
  async #checked(change: MessageChange, session: SessionKey, channel: Channel): Promise<MessageChange> {
    if (change.kind !== "edit") return change;
    const { hooks, sentences } = this.#deps;
    const message = { kind: "text", markdown: change.markdown } as const;
    const checked = await checkOutgoing(message, session, channel, hooks, sentences().withheld);
    if (!checked.allowed || checked.message.kind !== "text") {
      throw new RequestError("FORBIDDEN", "A plugin withheld this text.");
    }
    return { kind: "edit", markdown: checked.message.markdown };
  }

  async #amend(message: MessageRef, session: SessionKey, change: MessageChange): Promise<void> {
    const { store, events } = this.#deps;
    const amendment = amendmentOf(change);
    if (!amendment) return;
    const agent = (await store.sessions.get(session))?.agent ?? "main";
    const amended = await store.amend(message, { session, agent }, amendment);
    if (!amended)
      throw new RequestError("NOT_FOUND", `There is no message ${message.id} that this can be done to.`);
    events.publish(session, { kind: "amended", ...amended });
  }

  async #pace(channel: Channel, to: Address, signal: AbortSignal): Promise<void> {
    await this.#deps.pacer.call(paceKey(to), channel.capabilities.pace(to), signal);
    signal.throwIfAborted();
  }

  #channelOf(to: Address): Channel {
    const channel = this.#deps.channel(to);
    if (channel) return channel;
    throw new RequestError("NOT_FOUND", `There is no channel ${to.channel} with the account ${to.account}.`);
  }
}

const partKey = (key: DeliveryKey, part: number) => (part === 0 ? key : `${key}/${part}`);

/** What a platform keeps by itself, such as a pin, changes nothing in our history. */
function amendmentOf(change: MessageChange): Amendment | undefined {
  switch (change.kind) {
    case "edit":
      return { kind: "text", text: change.markdown };
    case "remove":
      return { kind: "removal" };
    case "react":
      return { kind: "reaction", emoji: change.emoji };
    default:
      return undefined;
  }
}

async function perform(
  change: MessageChange,
  message: MessageRef,
  channel: Channel,
  signal: AbortSignal,
): Promise<void> {
  switch (change.kind) {
    case "react":
      return channel.react?.(message, change.emoji) ?? unable(channel);
    case "remove":
      return channel.remove?.(message) ?? unable(channel);
    case "pin":
      return channel.pin?.(message) ?? unable(channel);
    default: {
      const write = (style: EditOptions["style"]) =>
        channel.edit?.(message, change.markdown, { style, signal }) ?? unable(channel);
      return write("rich").catch((error: unknown) => {
        if (error instanceof ChannelError && error.code === "format-refused") return write("plain");
        throw error;
      });
    }
  }
}

function unable(channel: Channel): Promise<never> {
  return Promise.reject(new RequestError("BAD_REQUEST", `${channel.name} cannot do this.`));
}
