import type { Channel } from "./channel.ts";
import type { CronJob } from "./cron-job.ts";
import { RequestError } from "./errors.ts";
import type { Address } from "./message.ts";
import type { Owners } from "./owners.ts";
import { addressOf, parseTarget } from "./target.ts";

export interface PlaceDeps {
  readonly channel: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
  readonly owners: Pick<Owners, "chats">;
  /** Where a chat is now. */
  readonly movedTo: (to: Address) => Promise<Address>;
}

/**
 * Where the answer of a job goes: where it says, else the chat in which it was added, else an owner's. Undefined where
 * that cannot be reached: what is meant for one chat is told nobody else.
 */
export async function placeOfJob(
  { to, chat }: Pick<CronJob, "to" | "chat">,
  deps: PlaceDeps,
): Promise<Address | undefined> {
  if (to !== undefined && to !== "owner") {
    const place = reached(to, deps);
    return place && deps.movedTo(place);
  }
  if (to === undefined && chat) return deps.channel(chat) ? chat : undefined;
  return deps.owners.chats(deps.channel)[0];
}

function reached(to: string, { channel: channelOf }: Pick<PlaceDeps, "channel">): Address | undefined {
  try {
    const target = parseTarget(to);
    const channel = channelOf(target);
    return channel && addressOf(target, channel);
  } catch (error) {
    // It was right when it was written; what it names is not there.
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}
