import { buildCron } from "./build-cron.ts";
import { buildDelegations } from "./build-delegations.ts";
import { buildHeartbeats } from "./build-heartbeats.ts";
import { buildWebhooks } from "./build-webhooks.ts";
import type { Base, Parts } from "./parts.ts";

type Needs = Base & Pick<Parts, "router" | "pipeline" | "pool" | "credentials">;

/** Everybody who asks agents for what nobody wrote in a chat. */
export function buildErrands(needs: Needs): Pick<Parts, "cron" | "heartbeats" | "delegations" | "webhooks"> {
  const heartbeats = buildHeartbeats(needs);
  return {
    cron: buildCron(needs),
    heartbeats,
    delegations: buildDelegations(needs),
    webhooks: buildWebhooks({ ...needs, heartbeats }),
  };
}
