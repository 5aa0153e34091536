import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { Address } from "../core/message.ts";
import { Owners } from "../core/owners.ts";
import type { Store } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { AccessNotices } from "../pipeline/access-notices.ts";
import { speechIn } from "../pipeline/sentences.ts";
import { Allowlist } from "../security/allowlist.ts";
import { PairingDesk } from "../security/pairing.ts";

/** Who may talk, who asks to, and who owns the gateway. */
export interface AccessParts {
  readonly owners: Owners;
  readonly allowlist: Allowlist;
  readonly pairing: PairingDesk;
}

export interface AccessNeeds {
  readonly config: () => Config;
  readonly store: Pick<Store, "access" | "outbox" | "state">;
  readonly channel: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Access for all channels of one gateway. Load its `owners` once the store is open. */
export function assembleAccess({ config, store, channel, clock, log }: AccessNeeds): AccessParts {
  const { access, outbox, state } = store;
  const owners = new Owners(config, access);
  const notices = new AccessNotices({
    outbox,
    state,
    owners,
    channel,
    sentences: speechIn(() => config().gateway.language),
    prefix: () => config().commands.prefix,
    clock,
  });
  const pairing = new PairingDesk({ access, owners, notices, clock, log });
  const onUnlisted = notices.unlisted.bind(notices);
  const allowlist = new Allowlist({ channel, access, owners, pairing, onUnlisted, log });
  return { owners, allowlist, pairing };
}
