import { z } from "zod";
import { RequestError } from "../../core/errors.ts";
import { shownOf } from "../../core/outbound-text.ts";
import type { ListedDelivery, OutboxLedger } from "../../core/outbox-ledger.ts";
import { formatTarget } from "../../core/target.ts";
import type { Channel } from "../../core/channel.ts";
import type { Address } from "../../core/message.ts";
import { anyParams, type MethodTable } from "../methods.ts";

const MOST_LISTED = 200;
const EXCERPT = 120;

const keySchema = z.looseObject({ key: z.string().min(1).max(500) });

/** One message to a chat that has not arrived, as `queue.list` shows it. */
export interface QueuedDelivery {
  readonly key: string;
  readonly to: string;
  readonly state: ListedDelivery["state"];
  /** How it begins. */
  readonly text: string;
  readonly attempts: number;
  readonly postedAtMs: number;
  readonly dueAtMs?: number;
  readonly behind: number;
  readonly error?: string;
}

/** Registers `queue.list`, `queue.retry` and `queue.drop`: messages to chats that are on their way or were given up. */
export function registerQueueMethods(
  methods: MethodTable,
  outbox: Pick<OutboxLedger, "list" | "revive" | "drop">,
  channel: (to: Address) => Pick<Channel, "addressOf"> | undefined,
): void {
  const shown = (listed: ListedDelivery) => shownAs(listed, formatTarget(listed.to, channel(listed.to)));
  methods.register("queue.list", {
    access: "admin",
    params: anyParams,
    run: async () => ({
      open: (await outbox.list("open", MOST_LISTED)).map(shown),
      dead: (await outbox.list("dead", MOST_LISTED)).map(shown),
    }),
  });
  methods.register("queue.retry", {
    access: "admin",
    params: keySchema,
    run: async ({ key }) => {
      if (await outbox.revive(key)) return { key };
      throw new RequestError("NOT_FOUND", `No message ${key} was given up: there is nothing to try again.`);
    },
  });
  methods.register("queue.drop", {
    access: "admin",
    params: keySchema,
    run: async ({ key }) => {
      if (await outbox.drop(key)) return { key };
      throw new RequestError(
        "NOT_FOUND",
        `No message ${key} can be dropped: it has arrived, is being sent right now, or waits behind another one.`,
      );
    },
  });
}

function shownAs({ key, message, state, attempt, ...rest }: ListedDelivery, to: string): QueuedDelivery {
  const { postedAtMs, dueAtMs, behind, error } = rest;
  const text = message.kind === "withdrawal" ? "" : shownOf(message).text.replaceAll(/\s+/g, " ").trim();
  return {
    key,
    to,
    state,
    text: text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text,
    attempts: attempt,
    postedAtMs,
    behind,
    ...(dueAtMs === undefined ? {} : { dueAtMs }),
    ...(error === undefined ? {} : { error }),
  };
}
