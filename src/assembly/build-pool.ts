import { BridgeHost } from "../bridge/host.ts";
import { LaunchProfiles } from "../core/launch-profile.ts";
import { RpcPool } from "../core/rpc-pool.ts";
import { systemClock } from "../lib/clock.ts";
import type { Base, Parts } from "./parts.ts";

/** The pi processes, and our end of the bridge into them. */
export function buildPool({ layout, live, hooks, options: { log } }: Base, _whole: () => Parts): RpcPool {
  const bridge = new BridgeHost({ folder: layout.runtime, hooks, log });
  const profiles = new LaunchProfiles({
    config: () => live.config,
    layout,
    bridge,
    hiddenVariables: () => live.loaded.hiddenVariables,
    clock: systemClock,
  });
  const settings = () => live.config.agent;
  return new RpcPool({ settings, profiles, bridge, stateRoot: layout.root, clock: systemClock, log });
}
